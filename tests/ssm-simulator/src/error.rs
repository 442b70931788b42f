//! Errors as AWS answers them: a code, a message, a status.

use serde_json::{Value, json};

use crate::operation::{Operation, Service};

/// What a service answers when it refuses a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ServiceError {
    /// The exception's name, without a namespace.
    pub code: String,
    /// The text that goes with it.
    pub message: String,
}

/// Codes that every AWS service shares; their bodies spell the member `message`, modelled ones `Message`.
const COMMON: [&str; 9] = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "MissingAuthenticationTokenException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
];

impl ServiceError {
    /// An error with a text of its own.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// An error with the text that AWS uses for this code.
    pub fn with_usual_message(code: impl Into<String>) -> Self {
        let code = code.into();
        let message = match code.as_str() {
            "ThrottlingException" => "Rate exceeded",
            "ExpiredTokenException" => "The security token included in the request is expired",
            "UnrecognizedClientException" => "The security token included in the request is invalid.",
            "MissingAuthenticationTokenException" => "Missing Authentication Token",
            "IncompleteSignatureException" => "Authorization header requires 'Credential' parameter.",
            "InternalServerError" => "Internal server error",
            "ServiceUnavailable" => "Service Unavailable",
            "TooManyUpdates" => "There are concurrent updates for this resource.",
            "AccessDeniedException" => "User is not authorized to perform this action.",
            _ => "The request was refused.",
        };
        let message = message.to_owned();
        Self { code, message }
    }

    /// The same as the service of this operation says it: EC2 has codes of its own for what every service refuses.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    pub(crate) fn in_words_of(self, operation: Operation) -> Self {
        if operation.service() != Service::Ec2 {
            return self;
        }
        let (code, message) = match self.code.as_str() {
            "AccessDeniedException" => {
                let message = format!("You are not authorized to perform this operation. {}", self.message);
                ("UnauthorizedOperation", message)
            }
            "MissingAuthenticationTokenException" => ("MissingAuthenticationToken", self.message),
            "IncompleteSignatureException" => ("IncompleteSignature", self.message),
            "ExpiredTokenException" => ("RequestExpired", "Request has expired.".to_owned()),
            "UnrecognizedClientException" => {
                let message = "AWS was not able to validate the provided access credentials";
                ("AuthFailure", message.to_owned())
            }
            "ThrottlingException" => ("RequestLimitExceeded", "Request limit exceeded.".to_owned()),
            "InternalServerError" => ("InternalError", "An internal error has occurred".to_owned()),
            "ServiceUnavailable" => ("Unavailable", "The service is unavailable. Please try again shortly.".to_owned()),
            "ValidationException" | "SerializationException" => ("InvalidParameterValue", self.message),
            _ => return self,
        };
        Self::new(code, message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// A `ValidationException` in the words that AWS uses for one constraint.
    pub(crate) fn constraint(value: &Value, path: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value {} at '{path}' failed to satisfy constraint: {constraint}",
            quoted(value)
        ))
    }

    pub(crate) fn no_such_window(id: &str) -> Self {
        Self::new("DoesNotExistException", format!("Maintenance window {id} does not exist"))
    }

    /// The HTTP status that goes with the code.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "AuthFailure" => 401,
            "UnauthorizedOperation" => 403,
            "DryRunOperation" => 412,
            "InternalError" | "InternalServerError" => 500,
            "RequestLimitExceeded" | "ServiceUnavailable" | "Unavailable" => 503,
            _ => 400,
        }
    }

    pub(crate) fn body(&self) -> Value {
        let member = if COMMON.contains(&self.code.as_str()) { "message" } else { "Message" };
        json!({ "__type": self.code, member: self.message })
    }
}

/// A value as AWS quotes it in a message: `'text'`, `null`.
pub(crate) fn quoted(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("'{text}'"),
        other => format!("'{other}'"),
    }
}
