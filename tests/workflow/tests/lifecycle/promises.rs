//! The sentences of the README's list "What it guarantees" that the life of a stack shows, each as a step of that name.

use local_aws::LocalAws;

use crate::lifecycle::{disabled, failures};

/// Whatever asks for a rollout meanwhile.
pub(crate) async fn what_is_disabled_stays_disabled(aws: &LocalAws) {
    disabled::disabling_has_removed_everything_and_switched_the_triggers_off(aws).await;
    disabled::nothing_is_rolled_out_meanwhile(aws).await;
}

/// Also when the run cannot answer any more.
pub(crate) async fn a_stack_never_waits_for_a_run_that_is_over(aws: &mut LocalAws) {
    failures::an_invalid_policy_fails_the_update_and_is_taken_back(aws).await;
    failures::an_invalid_policy_fails_the_creation_with_every_problem(aws).await;
    failures::a_creation_in_which_too_many_accounts_fail_keeps_its_report(aws).await;
    failures::an_aborted_execution_fails_the_stack_at_once(aws).await;
}
