//! A run in numbers, and everything that the report holds.

use std::collections::{BTreeMap, BTreeSet};

use policy::PatchPolicy;
use policy::ids::{AccountId, RunId};
use policy::input::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outcome::{AccountOutcome, DhmcOutcome, Failure, Reason, RegionOutcome, Status, Warning, WindowStatus};

/// A run, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// What was asked for; absent when the run ended before that was known.
    pub action: Option<Action>,
    /// The execution's ARN.
    pub execution: Option<String>,
    /// The execution's input, as it was given.
    #[serde(default)]
    pub input: Value,
    /// The policy that was applied; absent when the run ended before it was read.
    pub policy: Option<Value>,
    /// Failed when the run as a whole or anything in it failed; skipped when no account was worked in.
    pub status: Status,
    /// When the execution started, RFC 3339.
    pub started_at: String,
    /// When this was written, RFC 3339.
    pub finished_at: String,
    /// Why the run as a whole could not be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// The run in numbers.
    #[serde(flatten)]
    pub totals: Totals,
    /// The same of each wave of the policy, in the order in which they come; none when it has no waves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<WaveTotals>,
    /// How many warnings there are: of the run as a whole, and in all accounts and their Regions.
    #[serde(default)]
    pub warnings: usize,
    /// What a person should look at once, in however many accounts it is: in the policy itself, and DHMC roles of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run_warnings: Vec<Warning>,
    /// How many accounts were skipped, by reason: those that the run left out, and those in which nothing was done.
    pub skipped: BTreeMap<String, usize>,
    /// What became of each account, in the order of their ids.
    pub outcomes: Vec<AccountOutcome>,
}

impl RunSummary {
    /// Each failure with the account, and with the Region unless the account as a whole failed.
    pub fn failures(&self) -> impl Iterator<Item = (&AccountOutcome, Option<&RegionOutcome>, &Failure)> {
        self.places(|account| account.error.iter(), RegionOutcome::failures)
    }

    /// Each reason for skipping with the account, and with the Region unless the account as a whole was skipped.
    pub fn reasons(&self) -> impl Iterator<Item = (&AccountOutcome, Option<&RegionOutcome>, &Reason)> {
        // Where each Region has its own, the account's says nothing more.
        self.places(
            |account| account.skipped.iter().filter(|_| account.regions.is_empty()),
            |region| region.skipped.iter(),
        )
    }

    /// The warnings of accounts and Regions, with where they are.
    pub fn place_warnings(&self) -> impl Iterator<Item = (&AccountOutcome, Option<&RegionOutcome>, &Warning)> {
        self.places(|account| account.warnings.iter(), |region| region.warnings.iter())
    }

    fn places<'a, T: 'a, A: Iterator<Item = &'a T>, R: Iterator<Item = &'a T>>(
        &'a self,
        of_account: impl Fn(&'a AccountOutcome) -> A,
        of_region: impl Fn(&'a RegionOutcome) -> R + Copy,
    ) -> impl Iterator<Item = (&'a AccountOutcome, Option<&'a RegionOutcome>, &'a T)> {
        self.outcomes.iter().flat_map(move |account| {
            let whole = of_account(account).map(move |found| (account, None, found));
            let regions = account.regions.iter();
            whole.chain(
                regions.flat_map(move |region| of_region(region).map(move |found| (account, Some(region), found))),
            )
        })
    }

    /// How many of the accounts that the run was to work in were skipped.
    pub fn skipped_in_scope(&self) -> usize {
        self.outcomes.iter().filter(|account| account.status == Status::Skipped).count()
    }
}

/// What is to be said once of DHMC settings, in however many Regions it is so: each role that was kept and is not `our_role`, as Quick Setup
/// sets one everywhere, and that accounts could not be asked whether they have ours.
pub fn dhmc_warnings(outcomes: &[AccountOutcome], our_role: Option<&str>) -> Vec<Warning> {
    let regions = outcomes.iter().flat_map(|account| account.regions.iter().map(move |region| (&account.id, region)));
    let settings: Vec<_> = regions.filter_map(|(account, region)| Some((account, region.dhmc.as_ref()?))).collect();
    let places = |is_meant: &dyn Fn(&DhmcOutcome) -> bool| {
        let accounts: Vec<_> = settings.iter().filter(|(_, dhmc)| is_meant(dhmc)).map(|(account, _)| account).collect();
        let regions = accounts.len();
        format!("{regions} account-Regions of {} accounts", accounts.into_iter().collect::<BTreeSet<_>>().len())
    };
    let roles: BTreeSet<_> = settings.iter().filter_map(|(_, dhmc)| dhmc.kept_role()).collect();
    let kept = roles.into_iter().filter(|role| Some(*role) != our_role).map(|role| {
        let places = places(&|dhmc| dhmc.kept_role() == Some(role));
        let what = format!("Default Host Management Configuration has the role {role}, which is not ours, in {places}");
        Warning::new("DhmcKept", format!("{what}: it was kept"))
    });
    let not_looked_for = settings.iter().find_map(|(_, dhmc)| dhmc.not_looked_for.as_ref()).map(|why| {
        let message = format!(
            "whether the role for Default Host Management Configuration is there was not to be found out in {}, and it was taken \
             to be: {why}",
            places(&|dhmc| dhmc.not_looked_for.is_some())
        );
        Warning::new("DhmcRoleNotLookedFor", message)
    });
    kept.chain(not_looked_for).collect()
}

/// An account that failed, in a line: what the report answers of it, and the stack is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAccount {
    /// The account.
    pub id: AccountId,
    /// Its name in the organization.
    pub name: String,
    /// The name of its first error.
    pub error: String,
}

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Accounts, by what became of them.
    pub accounts: AccountTotals,
    /// Regions of accounts, by what became of them.
    pub regions: RegionTotals,
    /// Windows, by what became of them; for a plan, by what would.
    pub windows: WindowTotals,
}

/// A wave in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WaveTotals {
    /// The wave's name.
    pub name: String,
    /// What became of its accounts in this run, which need not be all that the wave takes.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Accounts, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountTotals {
    /// All of their Regions are as they should be, except those that were skipped.
    pub succeeded: usize,
    /// The account, or one of its Regions, is not.
    pub failed: usize,
    /// Left out of the run, or nothing was done in them.
    pub skipped: usize,
    /// Not begun, or stopped on the way, when the run was halted.
    #[serde(default)]
    pub not_reached: usize,
}

/// Regions of accounts, by what became of them. An account that could not be entered adds none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegionTotals {
    /// As they should be.
    pub succeeded: usize,
    /// Not as they should be.
    pub failed: usize,
    /// In scope, and not enabled in the account or denied to it.
    #[serde(default)]
    pub skipped: usize,
}

/// Windows, by what became of them; for a plan, by what would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowTotals {
    /// Were not there.
    pub created: usize,
    /// Differed.
    pub updated: usize,
    /// Were as they should be.
    pub unchanged: usize,
    /// Were ours and are not in the policy.
    pub deleted: usize,
}

impl AccountTotals {
    /// All of them.
    pub fn all(&self) -> usize {
        self.succeeded + self.failed + self.skipped + self.not_reached
    }
}

impl WindowTotals {
    /// Those that were not as they should be.
    pub fn changed(&self) -> usize {
        self.created + self.updated + self.deleted
    }
}

impl WaveTotals {
    /// Counts the `outcomes` of each wave of the policy.
    pub fn of(policy: &PatchPolicy, outcomes: &[AccountOutcome]) -> Vec<Self> {
        let totals = |name: &str| {
            let of_wave = outcomes.iter().filter(|account| account.wave.as_deref() == Some(name));
            Self { name: name.to_owned(), totals: Totals::new(of_wave, 0) }
        };
        policy.waves.iter().map(|wave| totals(wave.name.as_str())).collect()
    }
}

impl Totals {
    /// Counts `outcomes`, beside the accounts that were left out.
    pub fn new<'a>(outcomes: impl IntoIterator<Item = &'a AccountOutcome>, left_out: usize) -> Self {
        let mut totals = Self::default();
        totals.accounts.skipped = left_out;
        for account in outcomes {
            *match account.status {
                Status::Failed => &mut totals.accounts.failed,
                Status::Skipped => &mut totals.accounts.skipped,
                Status::NotReached => &mut totals.accounts.not_reached,
                Status::Succeeded | Status::Planned => &mut totals.accounts.succeeded,
            } += 1;
            account.regions.iter().for_each(|region| totals.add(region));
        }
        totals
    }

    fn add(&mut self, region: &RegionOutcome) {
        *match region.status {
            Status::Failed | Status::NotReached => &mut self.regions.failed,
            Status::Skipped => &mut self.regions.skipped,
            Status::Succeeded | Status::Planned => &mut self.regions.succeeded,
        } += 1;
        for window in &region.windows {
            *match window.status {
                WindowStatus::Created | WindowStatus::WouldCreate => &mut self.windows.created,
                WindowStatus::Updated | WindowStatus::WouldUpdate => &mut self.windows.updated,
                WindowStatus::Deleted | WindowStatus::WouldDelete => &mut self.windows.deleted,
                WindowStatus::Unchanged => &mut self.windows.unchanged,
            } += 1;
        }
    }

    /// How a run with these numbers ended, unless it could not be done as a whole.
    pub fn status(&self, action: Option<Action>) -> Status {
        match action {
            _ if self.accounts.failed > 0 => Status::Failed,
            _ if self.accounts.succeeded == 0 => Status::Skipped,
            Some(Action::Plan) => Status::Planned,
            _ => Status::Succeeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn outcomes() -> Vec<AccountOutcome> {
        let window =
            |status| json!({"name": "w-w", "id": "mw-1", "status": status, "changes": [], "nextExecution": null});
        from_value(json!([
            {"id": "111122223333", "name": "a", "status": "succeeded", "regions": [
                {"region": "eu-west-1", "status": "succeeded", "windows": [window("created"), window("unchanged")]}
            ]},
            {"id": "111122224444", "name": "b", "status": "failed", "regions": [
                {"region": "eu-west-1", "status": "succeeded", "windows": [window("updated"), window("deleted")]},
                {"region": "us-east-1", "status": "failed", "error": {"step": "s", "name": "n", "cause": "c"}}
            ]},
            {"id": "111122225555", "name": "c", "status": "failed", "regions": [],
             "error": {"step": "AssumeRole", "name": "AccessDenied", "cause": "c"}},
            {"id": "111122226666", "name": "d", "status": "skipped", "skipped": {"name": "AccountDenied", "message": "m"},
             "regions": [{"region": "us-east-1", "status": "skipped", "skipped": {"name": "RegionDenied", "message": "m"}}]}
        ]))
        .unwrap()
    }

    #[test]
    fn every_account_region_and_window_is_counted_once() {
        let totals = Totals::new(&outcomes(), 4);
        assert_eq!(totals.accounts, AccountTotals { succeeded: 1, failed: 2, skipped: 5, not_reached: 0 });
        assert_eq!(totals.regions, RegionTotals { succeeded: 2, failed: 1, skipped: 1 });
        assert_eq!(totals.windows, WindowTotals { created: 1, updated: 1, unchanged: 1, deleted: 1 });
    }

    #[test]
    fn each_failure_and_each_reason_comes_with_its_account_and_its_region() {
        let run = json!({
            "run": "r1", "input": {}, "status": "failed", "startedAt": "", "finishedAt": "", "warnings": 0, "skipped": {},
            "accounts": AccountTotals::default(), "regions": RegionTotals::default(), "windows": WindowTotals::default(),
            "outcomes": outcomes()
        });
        let run: RunSummary = from_value(run).unwrap();
        let region = |region: Option<&RegionOutcome>| region.map(|region| region.region.to_string());
        let failures: Vec<_> =
            run.failures().map(|(account, at, failure)| (&*account.name, region(at), &*failure.name)).collect();
        assert_eq!(failures, [("b", Some("us-east-1".into()), "n"), ("c", None, "AccessDenied")]);
        let reasons: Vec<_> =
            run.reasons().map(|(account, at, reason)| (&*account.name, region(at), &*reason.name)).collect();
        assert_eq!(reasons, [("d", Some("us-east-1".into()), "RegionDenied")]);
    }

    #[test]
    fn one_failed_account_makes_the_run_a_failed_one() {
        assert_eq!(Totals::new(&outcomes(), 0).status(Some(Action::Rollout)), Status::Failed);
        assert_eq!(Totals::new(&outcomes()[..1], 0).status(Some(Action::Rollout)), Status::Succeeded);
        assert_eq!(Totals::new(&outcomes()[..1], 0).status(Some(Action::Plan)), Status::Planned);
    }

    #[test]
    fn a_run_that_worked_in_no_account_is_not_a_success() {
        for action in [Action::Rollout, Action::Plan, Action::Disable] {
            assert_eq!(Totals::new(&outcomes()[3..], 2).status(Some(action)), Status::Skipped);
        }
    }
}
