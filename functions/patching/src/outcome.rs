//! What was done, in the shapes that the functions answer, the ledger holds and the report shows.

mod caught;
mod progress;
mod reason;
mod warning;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use strum::Display;

use crate::diff::Change;
use crate::ids::{AccountId, Region};

pub use caught::Caught;
pub use progress::Progress;
pub use reason::Reason;
pub use warning::Warning;

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

/// How an account, a Region or a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum Status {
    /// Everything is as the policy wants it.
    Succeeded,
    /// Nothing was changed, as asked; what a rollout would change is known.
    Planned,
    /// Nothing was done and nothing failed: the reason says why.
    Skipped,
    /// Something is not as the policy wants it.
    #[default]
    Failed,
}

/// What became of the DHMC setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DhmcOutcome {
    /// What was done.
    pub status: DhmcStatus,
    /// The role before; `null` when none was set.
    pub before: Option<String>,
    /// The role after; `null` when none is set.
    pub after: Option<String>,
}

/// What was done with the DHMC setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum DhmcStatus {
    /// Our role was written.
    Set,
    /// A role was found and left alone: somebody else's, or ours where it was to stay.
    Kept,
    /// It was as it should be.
    Unchanged,
    /// Our role was taken back.
    Reset,
    /// A rollout would write our role.
    WouldSet,
    /// A rollout would take our role back.
    WouldReset,
}

/// What became of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowOutcome {
    /// The window's name.
    pub name: String,
    /// The window's id; `null` for one that would be created.
    pub id: Option<String>,
    /// What was done.
    pub status: WindowStatus,
    /// What was updated, field by field.
    pub changes: Vec<Change>,
    /// When it runs next, as SSM states it; `null` when it will not or SSM does not say.
    pub next_execution: Option<String>,
}

/// What was done with a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum WindowStatus {
    /// It was not there.
    Created,
    /// It, its target or its task differed.
    Updated,
    /// It was as it should be.
    Unchanged,
    /// It was ours and is not in the policy.
    Deleted,
    /// A rollout would create it.
    WouldCreate,
    /// A rollout would update it.
    WouldUpdate,
    /// A rollout would delete it.
    WouldDelete,
}

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

impl AccountOutcome {
    /// What the ledger holds of an account: `outcome` is
    /// `{"regions": […], "notEnabled": ["…"], "skipped": {…}, "warnings": […], "error": {…}}`.
    pub fn from_ledger(id: AccountId, name: String, outcome: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Recorded {
            #[serde(default)]
            regions: Vec<RegionOutcome>,
            #[serde(default)]
            not_enabled: Vec<Region>,
            skipped: Option<Reason>,
            #[serde(default)]
            warnings: Vec<Warning>,
            error: Option<Failure>,
        }
        let Recorded { mut regions, not_enabled, skipped, warnings, error } = serde_json::from_str(outcome)?;
        regions.extend(not_enabled.into_iter().map(RegionOutcome::not_enabled));
        let skipped = skipped.or_else(|| if error.is_some() { None } else { Reason::of_account(&regions) });
        let mut done = regions.iter().map(|region| region.status).filter(|status| *status != Status::Skipped);
        let status = match () {
            () if error.is_some() || done.clone().any(|status| status == Status::Failed) => Status::Failed,
            () if skipped.is_some() => Status::Skipped,
            () if done.all(|status| status == Status::Planned) => Status::Planned,
            () => Status::Succeeded,
        };
        Ok(Self { id, name, organizational_unit: None, status, regions, skipped, warnings, error })
    }

    /// An account that was to be worked in and of which nothing is recorded.
    #[must_use]
    pub fn without_record(id: AccountId, name: String) -> Self {
        let error = Failure {
            step: "EachAccount".to_owned(),
            name: "NoOutcome".to_owned(),
            message: "the account's own execution ended without recording an outcome: open it in the Map Run"
                .to_owned(),
        };
        Self {
            id,
            name,
            organizational_unit: None,
            status: Status::Failed,
            regions: Vec::new(),
            skipped: None,
            warnings: Vec::new(),
            error: Some(error),
        }
    }

    /// Why the account failed: its own error, else that of its first failed Region.
    #[must_use]
    pub fn first_error(&self) -> Option<&Failure> {
        self.error.as_ref().or_else(|| self.regions.iter().find_map(|region| region.failures().next()))
    }

    /// The Regions to do again when only what failed is: `None` for all of them.
    #[must_use]
    pub fn failed_regions(&self) -> Option<BTreeSet<Region>> {
        if self.error.is_some() {
            return None;
        }
        let failed = self.regions.iter().filter(|region| region.status == Status::Failed);
        Some(failed.map(|region| region.region.clone()).collect())
    }
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
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failures().cloned().reduce(|first, other| {
            let Failure { step, name, message } = other;
            Failure { message: format!("{}; and {step}: {name}: {message}", first.message), ..first }
        })
    }

    /// A Region in scope in which the account cannot do anything.
    fn not_enabled(region: Region) -> Self {
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
            warnings: Vec::new(),
            error: None,
            dhmc_error: None,
        }
    }

    /// The DHMC role that was found and left alone, and is not `our_role`.
    #[must_use]
    pub fn foreign_dhmc_role(&self, our_role: Option<&str>) -> Option<&str> {
        let kept = self.dhmc.as_ref().filter(|dhmc| dhmc.status == DhmcStatus::Kept)?;
        kept.before.as_deref().filter(|role| Some(*role) != our_role)
    }
}

impl WindowStatus {
    /// Whether something was written.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Deleted)
    }
}

impl DhmcOutcome {
    /// Of a policy that does not want DHMC: nobody looked at the setting.
    #[must_use]
    pub fn left_alone() -> Self {
        Self { status: DhmcStatus::Unchanged, before: None, after: None }
    }

    /// Whether something was written.
    #[must_use]
    pub fn is_change(&self) -> bool {
        matches!(self.status, DhmcStatus::Set | DhmcStatus::Reset)
    }

    /// The same, for a run that only plans.
    #[must_use]
    pub fn planned(self) -> Self {
        let status = match self.status {
            DhmcStatus::Set => DhmcStatus::WouldSet,
            DhmcStatus::Reset => DhmcStatus::WouldReset,
            unchanged => unchanged,
        };
        Self { status, ..self }
    }
}

impl WindowOutcome {
    /// What became of the window, of which a later look found or did `later`: what was done stays done.
    fn followed_by(self, later: Self) -> Self {
        let status = if self.status == WindowStatus::Unchanged { later.status } else { self.status };
        let changes = match status {
            WindowStatus::Updated => [self.changes, later.changes].concat(),
            _ => self.changes,
        };
        Self { status, changes, ..later }
    }

    /// The same, for a run that only plans.
    #[must_use]
    pub fn planned(self) -> Self {
        let status = match self.status {
            WindowStatus::Created => WindowStatus::WouldCreate,
            WindowStatus::Updated => WindowStatus::WouldUpdate,
            WindowStatus::Deleted => WindowStatus::WouldDelete,
            unchanged => unchanged,
        };
        Self { status, ..self }
    }
}

impl Failure {
    /// The failure of a run as a whole, as Step Functions hands it to a Catch.
    #[must_use]
    pub fn of_run(error: &str, cause: &str) -> Self {
        Self { step: "Rollout".to_owned(), name: error.to_owned(), message: thrown_message(cause) }
    }
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

#[cfg(test)]
mod tests;
