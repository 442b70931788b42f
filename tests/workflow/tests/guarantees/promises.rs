//! The sentences of the README's list "What it guarantees" that one account-Region can show, each as a test of that name.
//!
//! Those that take the whole local AWS are in the suite `lifecycle`, also in a file of this name.

use workflow::cell::{Cell, policy};

use crate::generated::{self, example, for_all};
use crate::inputs;

#[test]
fn after_a_run_an_account_holds_what_the_policy_says_whatever_it_held_before() {
    for_all(example(), generated::after_one_run_all_is_as_the_policy_says);
}

#[test]
fn a_second_run_changes_nothing() {
    for_all(example(), generated::a_second_run_makes_no_writing_call);
}

#[test]
fn nothing_without_the_owner_tag_is_touched() {
    for_all(example(), generated::foreign_windows_stay_as_they_are_through_rollout_and_teardown);
}

#[test]
fn a_plan_says_what_a_rollout_would_do_and_does_nothing() {
    for_all(example(), generated::a_plan_says_what_the_rollout_then_does);
}

#[test]
fn what_is_not_valid_is_refused_by_the_names_of_its_fields_before_anything_is_done() {
    inputs::every_row_is_refused_by_the_names_of_its_fields();
}
