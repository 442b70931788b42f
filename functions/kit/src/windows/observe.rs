//! Reading: four rounds of calls, those of a round at the same time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_maintenance_window_task::GetMaintenanceWindowTaskOutput;
use aws_sdk_ssm::types::{
    LoggingInfo, MaintenanceWindowIdentity, MaintenanceWindowRunCommandParameters, MaintenanceWindowTarget,
    MaintenanceWindowTaskType, ResourceTypeForTagging,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use futures::{TryFutureExt, try_join};
use patching::observed::{ForeignWindow, Observed, ObservedTarget, ObservedTask, ObservedWindow};
use patching::policy::OwnerTag;
use patching::settings::{TargetSettings, TaskSettings, WindowSettings};

use crate::call::CallError;

/// Calls of one round under way at once: an account may have 50 windows, and SSM does not publish its rates.
const CONCURRENT_CALLS: usize = 10;
/// The most that `DescribeMaintenanceWindows` takes.
const PAGE_SIZE: i32 = 100;

/// All windows of the account and Region, with targets and tasks of those that carry `owner_tag`.
///
/// A window that somebody deletes meanwhile is left out.
pub async fn observe(ssm: &Client, owner_tag: &OwnerTag) -> Result<Observed, CallError> {
    let identities = identities(ssm).await?;
    let windows: Vec<Option<Result<ObservedWindow, ForeignWindow>>> = stream::iter(identities)
        .map(|identity| gone_is_none(observe_window(ssm, owner_tag, identity)))
        .buffered(CONCURRENT_CALLS)
        .try_collect()
        .await?;
    let mut observed = Observed::default();
    for window in windows.into_iter().flatten() {
        match window {
            Ok(ours) => observed.ours.push(ours),
            Err(foreign) => observed.foreign.push(foreign),
        }
    }
    Ok(observed)
}

/// All windows of the account and Region, as they are listed.
pub(super) async fn identities(ssm: &Client) -> Result<Vec<MaintenanceWindowIdentity>, CallError> {
    ssm.describe_maintenance_windows()
        .max_results(PAGE_SIZE)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| CallError::new("ssm:DescribeMaintenanceWindows", &error))
}

async fn observe_window(
    ssm: &Client,
    owner_tag: &OwnerTag,
    identity: MaintenanceWindowIdentity,
) -> Result<Result<ObservedWindow, ForeignWindow>, CallError> {
    let id = identity.window_id.clone().unwrap_or_default();
    if !carries(ssm, owner_tag, &id).await? {
        return Ok(Err(ForeignWindow { id, name: identity.name.unwrap_or_default() }));
    }
    let (settings, targets, tasks) = try_join!(settings(ssm, &id), targets(ssm, &id), tasks(ssm, &id))?;
    Ok(Ok(ObservedWindow { id, settings, targets, tasks, next_execution: identity.next_execution_time }))
}

async fn carries(ssm: &Client, owner_tag: &OwnerTag, id: &str) -> Result<bool, CallError> {
    let answer = ssm
        .list_tags_for_resource()
        .resource_type(ResourceTypeForTagging::MaintenanceWindow)
        .resource_id(id)
        .send()
        .await
        .map_err(|error| CallError::new("ssm:ListTagsForResource", &error))?;
    Ok(answer
        .tag_list()
        .iter()
        .any(|tag| tag.key() == owner_tag.key.as_str() && tag.value() == owner_tag.value.as_str()))
}

async fn settings(ssm: &Client, id: &str) -> Result<WindowSettings, CallError> {
    let window = ssm
        .get_maintenance_window()
        .window_id(id)
        .send()
        .await
        .map_err(|error| CallError::new("ssm:GetMaintenanceWindow", &error))?;
    Ok(WindowSettings {
        name: window.name.unwrap_or_default(),
        description: some_text(window.description),
        schedule: window.schedule.unwrap_or_default(),
        timezone: some_text(window.schedule_timezone),
        schedule_offset_days: window.schedule_offset,
        duration_hours: window.duration.unwrap_or_default(),
        cutoff_hours: window.cutoff,
        enabled: window.enabled,
        allow_unassociated_targets: window.allow_unassociated_targets,
        start_date: some_text(window.start_date),
        end_date: some_text(window.end_date),
    })
}

async fn targets(ssm: &Client, id: &str) -> Result<Vec<ObservedTarget>, CallError> {
    let targets: Vec<_> = ssm
        .describe_maintenance_window_targets()
        .window_id(id)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| CallError::new("ssm:DescribeMaintenanceWindowTargets", &error))?;
    Ok(targets.into_iter().map(observed_target).collect())
}

fn observed_target(target: MaintenanceWindowTarget) -> ObservedTarget {
    let mut selectors = BTreeMap::new();
    for (index, selector) in target.targets.unwrap_or_default().into_iter().enumerate() {
        let key = selector.key.unwrap_or_default();
        // A key that comes twice is another selection than all its values in one.
        let key = if selectors.contains_key(&key) { format!("{key} ({})", index + 1) } else { key };
        selectors.insert(key, selector.values.unwrap_or_default().into_iter().collect());
    }
    let beyond = some_text(target.owner_information).map(|_| "OwnerInformation");
    ObservedTarget {
        id: target.window_target_id.unwrap_or_default(),
        settings: TargetSettings {
            name: some_text(target.name),
            description: some_text(target.description),
            selectors,
            beyond: beyond.into_iter().collect(),
        },
    }
}

/// Whether the window holds one target and one task; a window that is gone does not.
pub(super) async fn is_whole(ssm: &Client, id: &str) -> Result<bool, CallError> {
    let parts = gone_is_none(async { try_join!(targets(ssm, id), task_ids(ssm, id)) }).await?;
    Ok(parts.is_some_and(|(targets, tasks)| targets.len() == 1 && tasks.len() == 1))
}

/// `DescribeMaintenanceWindowTasks` leaves the tasks' invocation parameters out: each task is read by itself.
async fn tasks(ssm: &Client, id: &str) -> Result<Vec<ObservedTask>, CallError> {
    let tasks: Vec<_> = stream::iter(task_ids(ssm, id).await?)
        .map(|task_id| {
            let read = ssm.get_maintenance_window_task().window_id(id).window_task_id(task_id).send();
            gone_is_none(read.map_err(|error| CallError::new("ssm:GetMaintenanceWindowTask", &error)))
        })
        .buffered(CONCURRENT_CALLS)
        .try_collect()
        .await?;
    Ok(tasks.into_iter().flatten().map(observed_task).collect())
}

async fn task_ids(ssm: &Client, id: &str) -> Result<Vec<String>, CallError> {
    let tasks: Vec<_> = ssm
        .describe_maintenance_window_tasks()
        .window_id(id)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| CallError::new("ssm:DescribeMaintenanceWindowTasks", &error))?;
    Ok(tasks.into_iter().filter_map(|task| task.window_task_id).collect())
}

fn observed_task(task: GetMaintenanceWindowTaskOutput) -> ObservedTask {
    ObservedTask {
        target_ids: task.targets().iter().flat_map(|target| target.values().to_vec()).collect(),
        id: task.window_task_id.clone().unwrap_or_default(),
        name: some_text(task.name.clone()),
        run_command: (task.task_type == Some(MaintenanceWindowTaskType::RunCommand)).then(|| run_command(task)),
    }
}

/// What an update by hand may have left on a task: alarms that stop it, notifications, another place for its output.
///
/// Whether SSM leaves out what is not set or shows it empty is not documented: empty is the same as not set.
fn beyond(
    task: &GetMaintenanceWindowTaskOutput,
    command: &MaintenanceWindowRunCommandParameters,
) -> BTreeSet<&'static str> {
    let is_text = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let notification = command.notification_config().and_then(|notification| notification.notification_arn());
    let output = command.cloud_watch_output_config().filter(|output| output.cloud_watch_output_enabled);
    [
        ("AlarmConfiguration", task.alarm_configuration().is_some_and(|alarms| !alarms.alarms().is_empty())),
        ("LoggingInfo", is_text(task.logging_info().map(LoggingInfo::s3_bucket_name))),
        ("NotificationConfig", is_text(notification)),
        ("CloudWatchOutputEnabled", output.is_some_and(|output| !is_text(output.cloud_watch_log_group_name()))),
    ]
    .into_iter()
    .filter_map(|(name, is_set)| is_set.then_some(name))
    .collect()
}

fn run_command(mut task: GetMaintenanceWindowTaskOutput) -> TaskSettings {
    let invocation = task
        .task_invocation_parameters
        .take()
        .and_then(|parameters| parameters.run_command)
        .unwrap_or_else(|| MaintenanceWindowRunCommandParameters::builder().build());
    let beyond = beyond(&task, &invocation);
    let log_group = invocation
        .cloud_watch_output_config
        .filter(|output| output.cloud_watch_output_enabled)
        .and_then(|output| output.cloud_watch_log_group_name);
    TaskSettings {
        name: some_text(task.name),
        description: some_text(task.description),
        document: task.task_arn.unwrap_or_default(),
        document_version: some_text(invocation.document_version),
        document_hash: some_text(invocation.document_hash),
        parameters: invocation.parameters.unwrap_or_default().into_iter().collect(),
        service_role: service_role(task.service_role_arn),
        priority: task.priority,
        max_concurrency: some_text(task.max_concurrency),
        max_errors: some_text(task.max_errors),
        cutoff_behavior: task.cutoff_behavior.map(|behavior| behavior.as_str().to_owned()),
        timeout_seconds: invocation.timeout_seconds,
        comment: some_text(invocation.comment),
        output_s3_bucket: some_text(invocation.output_s3_bucket_name),
        output_s3_prefix: some_text(invocation.output_s3_key_prefix),
        output_log_group: some_text(log_group),
        beyond,
    }
}

/// A task that was registered without a role is shown with the service-linked one.
fn service_role(arn: Option<String>) -> Option<patching::ids::RoleArn> {
    some_text(arn).filter(|arn| !arn.contains(":role/aws-service-role/")).and_then(|arn| arn.parse().ok())
}

fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// What was listed a moment ago may be gone when it is read.
async fn gone_is_none<T>(read: impl Future<Output = Result<T, CallError>>) -> Result<Option<T>, CallError> {
    match read.await {
        Err(CallError::ChangedMeanwhile(_)) => Ok(None),
        result => result.map(Some),
    }
}
