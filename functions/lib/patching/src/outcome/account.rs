//! What became of one account.

use std::collections::BTreeSet;

use policy::ids::{AccountId, Region};
use serde::{Deserialize, Serialize};

use super::region::RegionOutcome;
use super::status::Status;
use super::told::{Failure, Reason, Warning};

/// What became of one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountOutcome {
    /// The account.
    pub id: AccountId,
    /// The account's name in the organization.
    pub name: String,
    /// The path of its organizational unit, such as `Root/Workloads/Production`; the ledger does not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// The wave that it is in, when the policy has waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Failed when the account could not be entered or one of its Regions failed; skipped when no Region was worked in.
    pub status: Status,
    /// One entry a Region worked in or skipped.
    pub regions: Vec<RegionOutcome>,
    /// Why the account as a whole was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Reason>,
    /// What a person should look at, beside what the Regions have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why the account as a whole failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// What the state machine writes down of an account.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Recorded {
    regions: Vec<RegionOutcome>,
    not_enabled: Vec<Region>,
    skipped: Option<Reason>,
    warnings: Vec<Warning>,
    error: Option<Failure>,
}

impl AccountOutcome {
    /// What the ledger holds of an account: `outcome` is
    /// `{"regions": […], "notEnabled": ["…"], "skipped": {…}, "warnings": […], "error": {…}}`.
    pub fn from_ledger(id: AccountId, name: String, outcome: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(outcome).map(|recorded| Self::of(id, name, recorded))
    }

    fn of(id: AccountId, name: String, recorded: Recorded) -> Self {
        let Recorded { mut regions, not_enabled, skipped, warnings, error } = recorded;
        regions.extend(not_enabled.into_iter().map(RegionOutcome::not_enabled));
        let skipped = skipped.or_else(|| if error.is_some() { None } else { reason(&regions) });
        let mut done = regions.iter().map(|region| region.status).filter(|status| *status != Status::Skipped);
        let status = if error.is_some() || done.clone().any(|status| status == Status::Failed) {
            Status::Failed
        } else if skipped.is_some() {
            Status::Skipped
        } else if done.all(|status| status == Status::Planned) {
            Status::Planned
        } else {
            Status::Succeeded
        };
        Self { id, name, organizational_unit: None, wave: None, status, regions, skipped, warnings, error }
    }

    /// An account that was to be worked in and of which nothing is recorded.
    pub fn without_record(id: AccountId, name: String) -> Self {
        let error = Failure {
            step: "EachAccount".to_owned(),
            name: "NoOutcome".to_owned(),
            message: "the account's own execution ended without recording an outcome: open it in the Map Run"
                .to_owned(),
        };
        Self::of(id, name, Recorded { error: Some(error), ..Recorded::default() })
    }

    /// An account of which nothing is recorded, in a run that was halted: it was not begun, or stopped on the way.
    pub fn not_reached(id: AccountId, name: String) -> Self {
        Self { status: Status::NotReached, error: None, ..Self::without_record(id, name) }
    }

    /// Why the account failed: its own error, else that of its first failed Region.
    pub fn first_error(&self) -> Option<&Failure> {
        self.error.as_ref().or_else(|| self.regions.iter().find_map(|region| region.failures().next()))
    }

    /// The Regions to do again when only what failed is: `None` for all of them.
    pub fn failed_regions(&self) -> Option<BTreeSet<Region>> {
        if self.error.is_some() {
            return None;
        }
        let failed = self.regions.iter().filter(|region| region.status == Status::Failed);
        Some(failed.map(|region| region.region.clone()).collect())
    }
}

/// Why an account with these Regions was skipped as a whole; `None` when it was worked in.
fn reason(regions: &[RegionOutcome]) -> Option<Reason> {
    if regions.iter().any(|region| region.status != Status::Skipped) {
        return None;
    }
    let reasons: Vec<_> = regions.iter().filter_map(|region| region.skipped.as_ref()).collect();
    let denied = reasons.iter().find(|reason| reason.name == Reason::REGION_DENIED);
    let (name, message) = match denied {
        Some(denied) => (Reason::ACCOUNT_DENIED, format!("in each Region to be worked in: {}", denied.message)),
        None if reasons.is_empty() => (Reason::NO_REGION, "there was no Region to be worked in".to_owned()),
        None => (Reason::NO_REGION, "the account has enabled none of the Regions in scope".to_owned()),
    };
    Some(Reason { name: name.to_owned(), message })
}
