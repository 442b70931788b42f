//! What an inspection leaves: `coverage.html`, `.csv` and `.json`, beside them the run itself as `report.json`, and, when it looked
//! at the whole scope, the hosts of the day for queries, a line of the history, and the page under a key that stays.
//!
//! The cells that `inspect-hosts` wrote are read one after the other, and of each only sums and rows are kept.

mod cells;
mod hosts;
mod html;
mod message;
mod row;

use std::io::{self, Write};
use std::pin::pin;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::TryStreamExt;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use lambda::{CallError, Cause};
use patching::hosts::Cell;
use patching::hosts::coverage::{Coverage, Earlier, Past, Tally};
use patching::outcome::Status;
use patching::summary::RunSummary;
use record::object;
use serde_json::Value;

use crate::asked::is_whole;
use crate::context::{Context, PAGE, TABLE, Told};
use crate::csv::Table;
use crate::links::{Console, Links};
use hosts::Hosts;

pub use html::render;

/// The hosts of the last inspection of the whole scope, and what the next one assumes where it cannot look.
const LATEST: &str = "latest/coverage.json";
/// The page of the last inspection of the whole scope: a key to keep.
const LATEST_PAGE: &str = "latest/coverage.html";
/// A line an inspection of the whole scope.
const HISTORY: &str = "history.json";
/// How often a line is tried to be written where others write at the same time.
const HISTORY_TRIES: usize = 5;

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
    console: Option<Console>,
    tally: Tally,
    table: Table,
    /// A line of JSON a row, compressed as they come: 50,000 hosts are 2 MB instead of 40.
    lines: GzEncoder<Vec<u8>>,
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
            console: run.execution.as_deref().and_then(Console::of),
            tally: Tally::default(),
            table: Table::new(row::HEADER.split(','))?,
            lines: GzEncoder::new(Vec::new(), Compression::default()),
            hosts: Hosts::default(),
        })
    }

    /// Takes in the hosts of an account and Region; those of an account that the run does not know are none of its own.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn add(&mut self, cell: &Cell) -> io::Result<()> {
        let at = self.run.outcomes.binary_search_by_key(&&cell.account, |account| &account.id);
        let Some(account) = at.ok().map(|at| &self.run.outcomes[at]) else { return Ok(()) };
        self.tally.add(cell);
        self.hosts.add(cell);
        cell.hosts.iter().try_for_each(|host| self.write(&row::of_host(account, cell, host, self.console.as_ref())))
    }

    fn write(&mut self, row: &Value) -> io::Result<()> {
        self.table.write(row::HEADER.split(',').map(|column| row::field(&row[column])))?;
        serde_json::to_writer(&mut self.lines, row)?;
        self.lines.write_all(b"\n")
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

/// Writes what an inspection leaves. The page comes last: what it says is there by then.
pub(crate) async fn write(
    context: &Context,
    run: &RunSummary,
    links: Option<&Links>,
    now: Timestamp,
) -> Result<Told, CallError> {
    let earlier = earlier(context).await?;
    let is_latest = is_whole(run) && !earlier.began_after(&run.started_at);
    let Made { coverage, table, lines, hosts } = make(context, run, earlier).await?;
    let history = history(context, run, &coverage, now).await?;
    object::write_json(&context.s3, &context.of_run(run, "report.json"), run).await?;
    object::write_json(&context.s3, &context.of_run(run, "coverage.json"), &coverage).await?;
    object::write(&context.s3, &context.of_run(run, "coverage.csv"), TABLE, table).await?;
    let page = html::render(run, &coverage, &history, &hosts, links).map_err(object::not_written)?.into_bytes();
    if is_latest {
        let day = ZonedDateTime::new(now, TimeZone::UTC).date();
        let of_day = context.object(&format!("hosts/dt={day}/hosts.jsonl.gz"));
        object::write(&context.s3, &of_day, "application/gzip", lines).await?;
        object::write_json(&context.s3, &context.object(LATEST), &coverage).await?;
        object::write(&context.s3, &context.object(LATEST_PAGE), PAGE, page.clone()).await?;
    }
    object::write(&context.s3, &context.of_run(run, "coverage.html"), PAGE, page).await?;
    let is_low = coverage.hosts.patched_percent.is_some_and(|percent| percent < context.notify_below_percent);
    Ok(Told {
        metrics: context.metrics.of_inspection(run, &coverage, now),
        is_bad: run.status == Status::Failed || is_low,
        subject: message::subject(&coverage),
        text: message::text(run, &coverage, links),
        hosts: Some(coverage.hosts),
    })
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
/// written. A history that cannot be read is left as it is.
async fn history(
    context: &Context,
    run: &RunSummary,
    coverage: &Coverage,
    now: Timestamp,
) -> Result<Vec<Past>, CallError> {
    let object = context.object(HISTORY);
    let mut tries = 1;
    loop {
        let (kept, version) = object::read_if_there(&context.s3, &object).await?;
        let history = match kept.map(|kept| serde_json::from_slice(&kept)).transpose() {
            Ok(history) => history.unwrap_or_default(),
            Err(problem) => {
                tracing::warn!(key = HISTORY, error = %problem, "the history cannot be read and stays as it is");
                return Ok(Vec::new());
            }
        };
        if !is_whole(run) {
            return Ok(history);
        }
        let history = coverage.past(now).added_to(history);
        match object::replace_json(&context.s3, &object, version, &history).await {
            Err(error) if error.cause == Cause::ChangedMeanwhile && tries < HISTORY_TRIES => tries += 1,
            written => return written.map(|()| history),
        }
    }
}

#[cfg(test)]
mod tests;
