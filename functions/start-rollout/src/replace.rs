//! Stops the runs that the stack's own run takes the place of.

use std::collections::BTreeSet;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::stop_execution::StopExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use kit::CallError;
use patching::ids::RunId;

/// Stops every execution of the machine that still runs but `run`, and answers the names of those stopped
/// (`states:ListExecutions`, `states:StopExecution`).
///
/// A run that began before the stack changed has read the policy of that time: a rollout would put back what is being taken
/// down. The functions that it has invoked go on to their end.
pub(crate) async fn stop_running(client: &Client, machine: &str, run: &RunId) -> Result<BTreeSet<RunId>, CallError> {
    let mut stopped = BTreeSet::new();
    let mut executions = client
        .list_executions()
        .state_machine_arn(machine)
        .status_filter(ExecutionStatus::Running)
        .into_paginator()
        .items()
        .send();
    while let Some(execution) = executions.next().await {
        let execution = execution.map_err(|error| CallError::new("states:ListExecutions", &error))?;
        if execution.name == run.as_str() {
            continue;
        }
        stop(client, execution.execution_arn, run).await?;
        tracing::info!(%run, execution.name, "stopped a run that was still going");
        // A name that no run can have is refused by the first function: nothing is about to be done for it.
        stopped.extend(execution.name.parse().ok());
    }
    Ok(stopped)
}

async fn stop(client: &Client, execution_arn: String, run: &RunId) -> Result<(), CallError> {
    let stopped = client
        .stop_execution()
        .execution_arn(execution_arn)
        .error("Replaced")
        .cause(format!("by {run}, which the stack started"))
        .send()
        .await;
    match stopped {
        Err(error) if error.as_service_error().is_some_and(is_over) => Ok(()),
        stopped => stopped.map(|_| ()).map_err(|error| CallError::new("states:StopExecution", &error)),
    }
}

/// It ended by itself since it was listed.
fn is_over(error: &StopExecutionError) -> bool {
    error.is_execution_does_not_exist() || error.is_validation_exception()
}
