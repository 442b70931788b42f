//! What a failed call does to the rest of the run. Runs that die at any of their calls are in the suite `guarantees`.

use aws_sdk_ssm::config::retry::RetryConfig;
use member::windows::KeptDocuments;
use patching::outcome::{Progress, Status, WindowStatus};
use policy::PatchPolicy;
use policy::input::Action;
use serde_json::json;
use ssm_simulator::{Fault, ScriptedFault};
use workflow::cell::{Cell, client, policy, policy_with, window};

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_repeated_by_the_sdks_own_retry() {
    let cell = Cell::new().await;
    cell.simulator.script(
        ["CreateMaintenanceWindow", "RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
            .map(|operation| ScriptedFault::every_call(Fault::DropAfter).of(operation).first(1)),
    );
    let retrying = client(&cell.simulator, &RetryConfig::standard());
    workflow::cell::configure(&retrying, &cell.next_run(), Action::Rollout, &policy(), None).await.unwrap();
    cell.assert_is(&policy());
}

/// The names of the windows that are there, and what the last try raised.
async fn rolled_out(cell: &Cell, policy: &PatchPolicy) -> (Vec<String>, Result<Progress, lambda::CallError>) {
    let result = cell.try_roll_out(&cell.next_run(), policy).await;
    let mut names: Vec<_> = cell.state().windows.into_iter().map(|window| window.name).collect();
    names.sort();
    (names, result)
}

fn agent_window(name: &str) -> serde_json::Value {
    window(name, "WED", "AWS-UpdateSSMAgent", &json!({}))
}

#[tokio::test]
async fn one_window_that_cannot_be_written_does_not_keep_the_others_from_it() {
    let cell = Cell::new().await;
    let mut disabled = agent_window("disabled-one");
    disabled["enabled"] = false.into();
    let policy = policy_with(&json!({"windows": [disabled, agent_window("one-window"), agent_window("other-window")]}));
    let refused = Fault::error("ValidationException");
    cell.simulator.script([ScriptedFault::every_call(refused).of("UpdateMaintenanceWindow")]);
    let (_, result) = rolled_out(&cell, &policy).await;
    let tasks = ["one-window", "other-window"].map(|name| cell.window(name).tasks.len());
    assert_eq!(tasks, [1, 1]);
    assert_eq!(lambda::NamedError::name(&result.unwrap_err()), "RequestRefused");
}

#[tokio::test]
async fn what_was_done_before_an_error_is_answered_and_stays_in_the_answer_of_the_next_try() {
    let cell = Cell::new().await;
    let throttled = Fault::error("ThrottlingException");
    cell.simulator.script([ScriptedFault::every_call(throttled).of("RegisterTaskWithMaintenanceWindow").first(3)]);
    let (place, policy) = (cell.next_run(), policy());
    let site = workflow::cell::site(&cell.ssm, &place, &policy);
    let documents = KeptDocuments::default();
    let first = configure_windows::configure(&site, &documents, Action::Rollout, &policy, None, Progress::default())
        .await
        .unwrap();
    let created =
        |progress: &Progress| progress.windows.iter().filter(|window| window.status == WindowStatus::Created).count();
    assert_eq!((first.status, first.again, created(&first)), (Status::Failed, true, 3));
    let second = configure_windows::configure(&site, &documents, Action::Rollout, &policy, None, first).await.unwrap();
    assert_eq!((second.status, second.again, created(&second)), (Status::Succeeded, false, 3));
    cell.assert_is(&policy);
}

#[tokio::test]
async fn nothing_is_deleted_when_a_window_in_its_place_is_refused() {
    let cell = Cell::new().await;
    cell.roll_out(&policy_with(&json!({"windows": [agent_window("old-name")]}))).await;
    let refused = Fault::error("ValidationException");
    cell.simulator.script([ScriptedFault::every_call(refused).of("CreateMaintenanceWindow")]);
    let renamed = policy_with(&json!({"windows": [agent_window("new-name")]}));
    let (names, result) = rolled_out(&cell, &renamed).await;
    assert_eq!(names, ["old-name"]);
    assert_eq!(lambda::NamedError::name(&result.unwrap_err()), "RequestRefused");
}

#[tokio::test]
async fn a_full_region_loses_one_window_at_a_time_for_the_one_in_its_place() {
    let cell = Cell::new().await;
    for number in 0..48 {
        let create = cell.ssm.create_maintenance_window().name(format!("theirs-{number}")).schedule("rate(7 days)");
        create.duration(3).cutoff(1).allow_unassociated_targets(true).send().await.unwrap();
    }
    let pair = |both: [&str; 2]| policy_with(&json!({"windows": both.map(agent_window)}));
    cell.roll_out(&pair(["old-1", "old-2"])).await;
    let new = pair(["new-1", "new-2"]);

    let refused = Fault::error("ValidationException");
    cell.simulator.script([ScriptedFault::every_call(refused).of("CreateMaintenanceWindow")]);
    let (names, result) = rolled_out(&cell, &new).await;
    assert!(result.is_err());
    assert_eq!(names.iter().filter(|name| name.starts_with("old")).count(), 1, "each try deletes as few as it can");

    cell.simulator.set_faults(ssm_simulator::Faults::default());
    cell.roll_out(&new).await;
    cell.assert_is(&new);
}
