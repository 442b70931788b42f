//! What an account-Region holds when it is as a policy says, down to the last field that SSM reports.

use std::collections::{BTreeMap, BTreeSet};

use policy::{PatchPolicy, Target, Window};
use serde_json::{Map, Value, json};
use ssm_simulator::WindowSnapshot;
use workflow::cell::{ACCOUNT, Cell};

/// What SSM sets by itself.
const TIMES: [&str; 3] = ["CreatedDate", "ModifiedDate", "NextExecutionTime"];

/// Gives each document of the policy a hash, which the tasks are then to have, and what they give it as parameters.
pub(crate) fn publish_documents(cell: &Cell, policy: &PatchPolicy) {
    let mut parameters: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for Window { task, .. } in &policy.windows {
        cell.simulator.set_document_hash(task.document.as_str(), "0".repeat(64));
        parameters.entry(task.document.as_str()).or_default().extend(task.parameters.keys().map(String::as_str));
    }
    for (document, names) in parameters {
        cell.simulator.set_document_parameters(document, names);
    }
}

/// The windows of somebody else.
pub(crate) fn foreign(cell: &Cell, policy: &PatchPolicy) -> Vec<WindowSnapshot> {
    cell.state().windows.into_iter().filter(|window| !is_ours(window, policy)).collect()
}

/// The windows with the policy's owner tag.
pub(crate) fn ours(cell: &Cell, policy: &PatchPolicy) -> Vec<WindowSnapshot> {
    cell.state().windows.into_iter().filter(|window| is_ours(window, policy)).collect()
}

fn is_ours(window: &WindowSnapshot, policy: &PatchPolicy) -> bool {
    window.tags.get(policy.owner_tag.key.as_str()).is_some_and(|value| value == policy.owner_tag.value.as_str())
}

/// What differs between the windows that are ours and those of the policy; nothing when all is as it should be.
pub(crate) fn differences(cell: &Cell, policy: &PatchPolicy) -> Vec<String> {
    let mut found: BTreeMap<String, Vec<WindowSnapshot>> = BTreeMap::new();
    for window in ours(cell, policy) {
        found.entry(window.name.clone()).or_default().push(window);
    }
    let mut differences = Vec::new();
    for wanted in &policy.windows {
        match found.remove(wanted.name.as_str()).unwrap_or_default().as_slice() {
            [window] if actual(window) == expected(cell, policy, wanted, window) => {}
            [window] => differences.push(format!(
                "{}\n  is        {}\n  should be {}",
                wanted.name,
                actual(window),
                expected(cell, policy, wanted, window)
            )),
            others => differences.push(format!("{} is there {} times", wanted.name, others.len())),
        }
    }
    differences.extend(found.into_keys().map(|name| format!("{name} is not in the policy")));
    differences
}

/// The window, its targets and its tasks, without the times, and the keys and values of targets in order and once: how often a value
/// stands there means as little as where.
fn actual(window: &WindowSnapshot) -> Value {
    let mut settings = window.window.clone();
    settings.as_object_mut().unwrap().retain(|field, _| !TIMES.contains(&field.as_str()));
    let mut targets = window.targets.clone();
    for selectors in targets.iter_mut().map(|target| target["Targets"].as_array_mut().unwrap()) {
        for selector in &mut *selectors {
            let values = selector["Values"].as_array_mut().unwrap();
            values.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            values.dedup();
        }
        selectors.sort_by(|one, other| one["Key"].as_str().cmp(&other["Key"].as_str()));
    }
    json!({"window": settings, "targets": targets, "tasks": window.tasks})
}

fn expected(cell: &Cell, policy: &PatchPolicy, wanted: &Window, found: &WindowSnapshot) -> Value {
    let of_groups = is_of_groups(&wanted.target);
    let (target_id, task_id) = (id(&found.targets, "WindowTargetId"), id(&found.tasks, "WindowTaskId"));
    let filters = wanted.target.filters().iter();
    let selectors: BTreeMap<_, BTreeSet<_>> =
        filters.map(|filter| (filter.key.as_str(), filter.values.iter().collect())).collect();
    let selectors: Vec<_> = selectors.iter().map(|(key, values)| json!({"Key": key, "Values": values})).collect();
    let mut expected = json!({
        "window": {
            "WindowId": found.id, "Name": wanted.name, "Description": wanted.description,
            "Schedule": wanted.schedule.expression(), "ScheduleTimezone": wanted.timezone,
            "ScheduleOffset": wanted.offset_days(), "Duration": wanted.duration_hours,
            "Cutoff": wanted.cutoff_hours, "AllowUnassociatedTargets": false, "Enabled": wanted.enabled,
        },
        "targets": [{
            "WindowId": found.id, "WindowTargetId": target_id, "Name": wanted.target.name(),
            "Description": wanted.target.description(),
            "ResourceType": if of_groups { "RESOURCE_GROUP" } else { "INSTANCE" },
            "Targets": selectors,
        }],
        "tasks": [{
            "WindowId": found.id, "WindowTaskId": task_id, "Name": wanted.task.name,
            "Description": wanted.task.description, "TaskType": "RUN_COMMAND", "TaskArn": wanted.task.document,
            "Targets": [{"Key": "WindowTargetIds", "Values": [target_id]}],
            "ServiceRoleArn": policy.task_role.as_ref().map(|name| format!("arn:aws:iam::{ACCOUNT}:role/{name}")),
            "Priority": wanted.task.priority, "MaxConcurrency": wanted.task.max_concurrency,
            "MaxErrors": wanted.task.max_errors, "CutoffBehavior": wanted.task.cutoff_behavior,
            "TaskInvocationParameters": {"RunCommand": run_command(cell, policy, wanted)},
        }],
    });
    drop_nulls(&mut expected);
    expected
}

/// Whether a target chooses resource groups and not nodes.
pub(crate) fn is_of_groups(target: &Target) -> bool {
    target.filters().iter().any(|filter| filter.key.as_str().starts_with("resource-groups:"))
}

fn run_command(cell: &Cell, policy: &PatchPolicy, wanted: &Window) -> Value {
    let output = &wanted.task.output;
    let hash = cell.simulator.config().document_hashes.get(wanted.task.document.as_str()).cloned();
    let hash = hash.filter(|_| policy.pin_document_hash);
    let log_group = output.cloud_watch_log_group.as_ref();
    json!({
        "DocumentVersion": wanted.task.document_version, "DocumentHashType": hash.as_ref().map(|_| "Sha256"), "DocumentHash": hash,
        "Parameters": wanted.task.parameters, "TimeoutSeconds": wanted.task.timeout_seconds,
        "OutputS3BucketName": output.s3_bucket, "OutputS3KeyPrefix": output.s3_prefix,
        "CloudWatchOutputConfig":
            log_group.map(|group| json!({"CloudWatchLogGroupName": group, "CloudWatchOutputEnabled": true})),
    })
}

/// The simulator answers what it was given; there is one of each when all is well.
fn id(parts: &[Value], name: &str) -> Value {
    parts.first().map(|part| part[name].clone()).unwrap_or_default()
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            *fields = std::mem::take(fields).into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>();
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
