//! The whole path on a local AWS: real functions, definition and templates, IAM enforced.
//!
//! One organization serves all of it, since starting one takes longer than a rollout: the test is one, its steps are
//! functions.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod evidence;
mod hosts;
pub(crate) mod inputs;
mod policies;
mod promises;
mod records;
mod scope;
mod waves;

use local_aws::demo::{Scenario, play};
use local_aws::{LocalAws, Options, Progress};

#[tokio::test]
async fn an_organization_is_set_up_repaired_updated_extended_and_taken_down() {
    let progress = Progress::silent();
    let mut aws = LocalAws::start(&Options::default(), &progress).await.unwrap();
    aws.deploy(&[], &progress).await.unwrap();
    evidence::the_local_aws_finds_the_definition_valid(&aws).await;

    let mut runs = Vec::new();
    for scenario in Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Delete) {
        let outcome = play(scenario, &mut aws, &progress).await.unwrap();
        assert_eq!(outcome.differences, Vec::<String>::new(), "{scenario}");
        promises::the_failure_of_an_account_stays_its_own(&aws, &outcome).await;
        promises::every_failure_is_in_the_queue_the_ledger_and_the_report(&aws, &outcome).await;
        records::the_report_says_what_the_ledger_says(&aws, &outcome).await;
        records::its_tree_shows_the_account_with_the_step_that_failed(&aws, &outcome).await;
        runs.push(outcome.run);
        if scenario == Scenario::Waves {
            // What follows is about the policy that the stack makes of its own parameters.
            aws.update(&[("PatchPolicy", "")]).await.unwrap();
            runs.push(aws.follow("stack-update", |_| {}).await.unwrap());
        }
    }
    runs.extend(hosts::what_is_asked_is_looked_at_and_nothing_is_changed(&aws).await);
    runs.extend(inputs::what_cannot_be_done_is_refused_by_name(&aws).await);
    runs.extend(policies::policies_that_people_bring_are_done_or_refused_with_the_reason(&mut aws).await);
    runs.extend(waves::accounts_get_the_policy_wave_by_wave(&aws).await);
    runs.extend(scope::what_is_not_there_is_refused_by_name_or_is_a_warning(&aws).await);
    runs.extend(inputs::hostile_inputs_change_nothing(&aws).await);
    promises::no_credential_leaves_a_function(&aws, &runs).await;
    evidence::nobody_else_gets_into_a_member_account(&aws).await;
    // Last, as histories and ledger go with the stack.
    let outcome = play(Scenario::Delete, &mut aws, &progress).await.unwrap();
    assert_eq!(outcome.differences, Vec::<String>::new());
}
