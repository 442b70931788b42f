//! From what is recorded of a run, and what should be, to the run as a whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use patching::names::Names;
use patching::openings;
use patching::outcome::{AccountOutcome, Failure, Status, Warning};
use patching::summary::{RunSummary, Totals, WaveTotals, dhmc_warnings};
use patching::targets::Target;
use policy::PatchPolicy;
use policy::ids::AccountId;
use policy::input::Action;

use crate::halt::{HALTED, halted_wave};
use crate::request::Request;

/// The run, whole, as it is at `now`.
pub fn gather(request: Request, recorded: Vec<AccountOutcome>, targets: Vec<Target>, now: Timestamp) -> RunSummary {
    let action = request.action;
    let policy = request.policy.as_ref().and_then(|policy| PatchPolicy::parse(policy).ok());
    let halted = request.error.as_ref().filter(|caught| caught.error == HALTED);
    let ended = halted.map(|caught| waves_before(policy.as_ref(), halted_wave(&caught.cause)));
    let outcomes = with_targets(recorded, targets, ended.as_ref());
    let mut run_warnings = of_policy(&request, policy.as_ref(), now);
    run_warnings.splice(0..0, request.warnings);
    let our_role = policy.as_ref().and_then(|policy| Names::of(policy).dhmc_role);
    run_warnings.extend(dhmc_warnings(&outcomes, our_role.as_deref()));
    let mut skipped = request.accounts.map(|accounts| accounts.skipped).unwrap_or_default();
    let error = request.error.map(|caught| Failure::of_run(&caught.error, &caught.cause));
    let totals = Totals::new(&outcomes, skipped.values().sum());
    for reason in outcomes.iter().filter_map(|account| account.skipped.as_ref()) {
        *skipped.entry(reason.name.clone()).or_default() += 1;
    }
    let mut run = RunSummary {
        run: request.run,
        action,
        execution: Some(request.execution),
        input: request.input,
        policy: request.policy,
        status: if error.is_some() { Status::Failed } else { totals.status(action) },
        started_at: request.started_at,
        finished_at: now.to_string(),
        error,
        totals,
        waves: policy.map(|policy| WaveTotals::of(&policy, &outcomes)).unwrap_or_default(),
        warnings: run_warnings.len(),
        run_warnings,
        skipped,
        outcomes,
    };
    run.warnings += run.place_warnings().count();
    run
}

/// What takes everything down opens nothing; a policy that is not valid is the run's error.
fn of_policy(request: &Request, policy: Option<&PatchPolicy>, now: Timestamp) -> Vec<Warning> {
    let opens = request.action.is_some_and(|action| action != Action::Disable);
    let policy = policy.filter(|_| opens);
    policy.map(|policy| openings::warnings(policy, request.started_at.parse().unwrap_or(now))).unwrap_or_default()
}

/// The waves that had ended when the run was halted in this one.
fn waves_before<'a>(policy: Option<&'a PatchPolicy>, halted: Option<&str>) -> BTreeSet<&'a str> {
    let waves = policy.into_iter().flat_map(|policy| &policy.waves).map(|wave| wave.name.as_str());
    if halted.is_some() { waves.take_while(|wave| Some(*wave) != halted).collect() } else { BTreeSet::new() }
}

/// An account whose execution was aborted, or not started, leaves no item in the ledger: the list of targets still knows it, as it
/// knows each account's organizational unit and wave. Of a halted run it was not reached, unless its wave had `ended` before.
fn with_targets(
    mut outcomes: Vec<AccountOutcome>,
    targets: Vec<Target>,
    ended: Option<&BTreeSet<&str>>,
) -> Vec<AccountOutcome> {
    let mut targets: BTreeMap<AccountId, _> =
        targets.into_iter().map(|target| (target.account.id.clone(), target)).collect();
    for outcome in &mut outcomes {
        if let Some(target) = targets.remove(&outcome.id) {
            (outcome.organizational_unit, outcome.wave) = (target.account.organizational_unit, target.wave);
        }
    }
    for Target { account, wave, .. } in targets.into_values() {
        let is_reached = ended.is_none_or(|ended| wave.as_deref().is_some_and(|wave| ended.contains(wave)));
        let without = if is_reached { AccountOutcome::without_record } else { AccountOutcome::not_reached };
        let without = without(account.id, account.name);
        outcomes.push(AccountOutcome { organizational_unit: account.organizational_unit, wave, ..without });
    }
    outcomes.sort_by(|a, b| a.id.cmp(&b.id));
    outcomes
}
