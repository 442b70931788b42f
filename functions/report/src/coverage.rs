//! What an inspection leaves: `coverage.html`, `.csv` and `.json`, beside them the run itself as `report.json`, and, when it looked
//! at the whole scope, the hosts of the day for queries, a line of the history, and the page under a key that stays.
//!
//! The cells that `inspect-hosts` wrote are read one after the other, and of each only sums and rows are kept.

mod cells;
mod hosts;
mod html;
mod message;
mod row;
mod rows;

use std::collections::BTreeMap;
use std::io;
use std::pin::pin;

use futures::TryStreamExt;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use lambda::{CallError, Cause};
use patching::hosts::coverage::{Coverage, Earlier, Past, Tally};
use patching::hosts::{Cell, Reason};
use patching::outcome::{AccountOutcome, Status};
use patching::summary::RunSummary;
use policy::ids::AccountId;
use policy::input::{Action, ExecutionInput};
use record::{ObjectKey, object};
use serde_json::Value;

use crate::links::{Console, Links};
use crate::notification::Notification;
use crate::{Context, report_key};
use hosts::Hosts;
use rows::{Lines, Table};

pub use html::render;
pub use row::COLUMNS;

/// The hosts of the last inspection of the whole scope, and what the next one assumes where it cannot look.
const LATEST: &str = "latest/coverage.json";
/// The page of the last inspection of the whole scope: a key to keep.
const LATEST_PAGE: &str = "latest/coverage.html";
/// A line an inspection of the whole scope.
const HISTORY: &str = "history.json";
/// How often a line is tried to be written where others write at the same time.
const HISTORY_TRIES: usize = 5;

/// Whether a run is an inspection: also one that ended before `ListAccounts` told what it was.
pub fn is_inspection(run: &RunSummary) -> bool {
    let asked = || ExecutionInput::parse(&run.input).ok().and_then(|input| input.action);
    run.action.or_else(asked) == Some(Action::Inspect)
}

/// Whether the run looked at everything: what narrows it is in its input, and one that could not be done looked at nothing.
pub fn is_whole(run: &RunSummary) -> bool {
    let input = ExecutionInput::parse(&run.input);
    let is_narrowed =
        |input: &ExecutionInput| input.accounts.is_some() || input.regions.is_some() || input.retry_of.is_some();
    run.error.is_none() && input.is_ok_and(|input| !is_narrowed(&input))
}

/// An inspection, and what is made of its hosts one by one.
#[derive(Debug)]
pub struct Made {
    /// The whole.
    pub coverage: Coverage,
    /// `coverage.csv`.
    pub table: Vec<u8>,
    /// `hosts.jsonl.gz`.
    pub lines: Vec<u8>,
    /// What the page holds of each host, as JSON.
    pub hosts: String,
}

/// Takes in the cells of a run one after the other.
#[derive(Debug)]
pub struct Making<'a> {
    run: &'a RunSummary,
    accounts: BTreeMap<&'a AccountId, &'a AccountOutcome>,
    console: Option<Console>,
    tally: Tally,
    table: Table,
    lines: Lines,
    hosts: Hosts,
}

impl<'a> Making<'a> {
    /// Nothing taken in yet.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn new(run: &'a RunSummary) -> io::Result<Self> {
        Ok(Self {
            run,
            accounts: run.outcomes.iter().map(|account| (&account.id, account)).collect(),
            console: run.execution.as_deref().and_then(Console::of),
            tally: Tally::default(),
            table: Table::new()?,
            lines: Lines::new(),
            hosts: Hosts::default(),
        })
    }

    /// Takes in the hosts of an account and Region; those of an account that the run does not know are none of its own.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn add(&mut self, cell: &Cell) -> io::Result<()> {
        let Some(account) = self.accounts.get(&cell.account).copied() else { return Ok(()) };
        self.tally.add(cell);
        self.hosts.add(cell);
        let rows = cell.hosts.iter().map(|host| row::of_host(account, cell, host, self.console.as_ref()));
        rows.collect::<Vec<_>>().iter().try_for_each(|row| self.write(row))
    }

    fn write(&mut self, row: &Value) -> io::Result<()> {
        self.table.write(row)?;
        self.lines.write(row)
    }

    /// The whole: `earlier` says how many hosts there were where nobody could look this time.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn finish(mut self, earlier: Earlier) -> io::Result<Made> {
        let coverage = std::mem::take(&mut self.tally).coverage(self.run, earlier);
        for account in &coverage.accounts {
            row::of_places(account, &coverage.finished_at).try_for_each(|row| self.write(&row))?;
        }
        Ok(Made { table: self.table.finish()?, lines: self.lines.finish()?, hosts: self.hosts.json(), coverage })
    }
}

/// Reports an inspection. Answers where its page is.
pub(crate) async fn report(
    context: &Context,
    run: &RunSummary,
    now: Timestamp,
) -> Result<(ObjectKey, Coverage, Notification), CallError> {
    let page_key = of_run(context, run, "html");
    let links = Links::new(run, &page_key);
    let coverage = write(context, run, links.as_ref(), now).await?;
    if let Some(line) = context.metrics.of_inspection(run, &coverage, now) {
        println!("{line}"); // CloudWatch takes metrics from the function's log
    }
    let is_low = coverage.hosts.patched_percent.is_some_and(|percent| percent < context.notify_below_percent);
    let is_bad = run.status == Status::Failed || is_low;
    let message = || (message::subject(&coverage), message::text(run, &coverage, links.as_ref()));
    let notification = context.notifier.send(&run.run, is_bad, message).await;
    Ok((page_key, coverage, notification))
}

fn of_run(context: &Context, run: &RunSummary, extension: &str) -> ObjectKey {
    context.object(&format!("runs/{}/coverage.{extension}", run.run))
}

/// The page comes last: what it says is there by then.
async fn write(
    context: &Context,
    run: &RunSummary,
    links: Option<&Links>,
    now: Timestamp,
) -> Result<Coverage, CallError> {
    const PAGE: &str = "text/html; charset=utf-8";
    let earlier = earlier(context).await?;
    let is_latest = is_whole(run) && !earlier.began_after(&run.started_at);
    let Made { coverage, table, lines, hosts } = make(context, run, earlier).await?;
    let history = history(context, run, &coverage, now).await?;
    object::write_json(&context.s3, &report_key(context, run, "json"), run).await?;
    object::write_json(&context.s3, &of_run(context, run, "json"), &coverage).await?;
    let csv = of_run(context, run, "csv");
    object::write(&context.s3, &csv, "text/csv; charset=utf-8; header=present", table).await?;
    let page = html::render(run, &coverage, &history, &hosts, links).map_err(object::not_written)?.into_bytes();
    if is_latest {
        let day = ZonedDateTime::new(now, TimeZone::UTC).date();
        let of_day = context.object(&format!("hosts/dt={day}/hosts.jsonl.gz"));
        object::write(&context.s3, &of_day, "application/gzip", lines).await?;
        object::write_json(&context.s3, &context.object(LATEST), &coverage).await?;
        object::write(&context.s3, &context.object(LATEST_PAGE), PAGE, page.clone()).await?;
    }
    object::write(&context.s3, &of_run(context, run, "html"), PAGE, page).await?;
    Ok(coverage)
}

/// What the last inspection of the whole scope found.
async fn earlier(context: &Context) -> Result<Earlier, CallError> {
    let (latest, _) = object::read_if_there(&context.s3, &context.object(LATEST)).await?;
    Ok(latest.and_then(|latest| cells::parse(&latest, LATEST)).unwrap_or_default())
}

async fn make(context: &Context, run: &RunSummary, earlier: Earlier) -> Result<Made, CallError> {
    let mut making = Making::new(run).map_err(object::not_written)?;
    let mut cells = pin!(cells::of_run(&context.s3, &context.bucket, &run.run).await?);
    while let Some(cell) = cells.try_next().await? {
        making.add(&cell).map_err(object::not_written)?;
    }
    making.finish(earlier).map_err(object::not_written)
}

/// The inspections until now with this one, if it counts. Where two end together, the one that comes too late reads what the other has
/// written.
async fn history(
    context: &Context,
    run: &RunSummary,
    coverage: &Coverage,
    now: Timestamp,
) -> Result<Vec<Past>, CallError> {
    for _ in 1..HISTORY_TRIES {
        match history_once(context, run, coverage, now).await {
            Err(error) if error.cause == Cause::ChangedMeanwhile => {}
            done => return done,
        }
    }
    history_once(context, run, coverage, now).await
}

/// A history that cannot be read is left as it is.
async fn history_once(
    context: &Context,
    run: &RunSummary,
    coverage: &Coverage,
    now: Timestamp,
) -> Result<Vec<Past>, CallError> {
    let (kept, version) = object::read_if_there(&context.s3, &context.object(HISTORY)).await?;
    let history = match kept.map(|kept| serde_json::from_slice::<Vec<Past>>(&kept)) {
        Some(Err(problem)) => {
            tracing::warn!(key = HISTORY, error = %problem, "the history cannot be read and stays as it is");
            return Ok(Vec::new());
        }
        Some(Ok(history)) => history,
        None => Vec::new(),
    };
    if !is_whole(run) {
        return Ok(history);
    }
    let history = coverage.past(now).added_to(history);
    object::replace_json(&context.s3, &context.object(HISTORY), version, &history).await?;
    Ok(history)
}

/// Hosts that no window will patch because the policy only scans; none where there is none.
fn scans_only(coverage: &Coverage) -> Option<u64> {
    coverage.reasons.iter().find(|reason| reason.name == Reason::ScanOnly).map(|reason| reason.hosts + reason.also)
}

#[cfg(test)]
mod tests;
