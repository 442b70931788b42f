//! The sentences of the README's list "What it guarantees" that one account-Region can show, each as a test of that name.
//!
//! Those that take a whole local AWS are in files of this name of the suites `end_to_end` and `lifecycle`.

use futures::future::join_all;
use ssm_simulator::Faults;
use workflow::cell::{Cell, policy, roll_out, with_retries};

use crate::guarantees::expected::{differences, publish_documents};
use crate::guarantees::generated::{self, FEW, holds_for};
use crate::guarantees::inputs;

#[test]
fn after_a_run_an_account_holds_what_the_policy_says_whatever_it_held_before() {
    holds_for(FEW, &generated::after_one_run_all_is_as_the_policy_says);
}

#[test]
fn a_second_run_changes_nothing() {
    holds_for(FEW, &generated::a_second_run_makes_no_writing_call);
}

#[test]
fn nothing_without_the_owner_tag_is_touched() {
    holds_for(FEW, &generated::foreign_windows_stay_as_they_are_through_rollout_and_teardown);
}

#[test]
fn a_plan_says_what_a_rollout_would_do_and_does_nothing() {
    holds_for(FEW, &generated::a_plan_says_what_the_rollout_then_does);
}

/// Runs at once, each tried again after its answers are lost, and one more when all is quiet.
#[tokio::test]
async fn nothing_is_there_twice_after_retries_crashes_and_runs_at_once() {
    let cell = Cell::unsettled().await;
    for seed in 0..12 {
        cell.simulator.reset();
        publish_documents(&cell, &policy());
        let faults = Faults { seed, drop_before_rate: 0.05, drop_after_rate: 0.1, ..Faults::default() };
        cell.simulator.set_faults(faults);
        let ours = policy();
        join_all((0..3).map(|_| {
            let (ssm, run, ours) = (&cell.ssm, cell.next_run(), &ours);
            async move { with_retries(async || roll_out(ssm, &run, ours).await).await }
        }))
        .await;
        cell.simulator.set_faults(Faults::default());
        let lags = cell.settle();
        cell.roll_out(&ours).await;
        cell.simulator.configure(lags);
        assert_eq!(differences(&cell, &ours), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn what_is_not_valid_is_refused_by_the_names_of_its_fields_before_anything_is_done() {
    inputs::every_row_is_refused_by_the_names_of_its_fields();
}
