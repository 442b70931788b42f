//! Why something failed.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The state that failed, such as `ConfigureWindows`.
    pub step: String,
    /// The error's name, such as `AccessDenied`.
    pub name: String,
    /// What the function or the service said.
    #[serde(alias = "cause", deserialize_with = "message_of_cause")]
    pub message: String,
}

impl Failure {
    /// The failure of a run as a whole, as Step Functions hands it to a Catch.
    pub fn of_run(error: &str, cause: &str) -> Self {
        Self { step: "Rollout".to_owned(), name: error.to_owned(), message: thrown_message(cause) }
    }

    /// Whether the role in the account does not let a function in, whatever Region it was to work in.
    pub fn is_of_entering(&self) -> bool {
        self.name == "AccessDenied" && (self.step == "AssumeRole" || self.message.contains("sts:AssumeRole"))
    }
}

/// Step Functions states a function's error as a cause that is itself JSON, and anything else as plain text.
pub(super) fn message_of_cause<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|cause| thrown_message(&cause))
}

fn thrown_message(cause: &str) -> String {
    let thrown: Option<Value> = serde_json::from_str(cause).ok();
    let message = thrown.as_ref().and_then(|error| error.get("errorMessage")).and_then(Value::as_str);
    message.unwrap_or(cause).to_owned()
}
