//! Errors whose name the state machine can match.

/// An error whose name appears in `ErrorEquals`: the name of its variant, in `PascalCase`.
pub trait NamedError: std::error::Error {
    /// The name of this error.
    fn name(&self) -> &'static str;

    /// Every name that an error of this type can have.
    fn names() -> Vec<&'static str>
    where
        Self: Sized;
}

/// The error with all its sources, each said once.
#[must_use]
pub fn message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
