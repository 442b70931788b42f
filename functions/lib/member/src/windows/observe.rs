//! Reading: four rounds of calls, those of a round at the same time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_maintenance_window::GetMaintenanceWindowOutput;
use aws_sdk_ssm::operation::get_maintenance_window_task::GetMaintenanceWindowTaskOutput;
use aws_sdk_ssm::types::{
    LoggingInfo, MaintenanceWindowIdentity, MaintenanceWindowRunCommandParameters, MaintenanceWindowTarget,
    MaintenanceWindowTaskType, ResourceTypeForTagging,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use futures::try_join;
use lambda::call::{Called, every};
use lambda::{CallError, Cause};
use patching::observed::{ForeignWindow, Observed, ObservedTarget, ObservedTask, ObservedWindow};
use patching::outcome::Progress;
use patching::settings::{TargetSettings, TaskSettings, WindowSettings};
use policy::OwnerTag;

use super::site::{Round, Site};

pub(super) const LISTING: &str = "ssm:DescribeMaintenanceWindows";
const TARGETS: &str = "ssm:DescribeMaintenanceWindowTargets";
const TASKS: &str = "ssm:DescribeMaintenanceWindowTasks";

/// Calls of one round under way at once: an account may have 50 windows, and SSM does not publish its rates.
const CONCURRENT_CALLS: usize = 10;
/// The most that `DescribeMaintenanceWindows` takes.
const PAGE_SIZE: i32 = 100;

/// All windows of the account and Region, with targets and tasks of those that carry the owner tag.
///
/// A window that somebody deletes meanwhile is left out. Those that `earlier` tries of the run have created are there, listed
/// yet or not.
pub async fn observe(site: &Site<'_>, earlier: &Progress) -> Result<Observed, CallError> {
    observe_in(&Round::new(site, 0, earlier)).await
}

/// All windows as in [`observe`]. In a later round a target and a task are in each window that this run has created, listed yet or not.
pub(super) async fn observe_in(round: &Round<'_>) -> Result<Observed, CallError> {
    let (site, created) = (round.site, &round.created);
    let listed: Vec<_> = identities(site.ssm).await?.into_iter().map(identified).collect::<Result<_, _>>()?;
    let is_listed = |id: &str| listed.iter().any(|(listed, _)| listed == id);
    let unlisted: Vec<_> = created.iter().filter(|id| !is_listed(id)).map(|id| (id.clone(), None)).collect();
    let mut windows = stream::iter(listed.into_iter().chain(unlisted))
        .map(|(id, name)| gone_is_none(observe_window(round, id, name)))
        .buffered(CONCURRENT_CALLS);
    let mut observed = Observed::default();
    while let Some(window) = windows.try_next().await? {
        match window {
            Some(Found::Ours(window)) => observed.ours.push(*window),
            Some(Found::Foreign(window)) => observed.foreign.push(window),
            None => {}
        }
    }
    Ok(observed)
}

pub(crate) fn identified(window: MaintenanceWindowIdentity) -> Result<(String, Option<String>), CallError> {
    let id = window.window_id.ok_or_else(|| CallError::left_out(LISTING, "WindowId"))?;
    Ok((id, window.name))
}

/// All windows of the account and Region, as they are listed.
pub(crate) async fn identities(ssm: &Client) -> Result<Vec<MaintenanceWindowIdentity>, CallError> {
    every(ssm.describe_maintenance_windows().max_results(PAGE_SIZE).into_paginator().items().send(), LISTING).await
}

/// A window, by whether it carries the owner tag.
enum Found {
    Ours(Box<ObservedWindow>),
    Foreign(ForeignWindow),
}

async fn observe_window(round: &Round<'_>, id: String, name: Option<String>) -> Result<Found, CallError> {
    let ssm = round.site.ssm;
    if round.created.contains(&id) {
        return Ok(Found::Ours(new_window(round, id).await?.into()));
    }
    if !carries(ssm, round.site.owner_tag, &id).await? {
        return Ok(Found::Foreign(ForeignWindow { id, name: name.unwrap_or_default() }));
    }
    let (settings, targets, tasks) = try_join!(settings(ssm, &id), targets(ssm, &id), tasks(ssm, &id))?;
    let (settings, next_execution) = settings;
    Ok(Found::Ours(ObservedWindow { id, settings, targets, tasks, next_execution }.into()))
}

/// One that this run has created.
async fn new_window(round: &Round<'_>, id: String) -> Result<ObservedWindow, CallError> {
    let (site, ssm) = (round.site, round.site.ssm);
    let (settings, next_execution) = site.patiently(async || settings(ssm, &id).await).await?;
    let (targets, tasks) = if round.number == 0 {
        // An earlier try may have failed before it registered them. What it registered has the same tokens now.
        site.patiently(async || try_join!(targets(ssm, &id), tasks(ssm, &id))).await?
    } else {
        try_join!(site.until_some(async || targets(ssm, &id).await), site.until_some(async || tasks(ssm, &id).await))?
    };
    Ok(ObservedWindow { id, settings, targets, tasks, next_execution })
}

pub(crate) async fn carries(ssm: &Client, owner_tag: &OwnerTag, id: &str) -> Result<bool, CallError> {
    let call = ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::MaintenanceWindow).resource_id(id);
    let answer = call.send().await.called("ssm:ListTagsForResource")?;
    let (key, value) = (owner_tag.key.as_str(), owner_tag.value.as_str());
    Ok(answer.tag_list().iter().any(|tag| tag.key() == key && tag.value() == value))
}

pub(crate) async fn window(ssm: &Client, id: &str) -> Result<GetMaintenanceWindowOutput, CallError> {
    let window = ssm.get_maintenance_window().window_id(id).send().await;
    window.called("ssm:GetMaintenanceWindow")
}

/// The window's settings, and when it runs next.
async fn settings(ssm: &Client, id: &str) -> Result<(WindowSettings, Option<String>), CallError> {
    let window = window(ssm, id).await?;
    let next_execution = window.next_execution_time;
    let settings = WindowSettings {
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
    };
    Ok((settings, next_execution))
}

pub(crate) async fn targets(ssm: &Client, id: &str) -> Result<Vec<ObservedTarget>, CallError> {
    let targets = ssm.describe_maintenance_window_targets().window_id(id).into_paginator().items().send();
    every(targets, TARGETS).await?.into_iter().map(observed_target).collect()
}

fn observed_target(target: MaintenanceWindowTarget) -> Result<ObservedTarget, CallError> {
    let mut selectors = BTreeMap::new();
    for (index, selector) in target.targets.unwrap_or_default().into_iter().enumerate() {
        let key = selector.key.unwrap_or_default();
        // A key that comes twice is another selection than all its values in one.
        let key = if selectors.contains_key(&key) { format!("{key} ({})", index + 1) } else { key };
        selectors.insert(key, selector.values.unwrap_or_default().into_iter().collect());
    }
    let beyond = some_text(target.owner_information).map(|_| "OwnerInformation");
    Ok(ObservedTarget {
        id: target.window_target_id.ok_or_else(|| CallError::left_out(TARGETS, "WindowTargetId"))?,
        settings: TargetSettings {
            name: some_text(target.name),
            description: some_text(target.description),
            selectors,
            beyond: beyond.into_iter().collect(),
        },
    })
}

/// `DescribeMaintenanceWindowTasks` leaves the tasks' invocation parameters out: each task is read by itself.
pub(crate) async fn tasks(ssm: &Client, id: &str) -> Result<Vec<ObservedTask>, CallError> {
    let tasks: Vec<_> = stream::iter(task_ids(ssm, id).await?)
        .map(|task_id| {
            let read = ssm.get_maintenance_window_task().window_id(id).window_task_id(task_id).send();
            gone_is_none(async { read.await.called("ssm:GetMaintenanceWindowTask") })
        })
        .buffered(CONCURRENT_CALLS)
        .try_collect()
        .await?;
    tasks.into_iter().flatten().map(observed_task).collect()
}

pub(super) async fn task_ids(ssm: &Client, id: &str) -> Result<Vec<String>, CallError> {
    let tasks = every(ssm.describe_maintenance_window_tasks().window_id(id).into_paginator().items().send(), TASKS);
    let left_out = || CallError::left_out(TASKS, "WindowTaskId");
    tasks.await?.into_iter().map(|task| task.window_task_id.ok_or_else(left_out)).collect()
}

fn observed_task(task: GetMaintenanceWindowTaskOutput) -> Result<ObservedTask, CallError> {
    let left_out = || CallError::left_out("ssm:GetMaintenanceWindowTask", "WindowTaskId");
    Ok(ObservedTask {
        target_ids: task.targets().iter().flat_map(|target| target.values().to_vec()).collect(),
        id: task.window_task_id.clone().ok_or_else(left_out)?,
        name: some_text(task.name.clone()),
        run_command: (task.task_type == Some(MaintenanceWindowTaskType::RunCommand)).then(|| run_command(task)),
    })
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
    let fields = [
        ("AlarmConfiguration", task.alarm_configuration().is_some_and(|alarms| !alarms.alarms().is_empty())),
        ("LoggingInfo", is_text(task.logging_info().map(LoggingInfo::s3_bucket_name))),
        ("NotificationConfig", is_text(notification)),
        ("RunCommand.ServiceRoleArn", service_role(command.service_role_arn.clone()).is_some()),
        ("CloudWatchOutputEnabled", output.is_some_and(|output| !is_text(output.cloud_watch_log_group_name()))),
    ];
    fields.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
}

fn run_command(mut task: GetMaintenanceWindowTaskOutput) -> TaskSettings {
    let invocation = task.task_invocation_parameters.take().and_then(|parameters| parameters.run_command);
    let invocation = invocation.unwrap_or_else(|| MaintenanceWindowRunCommandParameters::builder().build());
    let beyond = beyond(&task, &invocation);
    let output = invocation.cloud_watch_output_config.filter(|output| output.cloud_watch_output_enabled);
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
        cutoff_behavior: task.cutoff_behavior.and_then(|behavior| behavior.as_str().parse().ok()),
        timeout_seconds: invocation.timeout_seconds,
        comment: some_text(invocation.comment),
        output_s3_bucket: some_text(invocation.output_s3_bucket_name),
        output_s3_prefix: some_text(invocation.output_s3_key_prefix),
        output_log_group: some_text(output.and_then(|output| output.cloud_watch_log_group_name)),
        beyond,
    }
}

/// A task that was registered without a role is shown with the service-linked one.
fn service_role(arn: Option<String>) -> Option<String> {
    some_text(arn).filter(|arn| !arn.contains(":role/aws-service-role/"))
}

fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// What was listed a moment ago may be gone when it is read.
pub(crate) async fn gone_is_none<T>(read: impl Future<Output = Result<T, CallError>>) -> Result<Option<T>, CallError> {
    match read.await {
        Err(error) if error.cause == Cause::ChangedMeanwhile => Ok(None),
        result => result.map(Some),
    }
}
