//! Reports a run: reads the ledger, writes `runs/<run>/report.json`, `.csv` and `.html`, emits the run's metrics, tells
//! those who want to know, and answers the run in numbers. Of an inspection it reads the hosts, too, and writes `coverage.*` instead.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: [`Error`], and `InvalidInput`. A notification that cannot be sent is a
//! warning in the log and in the answer, since the report is there all the same.
//!
//! Needs `dynamodb:Query` on the ledger, `s3:GetObject` and `s3:PutObject` on `runs/`, and `sns:Publish` on the topic; for an
//! inspection `s3:ListBucket`, `s3:GetObject` and `s3:PutObject` on `latest/` and `history.json`, and `s3:PutObject` on `hosts/`.

pub mod coverage;
pub mod csv;
mod gather;
pub mod halt;
pub mod html;
pub mod links;
pub mod metrics;
pub mod notification;
pub mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use lambda::CallError;
use patching::hosts::coverage::HostCount;
use patching::outcome::{AccountOutcome, Caught, Status, Warning};
use patching::summary::{RunSummary, Totals};
use patching::targets::Target;
use policy::ids::{AccountId, RunId};
use policy::input::Action;
use record::ledger::LedgerError;
use record::{Ledger, ObjectKey, object};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{IntoStaticStr, VariantNames};

pub use gather::gather;
use links::Links;
use metrics::Metrics;
use notification::{Notification, Notifier};

/// How many failed accounts the answer names; the report names them all.
const NAMED_FAILURES: usize = 10;

/// Which run, and how far it came.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The execution's ARN.
    pub execution: String,
    /// When the execution started, RFC 3339.
    pub started_at: String,
    /// The execution's input as it stands, which may be anything.
    pub input: Value,
    /// The policy as it stands; absent when the run did not come as far as reading it.
    pub policy: Option<Value>,
    /// What the run was to do; this and the next two are absent when it did not come as far as `ListAccounts`.
    pub action: Option<Action>,
    /// Where the accounts to be worked in are listed.
    pub targets: Option<ObjectKey>,
    /// How many accounts the run took and left out.
    pub accounts: Option<Counts>,
    /// What `ListAccounts` found that a person should look at. Earlier definitions do not hand it on.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the state machine caught when the run as a whole could not be done.
    pub error: Option<Caught>,
}

/// How many accounts the run left out, by reason.
#[derive(Debug, Deserialize)]
pub struct Counts {
    skipped: BTreeMap<String, usize>,
}

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

/// An account that failed, in a line.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FailedAccount {
    id: AccountId,
    name: String,
    error: String,
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

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// Tells those who want to know.
    pub notifier: Notifier,
    /// Where metrics go.
    pub metrics: Metrics,
    /// The bucket of targets and reports.
    pub bucket: String,
    /// What is recorded of runs.
    pub ledger: Ledger,
    /// Who is told of failures is told of an inspection, too, in which fewer of 100 hosts are patched.
    pub notify_below_percent: f64,
}

impl Context {
    fn object(&self, key: &str) -> ObjectKey {
        ObjectKey { bucket: self.bucket.clone(), key: key.to_owned() }
    }
}

/// Puts together what is recorded, and what should be and is not, and writes it.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let recorded = context.ledger.outcomes(&request.run).await?;
    let targets = match &request.targets {
        Some(object) => read_targets(&context.s3, object).await?,
        None => Vec::new(),
    };
    let summary = gather(request, recorded, targets, now);
    let (report, hosts, notification) = if coverage::is_inspection(&summary) {
        let (page, coverage, notification) = coverage::report(context, &summary, now).await?;
        (page, Some(coverage.hosts), notification)
    } else {
        let (page, notification) = report(context, &summary, now).await?;
        (page, None, notification)
    };
    Ok(Response {
        status: summary.status,
        failed_accounts: failed_accounts(&summary.outcomes),
        totals: summary.totals,
        report,
        notification,
        hosts,
    })
}

/// Reports what a run did. Answers where the report for people is.
async fn report(
    context: &Context,
    summary: &RunSummary,
    now: Timestamp,
) -> Result<(ObjectKey, Notification), CallError> {
    let report = report_key(context, summary, "html");
    let links = Links::new(summary, &report);
    write(context, summary, links.as_ref(), &report).await?;
    if let Some(line) = context.metrics.of_run(summary, now) {
        println!("{line}"); // CloudWatch takes metrics from the function's log
    }
    let notification = context.notifier.tell(summary, links.as_ref()).await;
    Ok((report, notification))
}

async fn read_targets(s3: &aws_sdk_s3::Client, object: &ObjectKey) -> Result<Vec<Target>, Error> {
    let content = object::read(s3, object).await?;
    serde_json::from_slice(&content).map_err(|error| Error::TargetsNotReadable(object.key.clone(), error))
}

fn report_key(context: &Context, summary: &RunSummary, extension: &str) -> ObjectKey {
    context.object(&format!("runs/{}/report.{extension}", summary.run))
}

/// The report for people goes to `html`, the other two beside it. One is made after the other is written: those of a large
/// organization take 170 MB together.
async fn write(
    context: &Context,
    summary: &RunSummary,
    links: Option<&Links>,
    html: &ObjectKey,
) -> Result<(), CallError> {
    let (json, csv) = (report_key(context, summary, "json"), report_key(context, summary, "csv"));
    object::write_json(&context.s3, &json, summary).await?;
    let table = csv::render(summary).map_err(object::not_written)?;
    object::write(&context.s3, &csv, "text/csv; charset=utf-8; header=present", table).await?;
    let page = html::render(summary, links).map_err(object::not_written)?;
    object::write(&context.s3, html, "text/html; charset=utf-8", page.into_bytes()).await
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
