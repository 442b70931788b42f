//! Stops the runs that the stack's own run takes the place of. An inspection changes nothing and so stands in nobody's way: only a
//! deletion, which takes away what it works with, stops one.

use std::collections::BTreeSet;
use std::time::Instant;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::RequestId;
use aws_sdk_sfn::operation::describe_execution::{DescribeExecutionError, DescribeExecutionOutput};
use aws_sdk_sfn::operation::stop_execution::StopExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use lambda::call::Called;
use lambda::{CallError, Cause, logs};
use policy::ids::RunId;
use policy::input::{Action, ExecutionInput};

use crate::context::Context;

/// The error of an execution that ran to its end, and in which single accounts failed: such a disable is done.
const DONE: [&str; 3] = ["RolloutIncomplete", "RolloutNotReported", "StackNotAnswered"];

/// Stops every execution of the machine that still runs and is not `run` itself, inspections only where they are not to stay, waits until
/// their Map Runs are over, too, and answers the names of those stopped (`states:ListExecutions`, `states:DescribeExecution`, `states:StopExecution`,
/// `states:ListMapRuns`).
///
/// A run that began before the stack changed has read the policy of that time: a rollout would put back what is being taken
/// down. A Map Run goes on for a while after its execution was stopped, and cancels its children. What started meanwhile, or was
/// not listed yet, is stopped as well. The functions that all of them have invoked go on to their end.
pub(crate) async fn stop_running(
    context: &Context,
    run: &RunId,
    inspections_stay: bool,
) -> Result<BTreeSet<RunId>, CallError> {
    let began = Instant::now();
    let mut stopped = BTreeSet::new();
    let mut ending = stop_listed(context, run, inspections_stay, &mut stopped).await?;
    while !ending.is_empty() {
        tokio::time::sleep(context.patience.pause).await;
        if began.elapsed() > context.patience.most {
            let problem = "runs that were stopped are still going";
            return Err(CallError::new(Cause::ServiceUnavailable, "states:ListMapRuns", problem));
        }
        let mut running = Vec::new();
        for execution_arn in ending {
            if has_running_map(&context.states, &execution_arn).await? {
                running.push(execution_arn);
            }
        }
        running.extend(stop_listed(context, run, inspections_stay, &mut stopped).await?);
        ending = running;
    }
    Ok(stopped)
}

/// Whether an execution is over and did what it was for, wherever that could be done (`states:DescribeExecution`). One of which
/// Step Functions knows nothing any more is over for months.
pub(crate) async fn has_done_all_it_could(client: &Client, execution_arn: &str) -> Result<bool, CallError> {
    let Some(found) = described(client, execution_arn).await? else { return Ok(true) };
    Ok(match found.status {
        ExecutionStatus::Succeeded => true,
        ExecutionStatus::Failed => found.error.is_some_and(|error| DONE.contains(&error.as_str())),
        _ => false,
    })
}

/// None of one of which Step Functions knows nothing.
async fn described(client: &Client, execution_arn: &str) -> Result<Option<DescribeExecutionOutput>, CallError> {
    match client.describe_execution().execution_arn(execution_arn).send().await {
        Err(error) if error.as_service_error().is_some_and(DescribeExecutionError::is_execution_does_not_exist) => {
            Ok(None)
        }
        found => found.map(Some).called("states:DescribeExecution"),
    }
}

/// By its input alone: what a retry that does not say it is about stands in a record, and may be a rollout.
async fn is_inspection(client: &Client, execution_arn: &str) -> Result<bool, CallError> {
    let input = described(client, execution_arn).await?.and_then(|found| found.input).unwrap_or_default();
    let input = serde_json::from_str(&input).ok().and_then(|input| ExecutionInput::parse(&input).ok());
    Ok(input.is_some_and(|input| input.action == Some(Action::Inspect)))
}

/// Answers the ARNs of those that were running.
async fn stop_listed(
    context: &Context,
    run: &RunId,
    inspections_stay: bool,
    stopped: &mut BTreeSet<RunId>,
) -> Result<Vec<String>, CallError> {
    let client = &context.states;
    let mut found = Vec::new();
    let running = client.list_executions().status_filter(ExecutionStatus::Running);
    let mut executions = running.state_machine_arn(&context.state_machine_arn).into_paginator().items().send();
    while let Some(execution) = executions.next().await {
        let execution = execution.called("states:ListExecutions")?;
        let is_own = execution.name == run.as_str();
        if is_own || (inspections_stay && is_inspection(client, &execution.execution_arn).await?) {
            continue;
        }
        stop(client, &execution.execution_arn, run).await?;
        // A name that no run can have is refused by the first function: nothing is about to be done for it.
        stopped.extend(execution.name.parse().ok());
        found.push(execution.execution_arn);
    }
    Ok(found)
}

/// A Map Run that has stopped says when.
async fn has_running_map(client: &Client, execution_arn: &str) -> Result<bool, CallError> {
    let mut runs = client.list_map_runs().execution_arn(execution_arn).into_paginator().items().send();
    while let Some(run) = runs.next().await {
        if run.called("states:ListMapRuns")?.stop_date.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn stop(client: &Client, execution_arn: &str, run: &RunId) -> Result<(), CallError> {
    const OPERATION: &str = "states:StopExecution";
    let stopped = client
        .stop_execution()
        .execution_arn(execution_arn)
        .error("Replaced")
        .cause(format!("by {run}, which the stack started"))
        .send()
        .await;
    // It may have ended by itself since it was listed.
    let is_over = |error: &StopExecutionError| error.is_execution_does_not_exist() || error.is_validation_exception();
    if !stopped.as_ref().is_err_and(|error| error.as_service_error().is_some_and(is_over)) {
        logs::written(OPERATION, execution_arn, stopped.called(OPERATION)?.request_id());
    }
    Ok(())
}
