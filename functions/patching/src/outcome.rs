//! What was done, in the shapes that the functions answer, the ledger holds and the report shows.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use strum::Display;

use crate::diff::Change;
use crate::ids::{AccountId, Region};
use crate::policy::{OwnerTag, Window};

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

/// What the tries of a run have done in a Region so far: a function is given it, and answers it with what it did itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// Whether the Region is as the policy wants it: failed as long as something is left to do.
    pub status: Status,
    /// Whether something is left to do that may be done by another try.
    pub again: bool,
    /// What became of the DHMC setting.
    pub dhmc: Option<DhmcOutcome>,
    /// One entry a window of ours, present or deleted.
    pub windows: Vec<WindowOutcome>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// How many tries have ended with something left to do.
    pub tries: u32,
    /// Whether this try has written anything.
    #[serde(skip)]
    pub has_written: bool,
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
    /// Everything that failed, each once.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        let dhmc = self.dhmc_error.as_ref().filter(|failure| self.error.as_ref() != Some(failure));
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

    /// What a person should look at: what was recorded, and a DHMC role that is neither `our_role` nor was replaced.
    #[must_use]
    pub fn all_warnings(&self, our_role: Option<&str>) -> Vec<Warning> {
        let kept = self.dhmc.as_ref().filter(|dhmc| dhmc.status == DhmcStatus::Kept);
        let foreign = kept.and_then(|dhmc| dhmc.before.as_deref()).filter(|role| Some(*role) != our_role);
        self.warnings.iter().cloned().chain(foreign.map(Warning::dhmc_kept)).collect()
    }
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

    /// Why an account with these Regions was skipped as a whole; `None` when it was worked in.
    fn of_account(regions: &[RegionOutcome]) -> Option<Self> {
        if regions.iter().any(|region| region.status != Status::Skipped) {
            return None;
        }
        let reasons: Vec<_> = regions.iter().filter_map(|region| region.skipped.as_ref()).collect();
        let denied = reasons.iter().find(|reason| reason.name == Self::REGION_DENIED);
        let (name, message) = match denied {
            Some(denied) => (Self::ACCOUNT_DENIED, format!("in each Region to be worked in: {}", denied.message)),
            None if reasons.is_empty() => (Self::NO_REGION, "there was no Region to be worked in".to_owned()),
            None => (Self::NO_REGION, "the account has enabled none of the Regions in scope".to_owned()),
        };
        Some(Self { name: name.to_owned(), message })
    }
}

impl Progress {
    /// Takes in what became of windows since: those that stay by their names, which are theirs alone, each that was deleted by itself.
    pub fn follow(&mut self, windows: Vec<WindowOutcome>) {
        for later in windows {
            self.has_written |= later.status.is_change();
            let is_deleted = later.status == WindowStatus::Deleted;
            // A list that lags behind shows what was deleted already.
            if is_deleted && self.windows.contains(&later) {
                continue;
            }
            let stays = |window: &&mut WindowOutcome| {
                !is_deleted && window.name == later.name && window.status != WindowStatus::Deleted
            };
            match self.windows.iter_mut().find(stays) {
                Some(window) => *window = window.clone().followed_by(later),
                None => self.windows.push(later),
            }
        }
    }

    /// Takes in what became of the DHMC setting since.
    pub fn follow_dhmc(&mut self, later: DhmcOutcome) {
        self.has_written |= later.is_change();
        match &self.dhmc {
            Some(earlier) if earlier.is_change() && !later.is_change() => {}
            _ => self.dhmc = Some(later),
        }
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

impl Warning {
    /// The name of [`Warning::foreign_window`].
    pub const FOREIGN_WINDOW: &str = "ForeignWindow";
    /// An account that may not list its Regions, in which those that the policy names were taken.
    pub const REGIONS_NOT_LISTED: &str = "RegionsNotListed";
    /// The name of [`Warning::dhmc_kept`].
    pub const DHMC_KEPT: &str = "DhmcKept";

    /// The name of [`Warning::never_opens`].
    pub const NEVER_OPENS: &str = "NeverOpens";
    /// The name of [`Warning::openings_overlap`].
    pub const OPENINGS_OVERLAP: &str = "OpeningsOverlap";

    /// A window whose only moment has passed.
    #[must_use]
    pub fn never_opens(window: &Window) -> Self {
        Self {
            name: Self::NEVER_OPENS.to_owned(),
            message: format!("the window {} does not open any more: {} has passed", window.name, window.schedule),
        }
    }

    /// A window that opens again before it closes.
    #[must_use]
    pub fn openings_overlap(window: &Window, first: Timestamp, second: Timestamp) -> Self {
        let (name, hours) = (&window.name, window.duration.hours());
        Self {
            name: Self::OPENINGS_OVERLAP.to_owned(),
            message: format!(
                "the window {name} opens at {first} for {hours} h, and again at {second}, before that is over"
            ),
        }
    }

    /// A DHMC role of somebody else, which the policy does not allow to be replaced.
    #[must_use]
    pub fn dhmc_kept(role: &str) -> Self {
        Self {
            name: Self::DHMC_KEPT.to_owned(),
            message: format!(
                "Default Host Management Configuration has the role {role}, which is not ours: it was kept"
            ),
        }
    }

    /// A window that has one of our names and not our tag.
    #[must_use]
    pub fn foreign_window(name: &str, id: &str, owner_tag: &OwnerTag) -> Self {
        Self {
            name: Self::FOREIGN_WINDOW.to_owned(),
            message: format!(
                "the maintenance window {id} is also named {name} but lacks the tag {}={}: it was left alone, and both run",
                owner_tag.key.as_str(),
                owner_tag.value.as_str()
            ),
        }
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
