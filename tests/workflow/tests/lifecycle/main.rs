//! Every way a rollout starts and ends, through CloudFormation and EventBridge on a local AWS.
//!
//! One organization serves all of it, since starting one takes longer than a rollout: the test is one, its steps are
//! functions, in the order in which a stack lives.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod changes;
mod denied;
mod disabled;
mod ending;
mod failures;
mod held;
mod meeting;
mod new_accounts;
mod promises;
mod queue;
mod triggers;
mod undelivered;
mod unlisted;

use local_aws::{LocalAws, Options, Progress};

/// What the stack is created with, before its defaults here.
const PARAMETERS: [(&str, &str); 3] =
    [("WaitForRollout", "true"), ("FailureTolerancePercent", "0"), ("NewAccountGraceMinutes", "1")];

#[tokio::test]
async fn a_stack_is_created_changed_disabled_enabled_and_deleted() {
    let progress = Progress::silent();
    let options = Options { accounts: 4, regions: 2, failing: 0, ..Options::default() };
    let mut aws = LocalAws::start(&options, &progress).await.unwrap();
    aws.deploy(&PARAMETERS, &progress).await.unwrap();
    changes::creating_the_stack_waits_until_everything_is_set_up(&aws).await;
    changes::another_time_zone_reaches_every_window(&mut aws).await;
    changes::install_reaches_every_task(&mut aws).await;
    changes::another_owner_tag_is_refused_while_windows_carry_the_old_one(&mut aws).await;
    changes::a_region_that_leaves_the_scope_is_emptied(&mut aws).await;
    changes::an_account_that_leaves_the_scope_is_emptied(&mut aws).await;
    changes::an_organizational_unit_that_leaves_the_scope_is_emptied(&mut aws).await;
    changes::a_disable_reaches_an_account_that_left_the_scope(&mut aws).await;
    changes::a_retry_does_what_the_run_did_also_where_no_outcome_was_left(&aws).await;

    let without_role = new_accounts::an_account_without_its_role_is_created(&mut aws).await;
    new_accounts::an_account_whose_role_comes_later_is_set_up_without_help(&mut aws).await;
    new_accounts::one_whose_role_never_comes_ends_in_the_dead_letter_queue(&aws, &without_role).await;
    aws.put_member_roles(&without_role.account).await.unwrap();
    queue::what_failed_is_started_again_and_leaves_the_queue(&aws, &without_role.account).await;

    promises::a_stack_never_waits_for_a_run_that_is_over(&mut aws).await;

    Box::pin(meeting::two_rollouts_at_once_leave_everything_once(&aws)).await;
    meeting::a_rollout_that_still_runs_does_not_undo_a_disable(&mut aws).await;
    promises::what_is_disabled_stays_disabled(&aws).await;
    disabled::enabling_sets_everything_up_again(&mut aws).await;
    denied::what_service_control_policies_deny_is_skipped_by_name(&mut aws).await;
    unlisted::an_account_that_may_not_list_its_regions_is_set_up_and_swept_all_the_same(&mut aws).await;
    undelivered::what_was_decided_reaches_the_stack_though_it_was_not_delivered_at_first(&mut aws).await;
    ending::deleting_the_stack_removes_the_windows_and_resets_dhmc_where_its_owner_chose_so(&mut aws).await;
}
