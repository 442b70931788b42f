//! Whatever was changed by hand or by a new policy is made as the policy says.

use aws_sdk_ssm::types::{
    Alarm, AlarmConfiguration, MaintenanceWindowRunCommandParameters, MaintenanceWindowTaskInvocationParameters, Target,
};
use patching::outcome::WindowStatus;
use serde_json::json;
use workflow::cell::{Cell, install, policy, policy_with, run_command, window};

#[tokio::test]
async fn a_schedule_changed_by_hand_is_changed_back_in_place() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let id = cell.window("sra_linux_maintenance").id;
    cell.ssm.update_maintenance_window().window_id(&id).schedule("rate(1 day)").send().await.unwrap();
    let (response, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    cell.assert_is(&policy());
    assert_eq!(cell.window("sra_linux_maintenance").id, id);
    assert_eq!(calls.writing().counts(), [("UpdateMaintenanceWindow".into(), 1)].into());
    let changed: Vec<_> = response.windows.iter().filter(|window| window.status == WindowStatus::Updated).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].changes[0].field, "schedule");
}

#[tokio::test]
async fn a_window_disabled_by_hand_is_enabled() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let id = cell.window("sra_linux_maintenance").id;
    cell.ssm.update_maintenance_window().window_id(&id).enabled(false).send().await.unwrap();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_deleted_task_is_registered_again() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let window = cell.window("sra_linux_maintenance");
    let task = window.tasks[0]["WindowTaskId"].as_str().unwrap();
    let deregister = cell.ssm.deregister_task_from_maintenance_window();
    deregister.window_id(&window.id).window_task_id(task).send().await.unwrap();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_deleted_target_is_registered_again_and_the_task_follows() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let window = cell.window("sra_linux_maintenance");
    let target = window.targets[0]["WindowTargetId"].as_str().unwrap();
    let deregister = cell.ssm.deregister_target_from_maintenance_window();
    deregister.window_id(&window.id).window_target_id(target).safe(false).send().await.unwrap();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_document_that_aws_published_anew_gets_its_new_hash_in_every_task() {
    let cell = Cell::new().await;
    let pinned = policy_with(&json!({"pinDocumentHash": true}));
    cell.roll_out(&pinned).await;
    let hash = "f".repeat(64);
    cell.simulator.set_document_hash("AWS-RunPatchBaseline", &hash);
    let (_, calls) = cell.calls_of(cell.roll_out(&pinned)).await;
    assert_eq!(calls.writing().counts(), [("UpdateMaintenanceWindowTask".into(), 2)].into());
    for name in ["sra_windows_maintenance", "sra_linux_maintenance"] {
        assert_eq!(run_command(&cell.window(name).tasks[0])["DocumentHash"], hash);
    }
}

#[tokio::test]
async fn unless_it_is_asked_for_tasks_carry_no_hash_and_lose_the_one_that_they_had() {
    let cell = Cell::new().await;
    cell.roll_out(&policy_with(&json!({"pinDocumentHash": true}))).await;
    let (_, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!(calls.writing().counts(), [("UpdateMaintenanceWindowTask".into(), 3)].into());
    let task = cell.window("sra_linux_maintenance").tasks[0].clone();
    assert_eq!(
        (&run_command(&task)["DocumentHash"], &run_command(&task)["DocumentHashType"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test]
async fn install_instead_of_scan_reaches_all_tasks() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let windows = ["sra_windows_maintenance", "sra_linux_maintenance"];
    let policy =
        policy_with(&json!({"windows": windows.map(|name| window(name, "THU", "AWS-RunPatchBaseline", &install()))}));
    cell.roll_out(&policy).await;
    cell.assert_is(&policy);
}

#[tokio::test]
async fn a_renamed_window_leaves_nothing_behind() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let policy = policy_with(&json!({"windows": [window("other-name", "WED", "AWS-UpdateSSMAgent", &json!({}))]}));
    let response = cell.roll_out(&policy).await;
    cell.assert_is(&policy);
    let deleted = response.windows.iter().filter(|window| window.status == WindowStatus::Deleted).count();
    assert_eq!(deleted, 3);
}

#[tokio::test]
async fn a_filter_that_somebody_took_from_a_target_is_put_back() {
    let cell = Cell::new().await;
    let mut narrow = window("one-window", "THU", "AWS-UpdateSSMAgent", &json!({}));
    narrow["target"] = json!([
        {"key": "tag:PatchGroup", "values": ["web", "api"]},
        {"key": "tag:Environment", "values": ["prod"]},
    ]);
    let policy = policy_with(&json!({"windows": [narrow]}));
    cell.roll_out(&policy).await;
    cell.assert_is(&policy);
    let (_, calls) = cell.calls_of(cell.roll_out(&policy)).await;
    assert_eq!(calls.writing().counts(), [].into());
    let found = cell.window("one-window");
    let filter =
        |key: &str, values: [&str; 2]| Target::builder().key(key).set_values(Some(values.map(Into::into).into()));
    let one = filter("tag:PatchGroup", ["api", "web"]).build();
    let update = cell.ssm.update_maintenance_window_target().window_id(&found.id);
    let update = update.window_target_id(found.targets[0]["WindowTargetId"].as_str().unwrap());
    update.targets(one).send().await.unwrap();
    let response = cell.roll_out(&policy).await;
    let [change] = response.windows[0].changes.as_slice() else { panic!("{:?}", response.windows) };
    assert_eq!((change.field.as_str(), &change.to), ("target.selectors.tag:Environment", &json!(["prod"])));
    cell.assert_is(&policy);
}

/// SSM keeps targets of nodes and of resource groups apart, and cannot make one into the other.
#[tokio::test]
async fn a_target_of_nodes_gives_way_to_one_of_a_resource_group_and_back() {
    let cell = Cell::new().await;
    let nodes = policy_with(&json!({"windows": [window("one-window", "THU", "AWS-UpdateSSMAgent", &json!({}))]}));
    let mut of_group = window("one-window", "THU", "AWS-UpdateSSMAgent", &json!({}));
    of_group["target"] = json!({"key": "resource-groups:Name", "values": ["hosts"]});
    let group = policy_with(&json!({"windows": [of_group]}));
    for policy in [&nodes, &group, &nodes] {
        cell.roll_out(policy).await;
        cell.assert_is(policy);
    }
}

#[tokio::test]
async fn what_somebody_set_on_a_task_that_no_policy_can_ask_for_is_unset() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let found = cell.window("sra_linux_maintenance");
    let task = found.tasks[0]["WindowTaskId"].as_str().unwrap();
    let alarm = Alarm::builder().name("too-many-errors").build().unwrap();
    let alarms = AlarmConfiguration::builder().alarms(alarm).build().unwrap();
    let update = cell.ssm.update_maintenance_window_task().window_id(&found.id).window_task_id(task);
    update.alarm_configuration(alarms).send().await.unwrap();
    let response = cell.roll_out(&policy()).await;
    let updated = response.windows.iter().find(|window| window.status == WindowStatus::Updated).unwrap();
    assert_eq!(updated.changes[0].field, "task.beyond");
    assert_eq!(updated.changes[0].from, json!(["AlarmConfiguration"]));
    assert_eq!(cell.window("sra_linux_maintenance").tasks[0].get("AlarmConfiguration"), None);
}

#[tokio::test]
async fn a_second_selection_beside_the_wanted_one_is_taken_away() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let found = cell.window("sra_linux_maintenance");
    let target = found.targets[0]["WindowTargetId"].as_str().unwrap();
    let selector = |key: &str, value: &str| Target::builder().key(key).values(value).build();
    let wanted = selector("tag:InstanceOS", "Linux");
    let twice = cell.ssm.update_maintenance_window_target().window_id(&found.id).window_target_id(target);
    twice.targets(wanted.clone()).targets(wanted).send().await.unwrap();
    let nodes = cell.ssm.update_maintenance_window_task().window_id(&found.id);
    let nodes = nodes.window_task_id(found.tasks[0]["WindowTaskId"].as_str().unwrap());
    let nodes = nodes.targets(selector("WindowTargetIds", target));
    nodes.targets(selector("InstanceIds", "i-0123456789abcdef0")).send().await.unwrap();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_role_that_somebody_gave_the_command_is_taken_away() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let found = cell.window("sra_linux_maintenance");
    let task = found.tasks[0]["WindowTaskId"].as_str().unwrap();
    let command = MaintenanceWindowRunCommandParameters::builder().service_role_arn("arn:aws:iam::111122223333:role/x");
    let invocation = MaintenanceWindowTaskInvocationParameters::builder().run_command(command.build()).build();
    let update = cell.ssm.update_maintenance_window_task().window_id(&found.id).window_task_id(task);
    update.task_invocation_parameters(invocation).send().await.unwrap();
    let response = cell.roll_out(&policy()).await;
    let changes = response.windows.iter().flat_map(|window| &window.changes);
    assert!(changes.into_iter().any(|change| change.from == json!(["RunCommand.ServiceRoleArn"])), "{response:?}");
    assert_eq!(run_command(&cell.window("sra_linux_maintenance").tasks[0]).get("ServiceRoleArn"), None);
}
