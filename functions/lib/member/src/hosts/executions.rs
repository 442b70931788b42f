//! The openings of one window, the last one that has ended down to what each host got.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{
    MaintenanceWindowExecution, MaintenanceWindowExecutionTaskIdentity,
    MaintenanceWindowExecutionTaskInvocationIdentity, MaintenanceWindowFilter,
};
use futures::future::try_join_all;
use jiff::Timestamp;
use lambda::CallError;
use lambda::call::every;
use patching::hosts::observation::{Command, Execution};

use super::commands;
use super::pages::{some_text, timestamp};

const LISTING: &str = "ssm:DescribeMaintenanceWindowExecutions";
const TASKS: &str = "ssm:DescribeMaintenanceWindowExecutionTasks";
const INVOCATIONS: &str = "ssm:DescribeMaintenanceWindowExecutionTaskInvocations";
/// The most that each of them takes.
const PAGE_SIZE: i32 = 100;

/// All since that moment.
pub(super) async fn since(ssm: &Client, window: &str, since: Timestamp) -> Result<Vec<Execution>, CallError> {
    let filter = MaintenanceWindowFilter::builder()
        .key("ExecutedAfter")
        .values(since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let asked = ssm.describe_maintenance_window_executions().window_id(window).filters(filter.build());
    let listed = every(asked.max_results(PAGE_SIZE).into_paginator().items().send(), LISTING).await?;
    let mut executions = listed.into_iter().map(execution).collect::<Result<Vec<_>, _>>()?;
    let ended = executions.iter_mut().filter(|execution| execution.has_ended());
    if let Some(last) = ended.max_by(|one, other| (one.started_at, &one.id).cmp(&(other.started_at, &other.id))) {
        last.commands = commands_of(ssm, &last.id).await?;
    }
    Ok(executions)
}

fn execution(execution: MaintenanceWindowExecution) -> Result<Execution, CallError> {
    let left_out = |member| move || CallError::left_out(LISTING, member);
    Ok(Execution {
        id: some_text(execution.window_execution_id).ok_or_else(left_out("WindowExecutionId"))?,
        status: execution.status.ok_or_else(left_out("Status"))?.as_str().to_owned(),
        details: some_text(execution.status_details),
        started_at: execution.start_time.and_then(timestamp),
        ended_at: execution.end_time.and_then(timestamp),
        commands: Vec::new(),
    })
}

async fn commands_of(ssm: &Client, execution: &str) -> Result<Vec<Command>, CallError> {
    let asked = ssm.describe_maintenance_window_execution_tasks().window_execution_id(execution);
    let tasks = every(asked.max_results(PAGE_SIZE).into_paginator().items().send(), TASKS).await?;
    let commands = try_join_all(tasks.into_iter().map(|task| commands_of_task(ssm, execution, task))).await?;
    Ok(commands.concat())
}

/// A task that ended before it sent a command is told as a command with the task's own status, or nobody would know of it.
async fn commands_of_task(
    ssm: &Client,
    execution: &str,
    task: MaintenanceWindowExecutionTaskIdentity,
) -> Result<Vec<Command>, CallError> {
    let id = some_text(task.task_execution_id).ok_or_else(|| CallError::left_out(TASKS, "TaskExecutionId"))?;
    let asked = ssm.describe_maintenance_window_execution_task_invocations().window_execution_id(execution);
    let pages = asked.task_id(&id).max_results(PAGE_SIZE).into_paginator().items().send();
    let invocations = every(pages, INVOCATIONS).await?;
    if invocations.is_empty() {
        let status = task.status.map(|status| status.as_str().to_owned()).unwrap_or_default();
        return Ok(vec![never_sent(id, status, task.status_details)]);
    }
    try_join_all(invocations.into_iter().map(|invocation| command(ssm, invocation))).await
}

async fn command(
    ssm: &Client,
    invocation: MaintenanceWindowExecutionTaskInvocationIdentity,
) -> Result<Command, CallError> {
    let status = invocation.status.map(|status| status.as_str().to_owned()).unwrap_or_default();
    let Some(id) = some_text(invocation.execution_id) else {
        let id = invocation.invocation_id.unwrap_or_default();
        return Ok(never_sent(id, status, invocation.status_details));
    };
    Ok(match commands::read(ssm, &id).await? {
        Some(command) => Command { task_details: some_text(invocation.status_details), ..command },
        // Run Command keeps it for 30 days.
        None => Command { is_gone: true, ..never_sent(id, status, invocation.status_details) },
    })
}

fn never_sent(id: String, details: String, task_details: Option<String>) -> Command {
    Command { id, details, task_details: some_text(task_details), ..Command::default() }
}
