//! The DHMC setting: set where nobody has set it, left alone where somebody else has.

use lambda::{CallError, Cause, NamedError};
use patching::dhmc::SETTING_ID;
use patching::outcome::DhmcStatus;
use policy::input::Action;
use ssm_simulator::{Fault, ScriptedFault};
use workflow::cell::{Cell, policy, policy_with, set_dhmc};

async fn set_by_hand(cell: &Cell, role: &str) {
    cell.ssm.update_service_setting().setting_id(SETTING_ID).setting_value(role).send().await.unwrap();
}

#[tokio::test]
async fn it_is_set_once_and_then_left_alone() {
    let cell = Cell::new().await;
    let set = set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
    assert_eq!((set.status, cell.state().dhmc_role.as_str()), (DhmcStatus::Set, "service-role/Ours"));
    let policy = policy();
    let again = set_dhmc(&cell.ssm, Action::Rollout, &policy.dhmc);
    let (again, calls) = cell.calls_of(again).await;
    assert_eq!(again.unwrap().status, DhmcStatus::Unchanged);
    assert_eq!(calls.counts(), [("GetServiceSetting".into(), 1)].into());
}

#[tokio::test]
async fn somebody_elses_role_is_kept_through_rollout_and_teardown() {
    let cell = Cell::new().await;
    set_by_hand(&cell, "Theirs").await;
    let kept = set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
    assert_eq!(kept.status, DhmcStatus::Kept);
    let kept = workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    assert_eq!((kept.dhmc.unwrap().status, cell.state().dhmc_role.as_str()), (DhmcStatus::Kept, "Theirs"));
}

#[tokio::test]
async fn a_teardown_resets_our_own_role() {
    let cell = Cell::new().await;
    set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
    let reset =
        workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    assert_eq!((reset.dhmc.unwrap().status, cell.state().dhmc_role.as_str()), (DhmcStatus::Reset, "$None"));
}

#[tokio::test]
async fn a_teardown_that_is_to_keep_it_leaves_our_own_role_and_takes_the_windows() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
    let kept = workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), true).await.unwrap();
    assert_eq!((kept.dhmc.unwrap().status, kept.windows.len()), (DhmcStatus::Kept, 3));
    assert_eq!((cell.state().dhmc_role.as_str(), cell.state().windows), ("service-role/Ours", vec![]));
}

#[tokio::test]
async fn a_plan_only_reads() {
    let cell = Cell::new().await;
    let policy = policy();
    let plan = set_dhmc(&cell.ssm, Action::Plan, &policy.dhmc);
    let (plan, calls) = cell.calls_of(plan).await;
    assert_eq!((plan.unwrap().status, calls.writing().counts()), (DhmcStatus::WouldSet, [].into()));
}

fn of_the_role(cause: Cause) -> CallError {
    CallError::new(cause, "iam:GetRole", "said so")
}

#[tokio::test]
async fn a_role_that_the_account_lacks_is_an_error_where_hosts_would_have_it() {
    for before in ["$None", "service-role/Ours"] {
        let cell = Cell::new().await;
        if before != "$None" {
            set_by_hand(&cell, before).await;
        }
        let since = cell.simulator.next_call();
        for action in [Action::Rollout, Action::Plan] {
            let missing = async |_: &_| Err(of_the_role(Cause::DhmcRoleMissing));
            let error = configure_dhmc::configure(&cell.ssm, action, &policy().dhmc, missing).await.unwrap_err();
            assert_eq!((error.name(), error.is_passing()), ("DhmcRoleMissing", false), "{before}");
        }
        assert_eq!(cell.simulator.calls_since(since).counts(), [("GetServiceSetting".into(), 2)].into());
    }
}

#[tokio::test]
async fn a_role_of_somebody_else_is_kept_whether_ours_is_there_or_not() {
    let errors = [Cause::DhmcRoleMissing, Cause::AccessDenied, Cause::ServiceUnavailable];
    for error in errors {
        let cell = Cell::new().await;
        set_by_hand(&cell, "Theirs").await;
        let not_found = async |_: &_| Err(of_the_role(error));
        let kept = configure_dhmc::configure(&cell.ssm, Action::Rollout, &policy().dhmc, not_found).await.unwrap();
        assert_eq!((kept.status, kept.not_looked_for), (DhmcStatus::Kept, None));
        assert_eq!(cell.state().dhmc_role, "Theirs");
    }
}

#[tokio::test]
async fn a_role_that_may_not_be_looked_for_is_set_and_the_outcome_says_so() {
    let cell = Cell::new().await;
    let denied = async |_: &_| Err(of_the_role(Cause::AccessDenied));
    let set = configure_dhmc::configure(&cell.ssm, Action::Rollout, &policy().dhmc, denied).await.unwrap();
    assert_eq!((set.status, cell.state().dhmc_role.as_str()), (DhmcStatus::Set, "service-role/Ours"));
    assert_eq!(set.not_looked_for.as_deref(), Some("iam:GetRole: said so"));
    let found = set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
    assert_eq!((found.status, found.not_looked_for), (DhmcStatus::Unchanged, None));
}

#[tokio::test]
async fn what_the_region_itself_says_comes_before_a_role_that_is_missing() {
    let cell = Cell::new().await;
    let denied = Fault::error("AccessDeniedException");
    cell.simulator.script([ScriptedFault::every_call(denied).of("GetServiceSetting")]);
    let missing = async |_: &_| Err(of_the_role(Cause::DhmcRoleMissing));
    let error = configure_dhmc::configure(&cell.ssm, Action::Rollout, &policy().dhmc, missing).await.unwrap_err();
    assert_eq!(error.name(), "AccessDenied");
}

#[tokio::test]
async fn too_many_updates_at_once_are_an_error_that_passes() {
    let cell = Cell::new().await;
    let busy = Fault::error("TooManyUpdates");
    cell.simulator.script([ScriptedFault::every_call(busy).of("UpdateServiceSetting").nth(1)]);
    let error = set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap_err();
    assert_eq!((error.name(), error.is_passing()), ("Throttled", true));
    set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await.unwrap();
}

#[tokio::test]
async fn a_policy_without_it_reads_no_setting() {
    let cell = Cell::new().await;
    let denied = Fault::error("AccessDeniedException");
    cell.simulator.script([ScriptedFault::every_call(denied).of("GetServiceSetting")]);
    let policy = policy_with(&serde_json::json!({"dhmc": {"enabled": false, "role": "service-role/Ours"}}));
    let missing = async |_: &_| Err(of_the_role(Cause::DhmcRoleMissing));
    configure_dhmc::configure(&cell.ssm, Action::Rollout, &policy.dhmc, missing).await.unwrap();
    cell.tear_down(&policy).await;
}

#[tokio::test]
async fn a_teardown_that_may_not_read_the_setting_takes_the_windows() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let denied = Fault::error("AccessDeniedException");
    cell.simulator.script([ScriptedFault::every_call(denied).of("GetServiceSetting")]);
    let error = workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await;
    assert_eq!((error.unwrap_err().name(), cell.state().windows), ("AccessDenied", vec![]));
}

#[tokio::test]
async fn a_teardown_that_may_do_neither_names_both_errors() {
    let cell = Cell::new().await;
    let denied = |operation: &str| ScriptedFault::every_call(Fault::error("AccessDeniedException")).of(operation);
    cell.simulator.script([denied("GetServiceSetting"), denied("DescribeMaintenanceWindows")]);
    let error = workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await;
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("ssm:GetServiceSetting") && message.contains("ssm:DescribeMaintenanceWindows"),
        "{message}"
    );
}
