//! The sentences of the README's list "What it guarantees" that a whole rollout shows, each as a step of that name.

use std::collections::BTreeSet;

use local_aws::demo::{Outcome, Scenario};
use local_aws::{LocalAws, RunResult};

use crate::end_to_end::{evidence, records};

/// The account without its role fails in each scenario, and nothing else does.
pub(crate) async fn the_failure_of_an_account_stays_its_own(aws: &LocalAws, outcome: &Outcome) {
    assert_eq!(outcome.differences, Vec::<String>::new());
    records::only_the_account_without_its_role_is_red(aws, outcome).await;
}

pub(crate) async fn every_failure_is_in_the_queue_the_ledger_and_the_report(aws: &LocalAws, outcome: &Outcome) {
    records::the_ledger_has_an_outcome_of_every_account(aws, outcome).await;
    records::its_message_can_be_started_as_it_is(aws, outcome).await;
    let report = outcome.run.report.as_ref().unwrap();
    let outcomes = report["outcomes"].as_array().unwrap().iter();
    // What an inspection cannot look at, the next one looks at.
    let failed = outcomes.filter(|one| one["status"] == "failed" && outcome.scenario != Scenario::Inspect);
    let failed: BTreeSet<_> = failed.map(|one| one["id"].to_string()).collect();
    let letters = aws.dead_letters().await.unwrap();
    let letters = letters.iter().filter(|letter| letter.attribute("run") == outcome.run.run);
    let sent: BTreeSet<_> = letters.map(|letter| letter.input["accounts"][0].to_string()).collect();
    assert_eq!(failed, sent, "{}", outcome.run.run);
}

pub(crate) async fn no_credential_leaves_a_function(aws: &LocalAws, runs: &[RunResult]) {
    evidence::no_credential_that_was_issued_is_in_anything_left_behind(aws, runs).await;
}
