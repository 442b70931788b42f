//! Asks Step Functions for an execution and those of its Distributed Maps.
//!
//! With a thousand accounts not every history is read: those that failed come first, then as many of those that succeeded, and the
//! others are counted. Step Functions allows some 20 calls a second of `GetExecutionHistory`, 15 of
//! `DescribeExecution` and 5 of `ListExecutions` in a Region; the client waits and tries again when it is told to.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::primitives::{DateTime, DateTimeFormat};
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus, HistoryEvent, MapRunExecutionCounts};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::states::{states, transitions};
use super::{Failure, Node, Run, Status};
use crate::error::{During, Result};

/// Fewer than Step Functions allows in a second, so that retries are rare.
const AT_ONCE: usize = 8;
/// How many executions of each kind of end are shown, unless all are asked for.
const SHOWN: usize = 50;
const PAGE: i32 = 1000;
/// What somebody looks for first.
const ORDER: [ExecutionStatus; 5] = [
    ExecutionStatus::Failed,
    ExecutionStatus::TimedOut,
    ExecutionStatus::Aborted,
    ExecutionStatus::Running,
    ExecutionStatus::Succeeded,
];

/// The execution with this ARN as a tree; with `all`, every state of every account.
///
/// Needs `states:DescribeExecution`, `GetExecutionHistory`, `ListMapRuns`, `DescribeMapRun` and `ListExecutions`.
///
/// # Errors
/// When Step Functions refuses, as for an execution that it does not know or keep any more.
pub(crate) async fn run(client: &Client, arn: &str, all: bool) -> Result<Run> {
    let reading = Reading { client, all };
    let described = reading.describe(arn).await?;
    let events = reading.events(arn, true).await?;
    let mut execution =
        Node { children: states(&events), ..node(&described, &described.name.clone().unwrap_or_default()) };
    let mut transitions = Some(transitions(&events));
    let mut counts = Vec::new();
    for (map_run, arn) in reading.map_runs(arn, &mut execution).await? {
        let (inside, entered) = reading.executions(&arn).await?;
        map_run.children = inside;
        map_run.map_run = Some(arn.clone());
        map_run.unread = reading.unread(&arn, &map_run.children, &mut counts).await?;
        transitions = transitions.zip(entered).map(|(sum, entered)| sum + entered);
    }
    explain(&mut execution, &described);
    let started = DateTime::from_secs(described.start_date.secs()).fmt(DateTimeFormat::DateTime).unwrap_or_default();
    Ok(Run { started, error: described.error, execution, counts, transitions })
}

struct Reading<'a> {
    client: &'a Client,
    all: bool,
}

impl Reading<'_> {
    async fn describe(&self, arn: &str) -> Result<DescribeExecutionOutput> {
        self.client.describe_execution().execution_arn(arn).send().await.during(format!("asking for execution {arn}"))
    }

    /// All events; with data, which is most of them, the Regions of a Map's iterations can be told.
    async fn events(&self, arn: &str, data: bool) -> Result<Vec<HistoryEvent>> {
        let request = self.client.get_execution_history().execution_arn(arn).max_results(PAGE);
        let request = request.include_execution_data(data);
        let events: std::result::Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
        events.during(format!("reading the history of {arn}"))
    }

    /// Each Distributed Map of the execution, with what its executions are listed by.
    async fn map_runs<'n>(&self, arn: &str, execution: &'n mut Node) -> Result<Vec<(&'n mut Node, String)>> {
        let listed = self.client.list_map_runs().execution_arn(arn).into_paginator().items().send().collect();
        let listed: std::result::Result<Vec<_>, _> = listed.await;
        let mut listed = listed.during(format!("listing the Map Runs of {arn}"))?;
        listed.sort_by_key(|map_run| map_run.start_date.as_nanos());
        // The local AWS does not say which Map a Map Run is of: they begin in the order of the states.
        let maps = execution.children.iter_mut().filter(|state| state.is_map && state.children.is_empty());
        let runs = listed.into_iter().map(|map_run| map_run.map_run_arn);
        Ok(maps
            .zip(runs)
            .map(|(map, arn)| {
                let arn = map.map_run.clone().unwrap_or(arn);
                (map, arn)
            })
            .collect())
    }

    /// The executions of a Map Run that are shown, and the transitions of all of them when all were read.
    async fn executions(&self, map_run: &str) -> Result<(Vec<Node>, Option<usize>)> {
        let mut found = Vec::new();
        let mut complete = true;
        for status in ORDER {
            let listed = self.list(map_run, &status).await?;
            let shown = if self.all { listed.len() } else { listed.len().min(SHOWN) };
            complete &= shown == listed.len();
            let read = stream::iter(&listed[..shown]).map(|item| self.execution(item));
            let read: Vec<(Node, usize)> = read.buffered(AT_ONCE).try_collect().await?;
            found.extend(read);
        }
        let sum = found.iter().map(|(_, transitions)| transitions).sum();
        Ok((found.into_iter().map(|(node, _)| node).collect(), complete.then_some(sum)))
    }

    /// Executions that ended so, no more pages of them than are shown.
    async fn list(&self, map_run: &str, status: &ExecutionStatus) -> Result<Vec<ExecutionListItem>> {
        let request = self.client.list_executions().map_run_arn(map_run).status_filter(status.clone());
        let page = if self.all { PAGE } else { i32::try_from(SHOWN + 1).unwrap_or(PAGE) };
        let mut pages = request.max_results(page).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            found.extend(page.during(format!("listing the executions of {map_run}"))?.executions);
            if !self.all && found.len() > SHOWN {
                break;
            }
        }
        Ok(found)
    }

    /// An execution of a Map Run; its account is in its input.
    async fn execution(&self, item: &ExecutionListItem) -> Result<(Node, usize)> {
        let described = self.describe(&item.execution_arn).await?;
        let mut node = node(&described, &account(&described).unwrap_or_else(|| item.name.clone()));
        // Of what is shown in a line, the number of Regions is enough.
        let data = self.all || node.status != Status::Succeeded;
        let events = self.events(&item.execution_arn, data).await?;
        node.children = states(&events);
        explain(&mut node, &described);
        Ok((node, transitions(&events)))
    }

    /// How many executions are not among those read; adds how many there are of each to the counts.
    async fn unread(
        &self,
        map_run: &str,
        read: &[Node],
        counts: &mut Vec<(Status, usize)>,
    ) -> Result<Vec<(Status, usize)>> {
        let described = self.client.describe_map_run().map_run_arn(map_run).send().await;
        let described = described.during(format!("asking for Map Run {map_run}"))?;
        let mut unread = Vec::new();
        for (status, count) in described.execution_counts.as_ref().map(counted).unwrap_or_default() {
            let seen = read.iter().filter(|node| node.status == status).count();
            unread.extend((count > seen).then(|| (status, count - seen)));
            match counts.iter_mut().find(|(counted, _)| *counted == status) {
                Some((_, sum)) => *sum += count,
                None => counts.push((status, count)),
            }
        }
        Ok(unread)
    }
}

fn counted(counts: &MapRunExecutionCounts) -> Vec<(Status, usize)> {
    let all = [
        (Status::Failed, counts.failed),
        (Status::TimedOut, counts.timed_out),
        (Status::Aborted, counts.aborted),
        (Status::Running, counts.running + counts.pending),
        (Status::Succeeded, counts.succeeded),
    ];
    let all = all.into_iter().map(|(status, count)| (status, usize::try_from(count).unwrap_or(0)));
    all.filter(|(_, count)| *count > 0).collect()
}

fn node(described: &DescribeExecutionOutput, name: &str) -> Node {
    let stopped = described.stop_date.as_ref().map(DateTime::as_secs_f64);
    Node {
        name: name.to_owned(),
        status: Status::parse(described.status.as_str()),
        seconds: stopped.map(|stopped| stopped - described.start_date.as_secs_f64()),
        ..Node::default()
    }
}

/// `payments-dev (111122223333)`, where the input has an account.
fn account(described: &DescribeExecutionOutput) -> Option<String> {
    let input: Value = serde_json::from_str(described.input.as_deref()?).ok()?;
    let account = &input["target"]["account"];
    let id = account["id"].as_str()?;
    Some(account["name"].as_str().map_or_else(|| id.to_owned(), |name| format!("{name} ({id})")))
}

/// What the execution itself failed with, where no state says so.
fn explain(node: &mut Node, described: &DescribeExecutionOutput) {
    if let (false, Some(error)) = (node.explains(), described.error.clone()) {
        node.failures.push(Failure { error, cause: described.cause.clone().unwrap_or_default() });
    }
}
