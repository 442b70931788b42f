//! How a run ended.

use patching::outcome::Caught;
use patching::summary::{AccountTotals, FailedAccount};
use policy::ids::RunId;
use record::ObjectKey;
use serde::Deserialize;
use strum::Display;

/// How a run ended. The state machine states `report`, `accounts` and `error`, the rule `status`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// What the state `Report` answered, when it came as far.
    pub report: Option<Report>,
    /// How many accounts the run took, when it came as far as listing them.
    pub accounts: Option<Counts>,
    /// What the state machine caught when the run as a whole could not be done.
    pub error: Option<Caught>,
    /// How the execution ended, when it is over.
    pub status: Option<ExecutionStatus>,
}

/// The run in numbers, as far as an answer tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub(crate) accounts: AccountTotals,
    #[serde(rename = "report")]
    pub(crate) location: ObjectKey,
    pub(crate) failed_accounts: Vec<FailedAccount>,
}

impl Report {
    pub(crate) fn address(&self) -> String {
        format!("s3://{}/{}", self.location.bucket, self.location.key)
    }
}

/// How many accounts a run took.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub(crate) in_scope: usize,
    #[serde(default)]
    pub(crate) unavailable: usize,
}

/// How an execution ended that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Display)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionStatus {
    /// By a Fail state or an error that nothing catches.
    #[strum(to_string = "the execution failed")]
    Failed,
    /// By the state machine's own time limit.
    #[strum(to_string = "the execution ran out of time")]
    TimedOut,
    /// By hand.
    #[strum(to_string = "the execution was aborted")]
    Aborted,
}
