//! `templates/deploy.sh` from the first deployment to the deletion, and what the roles that it creates are good for.
//!
//! One organization serves all of it, since starting one takes longer than a rollout: the test is one, its steps are functions.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod nested;
mod roles;
mod script;
mod trust;

use local_aws::{LocalAws, Options, Progress};

#[tokio::test]
async fn the_script_deploys_a_stack_whose_roles_allow_what_is_called() {
    let progress = Progress::silent();
    let options = Options { accounts: 3, regions: 1, failing: 0, ..Options::default() };
    let mut aws = LocalAws::start(&options, &progress).await.unwrap();
    let parameters = [("WaitForRollout", "true"), ("FailureTolerancePercent", "0"), ("Notify", "Always")];
    aws.deploy(&parameters, &progress).await.unwrap();
    script::a_second_time_it_changes_nothing_and_says_where_to_look(&aws).await;
    script::it_checks_without_deploying(&aws).await;
    script::it_refuses_what_does_not_go_together(&aws).await;
    script::it_tells_why_a_nested_stack_failed(&aws).await;
    nested::the_parent_creates_the_roles_first_and_deletes_them_last(&aws).await;

    trust::the_member_role_cannot_be_assumed_by_another_role_of_the_management_account(&aws).await;
    trust::nor_by_a_function_role_of_another_stack(&aws).await;
    trust::nor_by_a_function_that_has_nothing_to_do_there(&aws).await;
    trust::but_each_function_role_of_this_stack_assumes_its_own(&aws).await;
    let refused = trust::who_looks_cannot_change_anything(&aws).await;

    roles::every_path_is_walked(&mut aws).await;
    script::a_policy_file_sets_up_any_number_of_windows(&aws).await;
    roles::the_functions_roles_allow_what_was_called_and_nothing_else(&aws).await;
    script::it_deletes_the_stack_and_resets_what_it_is_told_to(&aws).await;
    roles::the_member_roles_allow_what_was_called_and_nothing_else(&aws, &refused).await;
    aws.deploy(&parameters, &progress).await.unwrap();
    script::it_deletes_what_was_deployed_once_more_and_keeps_what_it_is_told_to(&aws).await;
}
