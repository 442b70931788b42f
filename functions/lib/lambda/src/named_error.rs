//! Errors whose name the state machine can match.

/// For [`named_error!`](crate::named_error!).
pub use strum::VariantNames;

/// An error whose name appears in `ErrorEquals`: the name of its variant, in `PascalCase`.
pub trait NamedError: std::error::Error {
    /// The name of this error.
    fn name(&self) -> &'static str;

    /// Every name that an error of this type can have.
    fn names() -> Vec<&'static str>
    where
        Self: Sized;
}

/// Implements [`NamedError`] for an enum that derives `IntoStaticStr` and `VariantNames` of strum.
///
/// Named variants hold an error of their own and go by its name: `named_error!(Error, Call: CallError)`.
#[macro_export]
macro_rules! named_error {
    ($error:ident $(, $variant:ident: $held:ty)*) => {
        impl $crate::named_error::NamedError for $error {
            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(held) => $crate::named_error::NamedError::name(held),)*
                    own => own.into(),
                }
            }

            fn names() -> Vec<&'static str> {
                let held: &[&str] = &[$(stringify!($variant)),*];
                let variants = <Self as $crate::named_error::VariantNames>::VARIANTS.iter().copied();
                let own = variants.filter(|name| !held.contains(name));
                own$(.chain(<$held as $crate::named_error::NamedError>::names()))*.collect()
            }
        }
    };
}

/// The error with all its sources, each said once.
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
