//! What was said: why something failed or was skipped, and what a person should look at though nothing failed.

use policy::WaveName;
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

/// Why an account or a Region was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// What it is, such as `RegionNotEnabled`.
    pub name: String,
    /// A sentence, or what the service said.
    #[serde(alias = "cause", deserialize_with = "message_of_cause")]
    pub message: String,
}

impl Reason {
    /// A Region in scope that the account has not enabled.
    pub const REGION_NOT_ENABLED: &str = "RegionNotEnabled";
    /// A Region that a service control policy denies to the account.
    pub const REGION_DENIED: &str = "RegionDenied";
    /// An account to which service control policies deny every Region to be worked in.
    pub const ACCOUNT_DENIED: &str = "AccountDenied";
    /// An account without a Region to be worked in.
    pub const NO_REGION: &str = "NoRegion";
}

/// Something that a person should look at, though nothing failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// What it is, such as `ForeignWindow`.
    pub name: String,
    /// A sentence, or what the service said.
    #[serde(alias = "cause", deserialize_with = "message_of_cause")]
    pub message: String,
}

impl Warning {
    /// A warning of this name, about which there has to be advice.
    pub fn new(name: &str, message: String) -> Self {
        Self { name: name.to_owned(), message }
    }

    /// The same, of the policy as it is in a wave.
    #[must_use]
    pub fn in_wave(self, wave: &WaveName) -> Self {
        Self { message: format!("in the wave {wave}, {}", self.message), ..self }
    }
}

/// An error as Step Functions hands it to a Catch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    /// Its name.
    pub error: String,
    /// A function states its error as JSON; others as text, or not at all.
    #[serde(default)]
    pub cause: String,
}

/// Step Functions states a function's error as a cause that is itself JSON, and anything else as plain text.
fn message_of_cause<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|cause| thrown_message(&cause))
}

fn thrown_message(cause: &str) -> String {
    let thrown: Option<Value> = serde_json::from_str(cause).ok();
    let message = thrown.as_ref().and_then(|error| error.get("errorMessage")).and_then(Value::as_str);
    message.unwrap_or(cause).to_owned()
}
