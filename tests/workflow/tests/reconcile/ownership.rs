//! What lacks the owner tag is somebody else's; what carries it is ours, wherever it came from.

use aws_sdk_ssm::types::{MaintenanceWindowResourceType, MaintenanceWindowTaskType, Tag, Target};
use policy::input::Action;
use serde_json::json;
use ssm_simulator::WindowSnapshot;
use workflow::cell::{Cell, OWNER, is_ours, policy};

/// A window with a target and a task, made by hand.
pub(crate) async fn make(cell: &Cell, name: &str, tag: Option<(&str, &str)>) -> String {
    let tags = tag.map(|(key, value)| vec![Tag::builder().key(key).value(value).build().unwrap()]);
    let create = cell.ssm.create_maintenance_window().name(name).schedule("rate(7 days)").duration(3).cutoff(1);
    let created = create.allow_unassociated_targets(false).set_tags(tags).send().await.unwrap();
    let id = created.window_id().unwrap().to_owned();
    let target = cell.ssm.register_target_with_maintenance_window().window_id(&id);
    let target = target.resource_type(MaintenanceWindowResourceType::Instance);
    let target = target.targets(Target::builder().key("tag:Team").values("theirs").build()).send().await.unwrap();
    let targets = Target::builder().key("WindowTargetIds").values(target.window_target_id().unwrap()).build();
    let task = cell.ssm.register_task_with_maintenance_window().window_id(&id).targets(targets);
    let task = task.task_arn("AWS-RunShellScript").task_type(MaintenanceWindowTaskType::RunCommand);
    task.max_concurrency("1").max_errors("1").send().await.unwrap();
    id
}

fn foreign(cell: &Cell) -> Vec<WindowSnapshot> {
    cell.state().windows.into_iter().filter(|window| !is_ours(window)).collect()
}

#[tokio::test]
async fn what_lacks_the_owner_tag_stays_as_it_is_through_rollout_and_teardown() {
    let cell = Cell::new().await;
    make(&cell, "their-window", None).await;
    make(&cell, "sra_linux_maintenance", Some(("createdBy", "somebody-else"))).await;
    let before = foreign(&cell);
    let response = cell.roll_out(&policy()).await;
    assert_eq!(foreign(&cell), before);
    cell.assert_is(&policy());
    assert_eq!(response.warnings.len(), 1);
    assert_eq!(response.warnings[0].name, "ForeignWindow");

    workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    assert_eq!(cell.state().windows, before);
}

#[tokio::test]
async fn windows_of_the_solution_that_this_replaces_are_taken_over_in_place() {
    let cell = Cell::new().await;
    let id = make(&cell, "sra_linux_maintenance", Some(OWNER)).await;
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
    assert_eq!(cell.window("sra_linux_maintenance").id, id);
}

#[tokio::test]
async fn of_two_windows_of_ours_with_one_name_one_is_left() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let good = cell.window("sra_linux_maintenance").id;
    make(&cell, "sra_linux_maintenance", Some(OWNER)).await;
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
    assert_eq!(cell.window("sra_linux_maintenance").id, good, "the one that needed no change");
}

#[tokio::test]
async fn tasks_and_targets_that_somebody_added_to_our_window_are_removed() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let id = cell.window("sra_linux_maintenance").id;
    let target = cell.ssm.register_target_with_maintenance_window().window_id(&id);
    let target = target.resource_type(MaintenanceWindowResourceType::Instance);
    let target = target.targets(Target::builder().key("tag:Team").values("x").build()).send().await.unwrap();
    let targets = Target::builder().key("WindowTargetIds").values(target.window_target_id().unwrap()).build();
    let task = cell.ssm.register_task_with_maintenance_window().window_id(&id).targets(targets);
    let task = task.task_arn("AWS-RunShellScript").task_type(MaintenanceWindowTaskType::RunCommand);
    task.max_concurrency("1").max_errors("1").send().await.unwrap();
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
}

#[tokio::test]
async fn a_teardown_leaves_none_of_our_windows_and_a_second_one_has_nothing_to_do() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    assert_eq!(cell.state().windows, []);
    let (place, policy) = (cell.next_run(), policy());
    let again = workflow::cell::tear_down(&cell.ssm, &place, Action::Disable, &policy, false);
    let (response, calls) = cell.calls_of(again).await;
    assert_eq!(serde_json::to_value(response.unwrap().windows).unwrap(), json!([]));
    assert_eq!(calls.writing().counts(), [].into());
}

#[tokio::test]
async fn what_a_teardown_deleted_a_later_rollout_creates_anew() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let first = cell.window("sra_linux_maintenance").id;
    workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    let (_, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    cell.assert_is(&policy());
    assert_ne!(cell.window("sra_linux_maintenance").id, first);
    let in_vain = calls.filter(|call| call.outcome != "ok");
    assert!(in_vain.0.is_empty(), "answered with the id of a deleted window: {:?}", in_vain.counts());
}
