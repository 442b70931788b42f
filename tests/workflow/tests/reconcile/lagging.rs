//! AWS does not know everywhere at once what was just created, and shows more than was set.

use patching::outcome::{Status, WindowStatus};
use ssm_simulator::{ConfigChange, Fault, Lag, ScriptedFault};
use workflow::cell::{Cell, policy};

/// One run, which has to create each window once and succeed in its first try.
async fn created_once(cell: &Cell) {
    let (done, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!((done.status, done.tries), (Status::Succeeded, 0));
    assert!(done.windows.iter().all(|window| window.status == WindowStatus::Created), "{:?}", done.windows);
    assert_eq!(calls.filter(|call| call.operation == "CreateMaintenanceWindow").0.len(), 3);
    cell.assert_is(&policy());
}

async fn lagging(change: ConfigChange) -> Cell {
    let cell = Cell::new().await;
    cell.simulator.configure(change);
    cell
}

#[tokio::test]
async fn a_window_that_is_not_listed_yet_is_neither_contested_nor_created_again() {
    for calls in [1, 2, 9] {
        let list_lag = Some(Lag::of_calls(calls));
        created_once(&lagging(ConfigChange { list_lag, ..ConfigChange::default() }).await).await;
    }
}

#[tokio::test]
async fn a_next_try_goes_on_with_windows_that_are_not_listed_yet() {
    let list_lag = Some(Lag::of_calls(9));
    let cell = lagging(ConfigChange { list_lag, ..ConfigChange::default() }).await;
    let throttled = Fault::error("ThrottlingException");
    cell.simulator.script([ScriptedFault::every_call(throttled).of("RegisterTaskWithMaintenanceWindow").first(3)]);
    let done = cell.roll_out(&policy()).await;
    assert_eq!((done.status, done.tries), (Status::Succeeded, 1));
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_permission_that_lags_behind_the_tag_is_waited_for() {
    let tag_lag = Some(Lag::of_calls(3));
    created_once(&lagging(ConfigChange { tag_lag, ..ConfigChange::default() }).await).await;
}

#[tokio::test]
async fn one_that_does_not_come_is_an_error_and_leaves_nothing_twice_for_the_next_run() {
    let tag_lag = Some(Lag { calls: 0, milliseconds: 60_000 });
    let cell = lagging(ConfigChange { tag_lag, ..ConfigChange::default() }).await;
    let refused = cell.try_roll_out(&cell.next_run(), &policy()).await.unwrap_err();
    assert_eq!(lambda::NamedError::name(&refused), "AccessDenied");
    cell.settle();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_window_that_is_not_found_right_after_its_creation_is_waited_for() {
    let cell = Cell::new().await;
    let missing = ScriptedFault::every_call(Fault::error("DoesNotExistException"));
    let operations = ["RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"];
    cell.simulator.script(operations.map(|operation| missing.clone().of(operation).first(2)));
    created_once(&cell).await;
}

#[tokio::test]
async fn what_aws_adds_by_itself_is_no_drift() {
    let cell = lagging(ConfigChange { additions: Some(true), ..ConfigChange::default() }).await;
    created_once(&cell).await;
    let (again, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!(calls.writing().counts(), [].into());
    assert!(again.windows.iter().all(|window| window.status == WindowStatus::Unchanged), "{:?}", again.windows);
}
