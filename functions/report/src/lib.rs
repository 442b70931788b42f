//! Reports a run: reads the ledger, writes `runs/<run>/report.json` and answers the run in numbers.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: [`Error`], and `InvalidInput`.
//!
//! Needs `dynamodb:Query` on the ledger, `s3:GetObject` and `s3:PutObject` on `runs/`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;
use kit::ledger::{self, LedgerError};
use kit::{CallError, CallFailure};
use patching::ids::{AccountId, RunId};
use patching::input::Action;
use patching::outcome::{AccountOutcome, Failure, Status};
use patching::summary::{RunSummary, Totals};
use patching::targets::Target;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

/// How many failed accounts the answer names; the report names them all.
const NAMED_FAILURES: usize = 10;

/// Which run, and how far it came.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// When the execution started, RFC 3339.
    pub started_at: String,
    /// What the run was to do; this and the next two are absent when it did not come as far as `ListAccounts`.
    pub action: Option<Action>,
    /// Where the accounts to be worked in are listed.
    pub targets: Option<ObjectKey>,
    /// How many accounts the run took and left out.
    pub accounts: Option<Counts>,
    /// What the state machine caught when the run as a whole could not be done.
    pub error: Option<Caught>,
}

/// How many accounts the run left out, by reason.
#[derive(Debug, Deserialize)]
pub struct Counts {
    skipped: BTreeMap<String, usize>,
}

/// What Step Functions hands to a Catch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    error: String,
    #[serde(default)]
    cause: String,
}

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
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
    /// The report.
    pub report: ObjectKey,
    /// The first of the failed accounts.
    pub failed_accounts: Vec<FailedAccount>,
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
    /// An item of the ledger is not as the state machine writes it.
    #[error("the ledger cannot be read")]
    LedgerNotReadable(#[source] LedgerError),
    /// The run's list of targets is not as `list-accounts` writes it.
    #[error("the object {0} is not a list of targets")]
    TargetsNotReadable(String, #[source] serde_json::Error),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    #[strum(disabled)]
    Call(#[from] CallError),
}

kit::named_error!(Error, Call: CallError);

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// In the home Region.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The bucket of targets and reports.
    pub bucket: String,
    /// The ledger's table.
    pub ledger_table: String,
}

/// Puts together what is recorded, and what should be and is not, and writes it.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let recorded =
        ledger::read(&context.dynamodb, &context.ledger_table, &request.run).await.map_err(|error| match error {
            LedgerError::Call(error) => Error::Call(error),
            malformed => Error::LedgerNotReadable(malformed),
        })?;
    let targets = match &request.targets {
        Some(object) => read_targets(&context.s3, object).await?,
        None => Vec::new(),
    };
    let summary = summarize(request, with_unrecorded(recorded, targets), now);
    let report = ObjectKey { bucket: context.bucket.clone(), key: format!("runs/{}/report.json", summary.run) };
    write(&context.s3, &report, &summary).await?;
    Ok(Response {
        status: summary.status,
        failed_accounts: failed_accounts(&summary.outcomes),
        totals: summary.totals,
        report,
    })
}

/// An account whose execution was aborted leaves no item in the ledger: the list of targets still knows it.
fn with_unrecorded(mut outcomes: Vec<AccountOutcome>, targets: Vec<Target>) -> Vec<AccountOutcome> {
    let recorded: BTreeSet<_> = outcomes.iter().map(|outcome| outcome.id.clone()).collect();
    let unrecorded = targets.into_iter().map(|target| target.account).filter(|account| !recorded.contains(&account.id));
    outcomes.extend(unrecorded.map(|account| AccountOutcome::without_record(account.id, account.name)));
    outcomes.sort_by(|a, b| a.id.cmp(&b.id));
    outcomes
}

fn summarize(request: Request, outcomes: Vec<AccountOutcome>, now: Timestamp) -> RunSummary {
    let action = request.action;
    let skipped = request.accounts.map(|accounts| accounts.skipped).unwrap_or_default();
    let error = request.error.map(|caught| Failure::of_run(&caught.error, &caught.cause));
    let totals = Totals::new(&outcomes, skipped.values().sum());
    RunSummary {
        run: request.run,
        action,
        status: if error.is_some() { Status::Failed } else { totals.status(action) },
        started_at: request.started_at,
        finished_at: now.to_string(),
        error,
        totals,
        skipped,
        outcomes,
    }
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

async fn read_targets(s3: &aws_sdk_s3::Client, object: &ObjectKey) -> Result<Vec<Target>, Error> {
    const OPERATION: &str = "s3:GetObject";
    let answer = s3
        .get_object()
        .bucket(&object.bucket)
        .key(&object.key)
        .send()
        .await
        .map_err(|error| CallError::new(OPERATION, &error))?;
    let body = answer.body.collect().await.map_err(|error| {
        CallError::ServiceUnavailable(CallFailure {
            operation: OPERATION,
            code: None,
            message: error.to_string(),
            request_id: None,
        })
    })?;
    serde_json::from_slice(&body.into_bytes()).map_err(|error| Error::TargetsNotReadable(object.key.clone(), error))
}

async fn write(s3: &aws_sdk_s3::Client, object: &ObjectKey, summary: &RunSummary) -> Result<(), Error> {
    // The summary is made of strings, numbers and lists, whose serialization cannot fail.
    let body = serde_json::to_vec_pretty(summary).unwrap_or_default();
    s3.put_object()
        .bucket(&object.bucket)
        .key(&object.key)
        .content_type("application/json")
        .body(ByteStream::from(body))
        .send()
        .await
        .map_err(|error| CallError::new("s3:PutObject", &error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn outcome(id: &str) -> AccountOutcome {
        AccountOutcome::from_ledger(id.parse().unwrap(), "name".into(), "{\"regions\": []}").unwrap()
    }

    fn target(id: &str) -> Target {
        from_value(json!({"account": {"id": id, "name": "n", "state": "ACTIVE"}, "regions": null, "sweep": false}))
            .unwrap()
    }

    fn request(error: Option<Caught>) -> Request {
        let counts = json!({"inScope": 1, "unavailable": 0, "skipped": {"suspended": 2}});
        Request {
            run: "r1".parse().unwrap(),
            started_at: "2026-12-01T00:00:00Z".into(),
            action: Some(Action::Rollout),
            targets: None,
            accounts: Some(from_value(counts).unwrap()),
            error,
        }
    }

    #[test]
    fn an_account_without_a_record_is_reported_as_failed() {
        let outcomes =
            with_unrecorded(vec![outcome("111122224444")], vec![target("111122223333"), target("111122224444")]);
        let [missing, recorded] = outcomes.as_slice() else { panic!("two accounts, not {outcomes:?}") };
        assert_eq!((missing.status, missing.error.as_ref().unwrap().name.as_str()), (Status::Failed, "NoOutcome"));
        assert_eq!(recorded.status, Status::Succeeded);
    }

    #[test]
    fn a_run_that_could_not_be_done_is_failed_whatever_is_recorded() {
        let caught = Caught { error: "InvalidPolicy".into(), cause: "{\"errorMessage\": \"no windows\"}".into() };
        let summary = summarize(request(Some(caught)), vec![outcome("111122224444")], Timestamp::UNIX_EPOCH);
        assert_eq!(summary.status, Status::Failed);
        assert_eq!(summary.error.unwrap().message, "no windows");
    }

    #[test]
    fn accounts_left_out_are_counted() {
        let summary = summarize(request(None), vec![outcome("111122224444")], Timestamp::UNIX_EPOCH);
        assert_eq!((summary.status, summary.totals.accounts.skipped), (Status::Succeeded, 2));
    }
}
