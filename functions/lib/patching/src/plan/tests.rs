use std::collections::{BTreeMap, BTreeSet};

use policy::PatchPolicy;
use serde_json::json;

use super::*;
use crate::documents::Document;
use crate::observed::{ForeignWindow, ObservedTarget};

fn desired(names: &[&str]) -> Desired {
    let window = |name: &&str| {
        json!({
            "name": name, "schedule": "cron(0 0 1 ? * THU *)", "timezone": "UTC", "durationHours": 6, "cutoffHours": 1,
            "target": {"name": "Linux", "key": "tag:InstanceOS", "values": ["Linux"]},
            "task": {"name": "Scan", "document": "AWS-RunPatchBaseline", "parameters": {"Operation": ["Scan"]}}
        })
    };
    let policy = PatchPolicy::parse(&json!({
        "windows": names.iter().map(window).collect::<Vec<_>>(),
        "dhmc": {"enabled": false}, "pinDocumentHash": true,
        "ownerTag": {"key": "createdBy", "value": "us"}
    }));
    let document = Document { hash: Some("h1".into()), parameters: BTreeSet::new() };
    Desired::new(
        &policy.unwrap(),
        None,
        &BTreeMap::from([(("AWS-RunPatchBaseline".into(), "$DEFAULT".into()), document)]),
    )
}

/// The window `id` as SSM reports it once `wanted` was written.
fn written(wanted: &DesiredWindow, id: &str) -> ObservedWindow {
    ObservedWindow {
        id: id.into(),
        settings: wanted.window.clone(),
        targets: vec![ObservedTarget { id: format!("{id}-target"), settings: wanted.target.clone() }],
        tasks: vec![ObservedTask {
            id: format!("{id}-task"),
            name: wanted.task.name.clone(),
            target_ids: vec![format!("{id}-target")],
            run_command: Some(wanted.task.clone()),
        }],
        next_execution: None,
    }
}

fn observed(windows: impl Into<Vec<ObservedWindow>>) -> Observed {
    Observed { ours: windows.into(), foreign: Vec::new() }
}

/// The calls of a plan for one window, those of its own settings first.
fn calls(plan: &Plan) -> Vec<Call> {
    let [window] = plan.windows.as_slice() else { panic!("one window, not {:?}", plan.windows) };
    window.steps.iter().flatten().map(|step| step.call.clone()).collect()
}

fn fields(plan: &Plan) -> Vec<&str> {
    plan.windows[0].outcome.changes.iter().map(|change| change.field.as_str()).collect()
}

fn named(plan: &WindowPlan) -> (WindowStatus, Option<&str>, &str) {
    (plan.outcome.status, plan.outcome.id.as_deref(), &plan.outcome.name)
}

#[test]
fn what_is_missing_is_created() {
    let desired = desired(&["one-window", "other-window"]);
    let planned = plan(&desired, &Observed::default());
    let created = |name| (WindowStatus::Created, None, name);
    assert_eq!(planned.windows.iter().map(named).collect::<Vec<_>>(), ["one-window", "other-window"].map(created));
    let DesiredWindow { window, target, task, .. } = desired.windows[0].clone();
    let calls: Vec<_> = planned.windows[0].steps.iter().flatten().map(|step| step.call.clone()).collect();
    assert_eq!(calls, [Call::CreateWindow(window), Call::RegisterTarget(target), Call::RegisterTask(task)]);
}

#[test]
fn a_window_that_is_not_to_open_is_disabled_before_it_gets_a_task() {
    let mut desired = desired(&["one-window"]);
    desired.windows[0].window.enabled = false;
    let calls = calls(&plan(&desired, &Observed::default()));
    assert!(matches!(calls.as_slice(), [Call::CreateWindow(_), Call::UpdateWindow(_), Call::RegisterTarget(_), _]));
}

#[test]
fn what_is_as_it_should_be_stays_unchanged() {
    let desired = desired(&["one-window"]);
    let plan = plan(&desired, &observed([written(&desired.windows[0], "mw-1")]));
    assert_eq!(calls(&plan), []);
    assert_eq!(plan.windows[0].outcome.status, WindowStatus::Unchanged);
}

#[test]
fn a_changed_schedule_is_updated_in_place() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.settings.schedule = "rate(7 days)".into();
    let plan = plan(&desired, &observed([window]));
    assert_eq!(calls(&plan), [Call::UpdateWindow(desired.windows[0].window.clone())]);
    assert_eq!(fields(&plan), ["schedule"]);
}

#[test]
fn a_disabled_window_is_enabled() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.settings.enabled = false;
    let plan = plan(&desired, &observed([window]));
    assert_eq!(fields(&plan), ["enabled"]);
}

#[test]
fn an_end_date_that_somebody_set_is_taken_away() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.settings.end_date = Some("2020-01-01T00:00:00Z".into());
    let plan = plan(&desired, &observed([window]));
    assert_eq!(fields(&plan), ["endDate"]);
}

#[test]
fn a_stale_hash_and_a_changed_parameter_update_the_task_only() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    let task = window.tasks[0].run_command.as_mut().unwrap();
    task.document_hash = Some("h0".into());
    task.parameters.insert("Operation".into(), vec!["Install".into()]);
    let plan = plan(&desired, &observed([window]));
    assert_eq!(fields(&plan), ["task.documentHash", "task.parameters.Operation"]);
    assert_eq!(calls(&plan), [Call::UpdateTask("mw-1-task".into(), desired.windows[0].task.clone())]);
}

#[test]
fn a_deleted_task_is_registered_again() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.tasks.clear();
    let plan = plan(&desired, &observed([window]));
    assert_eq!(calls(&plan), [Call::RegisterTask(desired.windows[0].task.clone())]);
}

#[test]
fn a_deleted_target_is_registered_again_and_the_task_moved_to_it() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.targets.clear();
    let plan = plan(&desired, &observed([window]));
    assert!(matches!(calls(&plan).as_slice(), [Call::RegisterTarget(_), Call::UpdateTask(..)]));
    assert_eq!(fields(&plan), ["target", "task.target"]);
}

#[test]
fn a_task_of_another_type_is_replaced() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    window.tasks[0].run_command = None;
    let plan = plan(&desired, &observed([window]));
    let replaced = [Call::DeregisterTask("mw-1-task".into()), Call::RegisterTask(desired.windows[0].task.clone())];
    assert_eq!(calls(&plan), replaced);
}

#[test]
fn surplus_tasks_and_targets_are_deregistered() {
    let desired = desired(&["one-window"]);
    let mut window = written(&desired.windows[0], "mw-1");
    let (mut task, mut target) = (window.tasks[0].clone(), window.targets[0].clone());
    (task.id, target.id) = ("mw-1-task-2".into(), "mw-1-target-2".into());
    window.tasks.insert(0, task);
    window.targets.insert(0, target);
    let plan = plan(&desired, &observed([window]));
    let removed = [Call::DeregisterTask("mw-1-task-2".into()), Call::DeregisterTarget("mw-1-target-2".into())];
    assert_eq!(calls(&plan), removed);
    assert_eq!(fields(&plan), ["task", "target"]);
}

#[test]
fn a_window_that_the_policy_does_not_have_is_deleted() {
    let [old, new] = [desired(&["old-name"]), desired(&["new-name"])];
    let plan = plan(&new, &observed([written(&old.windows[0], "mw-1")]));
    assert_eq!(named(&plan.windows[0]), (WindowStatus::Created, None, "new-name"));
    assert_eq!(named(&plan.windows[1]), (WindowStatus::Deleted, Some("mw-1"), "old-name"));
}

#[test]
fn of_several_windows_with_one_name_the_most_complete_stays() {
    let desired = desired(&["one-window"]);
    let complete = written(&desired.windows[0], "mw-2");
    let mut half_made = written(&desired.windows[0], "mw-1");
    half_made.tasks.clear();
    for order in [[complete.clone(), half_made.clone()], [half_made, complete]] {
        let plan = plan(&desired, &observed(order));
        assert_eq!(named(&plan.windows[0]), (WindowStatus::Unchanged, Some("mw-2"), "one-window"));
        assert_eq!(named(&plan.windows[1]), (WindowStatus::Deleted, Some("mw-1"), "one-window"));
    }
}

#[test]
fn a_foreign_window_with_one_of_our_names_is_warned_of_and_left_alone() {
    let desired = desired(&["one-window"]);
    let foreign =
        ["one-window", "another-name"].map(|name| ForeignWindow { id: format!("mw-{name}"), name: name.into() });
    let plan = plan(&desired, &Observed { ours: vec![written(&desired.windows[0], "mw-1")], foreign: foreign.into() });
    assert_eq!(calls(&plan), []);
    assert_eq!(plan.warnings.len(), 1);
    assert!(plan.warnings[0].message.contains("mw-one-window"), "{}", plan.warnings[0].message);
}

#[test]
fn a_teardown_deletes_all_that_is_ours() {
    let set_up = desired(&["one-window", "other-window"]);
    let windows = [written(&set_up.windows[0], "mw-1"), written(&set_up.windows[1], "mw-2")];
    let plan = plan(&Desired { windows: Vec::new(), ..set_up.clone() }, &observed(windows));
    let expected = [("mw-1", "one-window"), ("mw-2", "other-window")];
    let deleted = |(id, name)| (WindowStatus::Deleted, Some(id), name);
    assert_eq!(plan.windows.iter().map(named).collect::<Vec<_>>(), expected.map(deleted));
}

#[test]
fn a_plan_only_run_reports_what_a_rollout_would_do() {
    let [old, new] = [desired(&["old-name"]), desired(&["new-name"])];
    let statuses: Vec<_> = plan(&new, &observed([written(&old.windows[0], "mw-1")]))
        .predicted()
        .iter()
        .map(|window| window.status)
        .collect();
    assert_eq!(statuses, [WindowStatus::WouldCreate, WindowStatus::WouldDelete]);
}

#[test]
fn a_surplus_window_goes_before_the_last_one_of_its_name() {
    let [old, new] = [desired(&["a-renamed-one", "one-window"]), desired(&["one-window"])];
    let renamed = written(&old.windows[0], "mw-1");
    let twins = [written(&new.windows[0], "mw-2"), written(&new.windows[0], "mw-3")];
    let plan = plan(&new, &observed([vec![renamed], twins.to_vec()].concat()));
    let deleted: Vec<_> = plan.windows[1..].iter().map(|window| window.outcome.id.clone().unwrap()).collect();
    assert_eq!(deleted, ["mw-3", "mw-1"]);
}

#[test]
fn foreign_windows_take_up_room_too() {
    let foreign: Vec<_> = (0..44).map(|n| ForeignWindow { id: format!("mw-f{n}"), name: "theirs".into() }).collect();
    let desired = desired(&["one-window"]);
    let found = Observed { ours: vec![written(&desired.windows[0], "mw-1")], foreign };
    assert_eq!(plan(&desired, &found).room, 5);
    let crowded = Observed { foreign: [found.foreign.clone(), found.foreign.clone()].concat(), ..found };
    assert_eq!(plan(&desired, &crowded).room, 0);
}
