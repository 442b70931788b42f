//! Causes as people read them.

use serde_json::Value;

/// What a cause says: of a function's error, which is JSON, its message.
pub(crate) fn message(cause: &str) -> String {
    let thrown: Option<Value> = serde_json::from_str(cause).ok();
    let message = thrown.as_ref().and_then(|thrown| thrown["errorMessage"].as_str());
    let message = message.unwrap_or(cause);
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_functions_error_only_the_message_is_read() {
        let cause = r#"{"errorType":"AccessDenied","errorMessage":"no such role (request 1)","stackTrace":[]}"#;
        assert_eq!(message(cause), "no such role (request 1)");
        assert_eq!(
            message("dev (111122223333): failed in [\"eu-west-1\"]"),
            "dev (111122223333): failed in [\"eu-west-1\"]"
        );
        assert_eq!(message("first\n\n  second"), "first\nsecond");
    }
}
