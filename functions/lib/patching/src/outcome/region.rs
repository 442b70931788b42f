//! What became of one Region of an account.

use policy::ids::Region;
use serde::{Deserialize, Serialize};

use super::dhmc::DhmcOutcome;
use super::status::Status;
use super::told::{Failure, Reason, Warning};
use super::window::WindowOutcome;
use crate::hosts::HostTotals;

/// What became of one Region of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegionOutcome {
    /// The Region.
    pub region: Region,
    /// Whether it is now as the policy wants it.
    pub status: Status,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Reason>,
    /// Absent when the Region failed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhmc: Option<DhmcOutcome>,
    /// One entry a window of ours, present or deleted.
    #[serde(default)]
    pub windows: Vec<WindowOutcome>,
    /// The hosts that an inspection found there; what is said of each is in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<HostTotals>,
    /// Where that is in the bucket of the reports; none where there are no hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts_key: Option<String>,
    /// What a person should look at.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// Why the Region failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// Why the DHMC setting is not as the policy wants it, which keeps nothing else from being done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhmc_error: Option<Failure>,
}

impl RegionOutcome {
    /// Everything that failed, each once; not what the Region was skipped for.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        let dhmc = self.dhmc_error.as_ref().filter(|failure| {
            let is_reason = self.skipped.as_ref().is_some_and(|reason| reason.name == failure.name);
            !is_reason && self.error.as_ref() != Some(failure)
        });
        self.error.iter().chain(dhmc)
    }

    /// Everything that failed, as one: under the name of the first, in the words of all.
    pub fn failure(&self) -> Option<Failure> {
        self.failures().cloned().reduce(|first, other| {
            let Failure { step, name, message } = other;
            Failure { message: format!("{}; and {step}: {name}: {message}", first.message), ..first }
        })
    }

    /// A Region in scope in which the account cannot do anything.
    pub(super) fn not_enabled(region: Region) -> Self {
        let skipped = Reason {
            name: Reason::REGION_NOT_ENABLED.to_owned(),
            message: format!("the account has not enabled {region}"),
        };
        Self {
            region,
            status: Status::Skipped,
            skipped: Some(skipped),
            dhmc: None,
            windows: Vec::new(),
            hosts: None,
            hosts_key: None,
            warnings: Vec::new(),
            error: None,
            dhmc_error: None,
        }
    }
}
