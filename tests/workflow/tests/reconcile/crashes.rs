//! What a failed call does to the rest of the run. Runs that die at any of their calls are in the suite `guarantees`.

use aws_sdk_ssm::config::retry::RetryConfig;
use patching::input::Action;
use ssm_simulator::{Fault, ScriptedFault};
use workflow::cell::{Cell, client, policy};

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_repeated_by_the_sdks_own_retry() {
    let cell = Cell::new().await;
    cell.simulator.script(
        ["CreateMaintenanceWindow", "RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
            .map(|operation| ScriptedFault::every_call(Fault::DropAfter).of(operation).first(1)),
    );
    let retrying = client(&cell.simulator, &RetryConfig::standard());
    configure_windows::configure(&retrying, &cell.next_run(), Action::Rollout, &policy(), None).await.unwrap();
    cell.assert_is(&policy());
}

#[tokio::test]
async fn one_window_that_cannot_be_written_does_not_keep_the_others_from_it() {
    let cell = Cell::new().await;
    let denied = Fault::error("AccessDeniedException");
    cell.simulator.script([ScriptedFault::every_call(denied).of("CreateMaintenanceWindow").nth(1)]);
    let error = cell.try_roll_out(&cell.next_run(), &policy()).await.unwrap_err();
    assert_eq!(kit::NamedError::name(&error), "AccessDenied");
    assert_eq!(cell.state().windows.len(), 2);
}
