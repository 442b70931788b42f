//! The windows of ours, each with what its last openings did.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::MaintenanceWindowIdentity;
use futures::stream::{self, StreamExt, TryStreamExt};
use futures::try_join;
use jiff::Timestamp;
use lambda::CallError;
use patching::hosts::observation::{HISTORY, ObservedWindow, RegisteredTarget, RegisteredTask};
use patching::observed::{ObservedTarget, ObservedTask};
use policy::OwnerTag;

use super::executions;
use super::pages::{CONCURRENT_CALLS, some_text, timestamp};
use crate::windows::{carries, gone_is_none, identified, identities, targets, tasks, window};

/// A window that somebody deletes meanwhile is left out.
pub(super) async fn with_executions(
    ssm: &Client,
    owner_tag: &OwnerTag,
    now: Timestamp,
) -> Result<Vec<ObservedWindow>, CallError> {
    let windows: Vec<_> = stream::iter(identities(ssm).await?)
        .map(|identity| async move {
            let found = gone_is_none(observed(ssm, owner_tag, identity, now)).await?;
            Ok::<_, CallError>(found.flatten())
        })
        .buffered(CONCURRENT_CALLS)
        .try_collect()
        .await?;
    Ok(windows.into_iter().flatten().collect())
}

/// None of one that is not ours.
async fn observed(
    ssm: &Client,
    owner_tag: &OwnerTag,
    identity: MaintenanceWindowIdentity,
    now: Timestamp,
) -> Result<Option<ObservedWindow>, CallError> {
    let (id, name) = identified(identity)?;
    if !carries(ssm, owner_tag, &id).await? {
        return Ok(None);
    }
    let since = now.saturating_sub(HISTORY).unwrap_or(Timestamp::MIN);
    let (window, targets, tasks, executions) =
        try_join!(window(ssm, &id), targets(ssm, &id), tasks(ssm, &id), executions::since(ssm, &id, since))?;
    Ok(Some(ObservedWindow {
        enabled: window.enabled,
        next_execution: some_text(window.next_execution_time),
        created_at: window.created_date.and_then(timestamp),
        modified_at: window.modified_date.and_then(timestamp),
        id,
        name: name.unwrap_or_default(),
        schedule: window.schedule.unwrap_or_default(),
        timezone: some_text(window.schedule_timezone),
        schedule_offset_days: window.schedule_offset,
        targets: targets.into_iter().map(registered_target).collect(),
        tasks: tasks.into_iter().filter_map(registered_task).collect(),
        executions,
    }))
}

fn registered_target(target: ObservedTarget) -> RegisteredTarget {
    RegisteredTarget { id: target.id, filters: target.settings.selectors }
}

/// None of one that is not of Run Command.
fn registered_task(task: ObservedTask) -> Option<RegisteredTask> {
    let command = task.run_command?;
    Some(RegisteredTask { document: command.document, parameters: command.parameters, targets: task.target_ids })
}
