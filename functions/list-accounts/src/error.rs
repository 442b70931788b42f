//! Why there is nothing to work with.

use lambda::CallError;
use policy::InvalidPolicy;
use policy::ids::RunId;
use policy::input::InvalidInput;
use record::ledger::LedgerError;
use strum::{IntoStaticStr, VariantNames};

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The execution's input is not one.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// The policy is not one.
    #[error(transparent)]
    InvalidPolicy(#[from] InvalidPolicy),
    /// Patch Manager is turned off: all but a rollout is done meanwhile.
    #[error("Patch Manager is disabled: set the stack's parameter DisablePatchManager to false to roll out again")]
    PatchManagerDisabled,
    /// The organization cannot be read from this account.
    #[error("the organization cannot be read")]
    OrganizationNotReadable(#[source] CallError),
    /// The scope names the Regions that Control Tower governs, and its parameter does not.
    #[error("the parameter {0} does not name the Regions that Control Tower governs")]
    ControlTowerRegionsNotReadable(&'static str, #[source] Option<CallError>),
    /// The earlier run that is to be retried has no record.
    #[error("$.retryOf: there is no record of a run {0}")]
    RunNotFound(RunId),
    /// The earlier run is one of a version that did not write down what its targets were for.
    #[error(
        "$.retryOf: the run {0} was one of a former version, whose record does not say all: name accounts and Regions"
    )]
    #[strum(serialize = "RunNotFound")]
    RunOfFormerVersion(RunId),
    /// The targets of the earlier run cannot be read.
    #[error("the object {0} is not a list of targets")]
    TargetsNotReadable(String, #[source] serde_json::Error),
    /// The ledger was not read; its own name is the error's.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    Call(#[from] CallError),
}

lambda::named_error!(Error, Ledger: LedgerError, Call: CallError);
