//! Reports a run: reads the ledger, writes `runs/<run>/report.json`, `.csv` and `.html`, emits the run's metrics, tells
//! those who want to know, and answers the run in numbers. Of an inspection it reads the hosts, too, and writes `coverage.*` instead.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: [`Error`], and `InvalidInput`. A notification that cannot be sent is a
//! warning in the log and in the answer, since the report is there all the same.
//!
//! Needs `dynamodb:Query` on the ledger, `s3:GetObject` and `s3:PutObject` on `runs/`, and `sns:Publish` on the topic; for an
//! inspection `s3:ListBucket`, `s3:GetObject` and `s3:PutObject` on `latest/` and `history.json`, and `s3:PutObject` on `hosts/`.

mod asked;
mod context;
pub mod coverage;
pub mod csv;
mod gather;
pub mod halt;
pub mod html;
pub mod links;
pub mod metrics;
pub mod notification;
mod request;
pub mod text;

use jiff::Timestamp;
use lambda::CallError;
use patching::hosts::coverage::HostCount;
use patching::outcome::{AccountOutcome, Status};
use patching::summary::{FailedAccount, RunSummary, Totals};
use patching::targets::Target;
use policy::input::Action;
use record::ledger::LedgerError;
use record::{ObjectKey, object};
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

pub use context::Context;
use context::{PAGE, TABLE, Told};
pub use gather::gather;
use links::Links;
use notification::Notification;
pub use request::{Counts, Request};

/// How many failed accounts the answer names; the report names them all.
const NAMED_FAILURES: usize = 10;

/// The run in numbers.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// How the run ended.
    pub status: Status,
    /// Accounts, Regions and windows by what became of them.
    #[serde(flatten)]
    pub totals: Totals,
    /// The report for people; the other two are beside it.
    pub report: ObjectKey,
    /// The first of the failed accounts.
    pub failed_accounts: Vec<FailedAccount>,
    /// What became of the notification.
    pub notification: Notification,
    /// Of an inspection: the hosts, counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<HostCount>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The ledger was not read; its own name is the error's.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The run's list of targets is not as `list-accounts` writes it.
    #[error("the object {0} is not a list of targets")]
    TargetsNotReadable(String, #[source] serde_json::Error),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    Call(#[from] CallError),
}

lambda::named_error!(Error, Ledger: LedgerError, Call: CallError);

/// Puts together what is recorded, and what should be and is not, and writes it.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let recorded = context.ledger.outcomes(&request.run).await?;
    let targets = match &request.targets {
        Some(object) => read_targets(&context.s3, object).await?,
        None => Vec::new(),
    };
    Ok(report(context, gather(request, recorded, targets, now), now).await?)
}

async fn report(context: &Context, run: RunSummary, now: Timestamp) -> Result<Response, CallError> {
    let is_inspection = asked::action(&run) == Some(Action::Inspect);
    let page = context.of_run(&run, if is_inspection { "coverage.html" } else { "report.html" });
    let links = Links::new(&run, &page);
    let told = if is_inspection {
        coverage::write(context, &run, links.as_ref(), now).await?
    } else {
        write(context, &run, links.as_ref(), now).await?
    };
    if let Some(line) = &told.metrics {
        println!("{line}"); // CloudWatch takes metrics from the function's log
    }
    let notification = context.notifier.send(&run.run, told.is_bad, told.subject, told.text).await;
    Ok(Response {
        status: run.status,
        failed_accounts: failed_accounts(&run.outcomes),
        totals: run.totals,
        report: page,
        notification,
        hosts: told.hosts,
    })
}

async fn read_targets(s3: &aws_sdk_s3::Client, object: &ObjectKey) -> Result<Vec<Target>, Error> {
    let content = object::read(s3, object).await?;
    serde_json::from_slice(&content).map_err(|error| Error::TargetsNotReadable(object.key.clone(), error))
}

/// One file is made after the other is written: those of a large organization take 170 MB together.
async fn write(context: &Context, run: &RunSummary, links: Option<&Links>, now: Timestamp) -> Result<Told, CallError> {
    object::write_json(&context.s3, &context.of_run(run, "report.json"), run).await?;
    let table = csv::render(run).map_err(object::not_written)?;
    object::write(&context.s3, &context.of_run(run, "report.csv"), TABLE, table).await?;
    let page = html::render(run, links).map_err(object::not_written)?.into_bytes();
    object::write(&context.s3, &context.of_run(run, "report.html"), PAGE, page).await?;
    Ok(Told {
        metrics: context.metrics.of_run(run, now),
        is_bad: run.status == Status::Failed,
        subject: notification::subject(run),
        text: notification::text(run, links),
        hosts: None,
    })
}

fn failed_accounts(outcomes: &[AccountOutcome]) -> Vec<FailedAccount> {
    let failed = outcomes.iter().filter(|account| account.status == Status::Failed);
    failed
        .take(NAMED_FAILURES)
        .map(|account| FailedAccount {
            id: account.id.clone(),
            name: account.name.clone(),
            error: account.first_error().map_or_else(String::new, |error| error.name.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests;
