//! One execution of the rollout: follow it to its end, gather what it did.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;
use patching::outcome::Status;
use patching::summary::RunSummary;
use serde_json::Value;

use crate::clients::Clients;
use crate::deployment::Deployment;
use crate::error::{During, Error, Result};

pub(crate) const LIMIT: Duration = Duration::from_mins(30);
/// The execution itself says how long it took, so that nothing depends on how often it is asked.
pub(crate) const POLL: Duration = Duration::from_millis(100);
/// Less often, and the less the longer it takes: counting makes the local AWS work, which the rollout is waiting for.
const COUNT_EVERY: Duration = Duration::from_millis(500);
/// How many times as long as the last count took there is none.
const COUNT_REST: u32 = 20;

/// How an execution ended.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// The execution.
    pub execution_arn: String,
    /// The run's id: the execution's name.
    pub run: String,
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// From start to stop, as Step Functions states them.
    pub seconds: f64,
    /// The output of an execution that succeeded.
    pub output: Option<Value>,
    /// The error's name of one that did not.
    pub error: Option<String>,
    /// What it says about the error.
    pub cause: Option<String>,
    /// The bucket of the reports, which stays when the stack goes.
    pub report_bucket: String,
    /// `report.json`, unless the run ended before there was one.
    pub report: Option<Value>,
}

impl RunResult {
    /// The report, read.
    ///
    /// # Errors
    /// When there is none, or it is not one.
    pub fn summary(&self) -> Result<RunSummary> {
        let report = self.report.clone().ok_or_else(|| Error::Unexpected {
            step: "reading the report",
            problem: format!("there is none for run {}, which ended as {}: {:?}", self.run, self.status, self.cause),
        })?;
        serde_json::from_value(report).during("reading the report")
    }
}

/// The end of an execution that is not there any more, from its report.
pub(crate) async fn reported(clients: &Clients, deployment: &Deployment, arn: &str) -> Result<RunResult> {
    let report = read_report(clients, deployment, name(arn)).await?;
    let mut run = RunResult {
        run: name(arn).to_owned(),
        execution_arn: arn.to_owned(),
        status: "SUCCEEDED".to_owned(),
        seconds: 0.0,
        output: None,
        error: None,
        cause: None,
        report_bucket: deployment.data_bucket.clone(),
        report,
    };
    let summary = run.summary()?;
    run.seconds = seconds_between(&summary.started_at, &summary.finished_at)?;
    if summary.status == Status::Failed {
        let error = if summary.error.is_some() { "RolloutFailed" } else { "RolloutIncomplete" };
        (run.status, run.error) = ("FAILED".to_owned(), Some(error.to_owned()));
    }
    Ok(run)
}

fn seconds_between(start: &str, end: &str) -> Result<f64> {
    const STEP: &str = "reading the report";
    let (start, end): (Timestamp, Timestamp) = (start.parse().during(STEP)?, end.parse().during(STEP)?);
    Ok(start.duration_until(end).as_secs_f64())
}

/// The run that an execution is.
pub(crate) fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// Waits for the end of an execution and reads its report. Tells how many accounts are done.
pub(crate) async fn follow(
    clients: &Clients,
    deployment: &Deployment,
    arn: &str,
    mut accounts_done: impl FnMut(u64),
) -> Result<RunResult> {
    let name = name(arn);
    let since = Instant::now();
    let mut next_count = since + COUNT_EVERY;
    let execution = loop {
        tokio::time::sleep(POLL).await;
        let execution = describe(clients, arn).await?;
        if execution.status != ExecutionStatus::Running {
            break execution;
        }
        if since.elapsed() > LIMIT {
            return Err(Error::Unfinished {
                execution: arn.to_owned(),
                status: execution.status.to_string(),
                seconds: LIMIT.as_secs(),
            });
        }
        let before = Instant::now();
        if before >= next_count {
            accounts_done(count_accounts(clients, deployment, name).await?);
            next_count = Instant::now() + COUNT_EVERY.max(before.elapsed() * COUNT_REST);
        }
    };
    accounts_done(count_accounts(clients, deployment, name).await?);
    let report = read_report(clients, deployment, name).await?;
    Ok(result(name, execution, &deployment.data_bucket, report))
}

pub(crate) async fn describe(clients: &Clients, arn: &str) -> Result<DescribeExecutionOutput> {
    let described = clients.sfn().describe_execution().execution_arn(arn).send().await;
    described.during(format!("following execution {arn}"))
}

fn result(name: &str, execution: DescribeExecutionOutput, report_bucket: &str, report: Option<Value>) -> RunResult {
    let stopped = execution.stop_date.as_ref().map_or(0.0, DateTime::as_secs_f64);
    RunResult {
        run: name.to_owned(),
        status: execution.status.to_string(),
        seconds: stopped - execution.start_date.as_secs_f64(),
        execution_arn: execution.execution_arn,
        output: execution.output.and_then(|output| serde_json::from_str(&output).ok()),
        error: execution.error,
        cause: execution.cause,
        report_bucket: report_bucket.to_owned(),
        report,
    }
}

/// How many accounts of this run the ledger holds.
async fn count_accounts(clients: &Clients, deployment: &Deployment, run: &str) -> Result<u64> {
    let mut count = 0;
    let mut pages = clients
        .dynamodb()
        .query()
        .table_name(&deployment.ledger)
        .key_condition_expression("#run = :run AND account >= :account")
        .expression_attribute_names("#run", "run")
        .expression_attribute_values(":run", AttributeValue::S(run.to_owned()))
        // What a run's stack has there comes before all digits.
        .expression_attribute_values(":account", AttributeValue::S("0".to_owned()))
        .select(Select::Count)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        count += page.during("counting accounts in the ledger")?.count;
    }
    Ok(u64::try_from(count).unwrap_or(0))
}

async fn read_report(clients: &Clients, deployment: &Deployment, run: &str) -> Result<Option<Value>> {
    let step = || format!("reading the report of {run}");
    let object =
        clients.s3().get_object().bucket(&deployment.data_bucket).key(format!("runs/{run}/report.json")).send().await;
    match object {
        Ok(object) => {
            let content = object.body.collect().await.during(step())?.into_bytes();
            Ok(Some(serde_json::from_slice(&content).during(step())?))
        }
        Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
        Err(error) => Err(error).during(step()),
    }
}
