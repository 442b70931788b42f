//! Accounts and windows that hold as much as SSM lets them.

use aws_sdk_ssm::types::{MaintenanceWindowTaskType, Target};
use serde_json::json;
use workflow::cell::{Cell, policy, policy_with, scan, window};

/// The quotas of SSM for an account-Region and for a window.
const WINDOWS: usize = 50;
const TASKS: usize = 20;

#[tokio::test]
async fn windows_are_renamed_in_an_account_that_is_full() {
    let cell = Cell::new().await;
    for number in policy().windows.len()..WINDOWS {
        let create = cell.ssm.create_maintenance_window().name(format!("theirs-{number}")).schedule("rate(7 days)");
        create.duration(3).cutoff(1).allow_unassociated_targets(true).send().await.unwrap();
    }
    cell.roll_out(&policy()).await;
    let renamed = ["one", "two", "three"].map(|name| window(name, "THU", "AWS-RunPatchBaseline", &scan()));
    let renamed = policy_with(&json!({"windows": renamed}));
    cell.roll_out(&renamed).await;
    cell.assert_is(&renamed);
    assert_eq!(cell.state().windows.len(), WINDOWS);
}

#[tokio::test]
async fn a_window_full_of_tasks_that_are_not_ours_gets_its_own() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let window = cell.window("sra_linux_maintenance");
    let deregister = cell.ssm.deregister_task_from_maintenance_window().window_id(&window.id);
    deregister.window_task_id(window.tasks[0]["WindowTaskId"].as_str().unwrap()).send().await.unwrap();
    let target = window.targets[0]["WindowTargetId"].as_str().unwrap();
    for _ in 0..TASKS {
        let target = Target::builder().key("WindowTargetIds").values(target).build();
        let register = cell.ssm.register_task_with_maintenance_window().window_id(&window.id).targets(target);
        let register = register.task_type(MaintenanceWindowTaskType::Automation).task_arn("AWS-StopEC2Instance");
        register.max_concurrency("1").max_errors("1").send().await.unwrap();
    }
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}
