//! What each scenario promises, against the report, the calls and what the account-Regions hold.

use patching::summary::{AccountTotals, RegionTotals, Totals, WindowTotals};

use super::super::outcome::Outcome;
use super::super::scenario::Scenario;
use super::super::state::{PATCHING_PER_PAIR, WINDOWS_PER_PAIR, check_empty, check_set_up};
use crate::error::{During, Result};
use crate::local_aws::LocalAws;
use crate::organization::{Condition, Organization};

/// Everything that is not as promised, in words.
pub(super) async fn check(aws: &LocalAws, outcome: &Outcome, drifted: usize) -> Result<Vec<String>> {
    let snapshot = aws.simulator.state().await.during("reading what the accounts hold")?;
    let organization = &aws.organization;
    let mut differences = check_totals(outcome, &promised(outcome.scenario, organization, drifted));
    differences.extend(check_end(outcome, organization));
    differences.extend(match outcome.scenario {
        Scenario::FirstRollout | Scenario::SecondRollout | Scenario::DriftRepair => {
            check_set_up(organization, &snapshot, "Scan")
        }
        Scenario::PolicyUpdate => check_set_up(organization, &snapshot, "Install"),
        Scenario::Disable => check_empty(&snapshot),
    });
    if outcome.scenario == Scenario::SecondRollout {
        differences.extend(check_nothing_was_written(outcome));
    }
    differences.extend(check_dead_letters(aws, outcome).await?);
    Ok(differences)
}

/// The totals that the report should have.
fn promised(scenario: Scenario, organization: &Organization, drifted: usize) -> Totals {
    let pairs = organization.ready_pairs().count();
    let all = pairs * WINDOWS_PER_PAIR;
    let patching = pairs * PATCHING_PER_PAIR;
    let none = WindowTotals::default;
    Totals {
        accounts: AccountTotals {
            succeeded: organization.ready().count(),
            failed: organization.accounts_that_are(Condition::WithoutRole).count(),
            skipped: organization.skipped().count(),
        },
        regions: RegionTotals {
            succeeded: match scenario {
                // Also where the scope does not reach (any more) nothing may be left.
                Scenario::PolicyUpdate | Scenario::Disable => organization.enabled_pairs(),
                _ => pairs,
            },
            failed: 0,
        },
        windows: match scenario {
            Scenario::FirstRollout => WindowTotals { created: all, ..none() },
            Scenario::SecondRollout => WindowTotals { unchanged: all, ..none() },
            Scenario::DriftRepair => WindowTotals { updated: drifted, unchanged: all - drifted, ..none() },
            Scenario::PolicyUpdate => WindowTotals { updated: patching, unchanged: all - patching, ..none() },
            Scenario::Disable => WindowTotals { deleted: all, ..none() },
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

/// An organization with an account that cannot be entered ends red, after all the others are done.
fn check_end(outcome: &Outcome, organization: &Organization) -> Option<String> {
    let fails = organization.accounts_that_are(Condition::WithoutRole).count() > 0;
    let promised = if fails { ("FAILED", Some("RolloutIncomplete")) } else { ("SUCCEEDED", None) };
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

/// Each account that cannot be entered, and nothing else, is in the dead-letter queue, ready to be tried again.
async fn check_dead_letters(aws: &LocalAws, outcome: &Outcome) -> Result<Vec<String>> {
    let mut found: Vec<String> = aws
        .dead_letters()
        .await?
        .iter()
        .filter(|letter| letter.attribute("run") == outcome.run.run)
        .map(|letter| letter.input["accounts"][0].as_str().unwrap_or_default().to_owned())
        .collect();
    found.sort();
    let mut promised: Vec<String> =
        aws.organization.accounts_that_are(Condition::WithoutRole).map(|account| account.id.clone()).collect();
    promised.sort();
    let differ = found != promised;
    Ok(differ.then(|| format!("the dead-letter queue names {found:?} instead of {promised:?}")).into_iter().collect())
}
