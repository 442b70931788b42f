//! Which run is reported.

use std::collections::BTreeMap;

use patching::outcome::{Caught, Warning};
use policy::ids::RunId;
use policy::input::Action;
use record::ObjectKey;
use serde::Deserialize;
use serde_json::Value;

/// Which run, and how far it came.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The execution's ARN.
    pub execution: String,
    /// When the execution started, RFC 3339.
    pub started_at: String,
    /// The execution's input as it stands, which may be anything.
    pub input: Value,
    /// The policy as it stands; absent when the run did not come as far as reading it.
    pub policy: Option<Value>,
    /// What the run was to do; this and the next two are absent when it did not come as far as `ListAccounts`.
    pub action: Option<Action>,
    /// Where the accounts to be worked in are listed.
    pub targets: Option<ObjectKey>,
    /// How many accounts the run took and left out.
    pub accounts: Option<Counts>,
    /// What `ListAccounts` found that a person should look at. Earlier definitions do not hand it on.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the state machine caught when the run as a whole could not be done.
    pub error: Option<Caught>,
}

/// How many accounts the run left out, by reason.
#[derive(Debug, Deserialize)]
pub struct Counts {
    pub(crate) skipped: BTreeMap<String, usize>,
}
