//! What each scenario promises, against the report, the calls and what the account-Regions hold.

mod hosts;
mod state;
mod waves;

use std::collections::{BTreeMap, BTreeSet};

use patching::summary::{AccountTotals, RegionTotals, Totals, WindowTotals};

use super::outcome::Outcome;
use super::scenario::Scenario;
use crate::error::{During, Result};
use crate::fleets::Kind;
use crate::local_aws::LocalAws;
use crate::organization::{Condition, Organization};
use state::{PATCHING_PER_PAIR, WINDOWS_PER_PAIR, check_deleted, check_empty, check_set_up};
use waves::check_waves;

/// Everything that is not as promised, in words.
///
/// So many windows have `drifted` before, and the hosts are made to be of these `kinds`.
pub(super) async fn check(
    aws: &LocalAws,
    outcome: &Outcome,
    drifted: usize,
    kinds: &BTreeMap<String, Kind>,
) -> Result<Vec<String>> {
    let snapshot = aws.simulator.state().await.during("reading what the accounts hold")?;
    let organization = &aws.organization;
    let mut differences = check_totals(outcome, &promised(outcome, organization, drifted));
    differences.extend(check_accounts(outcome));
    differences.extend(check_end(outcome));
    differences.extend(match outcome.scenario {
        Scenario::Disable => check_empty(&snapshot),
        Scenario::Delete => check_deleted(organization, &snapshot),
        Scenario::Waves => check_waves(outcome, &snapshot),
        _ => check_set_up(organization, &snapshot, aws.deployment()?.parameter("PatchOperation").unwrap_or("Scan")),
    });
    if matches!(outcome.scenario, Scenario::SecondRollout | Scenario::Inspect) {
        differences.extend(check_nothing_was_written(outcome));
    }
    differences.extend(check_dead_letters(outcome));
    differences.extend(hosts::check(aws, outcome, kinds).await?);
    Ok(differences)
}

/// The totals that the report should have.
fn promised(outcome: &Outcome, organization: &Organization, drifted: usize) -> Totals {
    let scenario = outcome.scenario;
    let pairs = outcome.accounts_that_are(Condition::Ready).map(|account| account.regions.len()).sum::<usize>();
    // Regions in scope that an account has not enabled, or that are denied to it.
    let ready = outcome.accounts_that_are(Condition::Ready);
    let skipped = ready.map(|account| organization.regions.len() - account.regions.len()).sum();
    let all = pairs * WINDOWS_PER_PAIR;
    let patching = pairs * PATCHING_PER_PAIR;
    let none = WindowTotals::default;
    Totals {
        accounts: AccountTotals {
            succeeded: outcome.accounts_that_are(Condition::Ready).count(),
            failed: outcome.accounts_that_are(Condition::WithoutRole).count(),
            not_reached: 0,
            skipped: match scenario {
                // Nobody asked for the others.
                Scenario::NewAccount | Scenario::RetryFailed => 0,
                _ => organization.accounts.len() - outcome.scope.len(),
            },
        },
        regions: RegionTotals {
            succeeded: match scenario {
                // Also where the scope does not reach nothing may be left.
                Scenario::Disable | Scenario::Delete => organization.enabled_pairs(),
                _ => pairs,
            },
            failed: 0,
            skipped: match scenario {
                // Everywhere, so that there is no scope of which a Region could be missing.
                Scenario::Disable | Scenario::Delete => organization.denied().count(),
                _ => skipped,
            },
        },
        windows: match scenario {
            Scenario::FirstRollout | Scenario::NewAccount | Scenario::RetryFailed => {
                WindowTotals { created: all, ..none() }
            }
            Scenario::SecondRollout => WindowTotals { unchanged: all, ..none() },
            Scenario::DriftRepair => WindowTotals { updated: drifted, unchanged: all - drifted, ..none() },
            Scenario::PolicyUpdate | Scenario::Waves => {
                WindowTotals { updated: patching, unchanged: all - patching, ..none() }
            }
            Scenario::Disable | Scenario::Delete => WindowTotals { deleted: all, ..none() },
            Scenario::Inspect => none(),
        },
    }
}

fn check_totals(outcome: &Outcome, promised: &Totals) -> Vec<String> {
    let found = &outcome.totals;
    let pairs = [
        ("accounts", format!("{:?}", found.accounts), format!("{:?}", promised.accounts)),
        ("regions", format!("{:?}", found.regions), format!("{:?}", promised.regions)),
        ("windows", format!("{:?}", found.windows), format!("{:?}", promised.windows)),
    ];
    pairs
        .into_iter()
        .filter(|(_, found, promised)| found != promised)
        .map(|(what, found, promised)| format!("the report counts {what} as {found} instead of {promised}"))
        .collect()
}

/// Nothing but the accounts in scope was worked in.
fn check_accounts(outcome: &Outcome) -> Option<String> {
    let found: BTreeSet<&str> = outcome.accounts.iter().map(|account| account.id.as_str()).collect();
    let promised: BTreeSet<&str> = outcome.scope.iter().map(|account| account.id.as_str()).collect();
    (found != promised).then(|| format!("the report is about the accounts {found:?} instead of {promised:?}"))
}

/// An organization with an account that cannot be entered ends red, after all the others are done.
fn check_end(outcome: &Outcome) -> Option<String> {
    let fails = outcome.accounts_that_are(Condition::WithoutRole).count() > 0;
    let error = match outcome.scenario {
        Scenario::Inspect => "InspectionIncomplete",
        _ => "RolloutIncomplete",
    };
    let promised = if fails { ("FAILED", Some(error)) } else { ("SUCCEEDED", None) };
    let found = (outcome.run.status.as_str(), outcome.run.error.as_deref());
    let cause = outcome.run.cause.as_deref().unwrap_or_default();
    (found != promised).then(|| format!("the execution ended as {found:?} instead of {promised:?}: {cause}"))
}

fn check_nothing_was_written(outcome: &Outcome) -> Vec<String> {
    outcome
        .ssm_calls
        .iter()
        .filter(|(operation, _)| !["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb)))
        .map(|(operation, calls)| format!("{calls} calls of {operation}, though there was nothing to change"))
        .collect()
}

/// Each account that cannot be entered, and nothing else, is in the dead-letter queue, ready to be tried again; of an inspection nothing
/// is. The queue goes with the stack.
fn check_dead_letters(outcome: &Outcome) -> Option<String> {
    if outcome.scenario == Scenario::Delete {
        return None;
    }
    let accounts = outcome.dead_letters.iter().map(|letter| letter.input["accounts"][0].as_str().unwrap_or_default());
    let found: BTreeSet<&str> = accounts.collect();
    let failing = outcome.accounts_that_are(Condition::WithoutRole).filter(|_| outcome.scenario != Scenario::Inspect);
    let promised: BTreeSet<&str> = failing.map(|account| account.id.as_str()).collect();
    (found != promised).then(|| format!("the dead-letter queue names {found:?} instead of {promised:?}"))
}
