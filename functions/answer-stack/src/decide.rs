//! The decision: from how a run ended to what the stack is answered.

use kit::stack_answer::{Answer, Attributes, Reason, RequestType, WaitingStack};
use patching::outcome::Failure;

use crate::{Caught, Report, Request};

pub(crate) fn decide(stack: &WaitingStack, request: &Request) -> Answer {
    let attributes = attributes(stack, request.report.as_ref());
    match (stack.request_type, failure(stack.tolerance_percent, request)) {
        (_, None) => Answer::success(attributes),
        // A deletion that fails keeps the stack from being deleted at all.
        (RequestType::Delete, Some(reason)) => Answer::success_in_spite_of(attributes, &reason.summary),
        (RequestType::Create | RequestType::Update, Some(reason)) => Answer::failed(reason),
    }
}

fn attributes(stack: &WaitingStack, report: Option<&Report>) -> Attributes {
    let accounts = report.map(|report| report.accounts.clone()).unwrap_or_default();
    Attributes {
        succeeded: accounts.succeeded,
        failed: accounts.failed,
        skipped: accounts.skipped,
        report: report.map(address),
        execution_arn: Some(stack.execution_arn.clone()),
    }
}

fn address(report: &Report) -> String {
    format!("s3://{}/{}", report.location.bucket, report.location.key)
}

/// Why the run does not count as done, if it does not.
fn failure(tolerance_percent: u8, request: &Request) -> Option<Reason> {
    match request {
        Request { error: Some(caught), .. } => Some(not_done(caught)),
        Request { status: Some(status), cause, .. } => Some(told(&status.to_string(), cause.as_deref().unwrap_or(""))),
        Request { report: Some(report), .. } => too_many_failed(tolerance_percent, report),
        _ => Some(told("the run ended without a report", "")),
    }
}

fn not_done(caught: &Caught) -> Reason {
    told(&caught.error, &caught.cause)
}

/// A function's error is a cause that is itself JSON; its message may have several lines.
fn told(what: &str, cause: &str) -> Reason {
    let message = Failure::of_run(what, cause).message;
    if message.is_empty() { Reason::of_text(what) } else { Reason::of_text(&format!("{what}: {message}")) }
}

fn too_many_failed(tolerance_percent: u8, report: &Report) -> Option<Reason> {
    let (failed, worked_in) = (report.accounts.failed, report.accounts.failed + report.accounts.succeeded);
    if failed * 100 <= usize::from(tolerance_percent) * worked_in {
        return None;
    }
    let items = report.failed_accounts.iter();
    let items: Vec<_> = items.map(|account| format!("{} ({}): {}", account.name, account.id, account.error)).collect();
    Some(Reason {
        summary: format!(
            "{failed} of {worked_in} accounts failed, and FailureTolerancePercent is {tolerance_percent}; report: {}",
            address(report)
        ),
        unlisted: failed.saturating_sub(items.len()),
        items,
    })
}

#[cfg(test)]
mod tests {
    use kit::stack_answer::{Addressee, AnswerStatus, ResponseUrl};
    use serde_json::{Value, from_slice, from_value, json};

    use super::*;

    const EXECUTION: &str = "arn:aws:states:us-east-1:111122223333:execution:rollout:r1";

    fn answered(request_type: RequestType, tolerance_percent: u8, how: &Value) -> (AnswerStatus, Value) {
        let addressee = Addressee {
            response_url: ResponseUrl::new("https://bucket/key"),
            stack_id: "stack".into(),
            request_id: "request".into(),
            logical_resource_id: "Rollout".into(),
            physical_resource_id: "patch-manager-rollout".into(),
        };
        let stack = WaitingStack { addressee, request_type, tolerance_percent, execution_arn: EXECUTION.into() };
        let mut request = how.clone();
        request["run"] = "r1".into();
        let answer = decide(&stack, &from_value(request).unwrap());
        let body = answer.body(&stack.addressee);
        assert!(body.len() <= 4096);
        (answer.status(), from_slice(&body).unwrap())
    }

    fn report(succeeded: usize, failed: usize) -> Value {
        let accounts = (0..failed.min(10)).map(|number| {
            json!({"id": format!("11112222333{number}"), "name": format!("account-{number}"), "error": "AccessDenied"})
        });
        json!({
            "status": if failed > 0 { "failed" } else { "succeeded" },
            "accounts": {"succeeded": succeeded, "failed": failed, "skipped": 2},
            "regions": {"succeeded": 1, "failed": 0},
            "windows": {"created": 0, "updated": 0, "unchanged": 3, "deleted": 0},
            "report": {"bucket": "data", "key": "runs/r1/report.json"},
            "failedAccounts": accounts.collect::<Vec<_>>()
        })
    }

    #[test]
    fn a_run_without_failures_succeeds_with_counts_and_the_reports_address() {
        let (status, answer) = answered(RequestType::Create, 0, &json!({"report": report(5, 0), "error": null}));
        assert_eq!(status, AnswerStatus::Success);
        assert_eq!(
            answer["Data"],
            json!({"Succeeded": "5", "Failed": "0", "Skipped": "2", "Report": "s3://data/runs/r1/report.json",
                   "ExecutionArn": EXECUTION})
        );
    }

    #[test]
    fn more_failed_accounts_than_tolerated_fail_the_stack() {
        for (succeeded, failed, tolerance, expected) in [
            (1, 1, 50, AnswerStatus::Success),
            (1, 2, 50, AnswerStatus::Failed),
            (9, 1, 9, AnswerStatus::Failed),
            (9, 1, 10, AnswerStatus::Success),
            (9, 1, 0, AnswerStatus::Failed),
            (0, 9, 100, AnswerStatus::Success),
            (0, 0, 0, AnswerStatus::Success),
        ] {
            let (status, _) = answered(RequestType::Update, tolerance, &json!({"report": report(succeeded, failed)}));
            assert_eq!(status, expected, "{failed} failed, {succeeded} succeeded, {tolerance} %");
        }
    }

    #[test]
    fn the_first_failed_accounts_are_named_and_the_others_counted() {
        let (_, answer) = answered(RequestType::Create, 50, &json!({"report": report(1, 12)}));
        let reason = answer["Reason"].as_str().unwrap();
        let summary =
            "12 of 13 accounts failed, and FailureTolerancePercent is 50; report: s3://data/runs/r1/report.json";
        assert!(reason.starts_with(&format!("{summary}\n  account-0 (111122223330): AccessDenied\n")), "{reason}");
        assert!(reason.ends_with("\n  account-9 (111122223339): AccessDenied\n  … (2 more)"), "{reason}");
    }

    #[test]
    fn a_run_that_could_not_be_done_fails_the_stack_with_every_problem() {
        let message = "the policy has 2 problems:\n  $.windows: 1 — allowed: a list\n  $.ownerTag: missing";
        let cause = json!({"errorType": "InvalidPolicy", "errorMessage": message}).to_string();
        let error = json!({"Error": "InvalidPolicy", "Cause": cause});
        let (status, answer) = answered(RequestType::Create, 100, &json!({"report": report(3, 0), "error": error}));
        assert_eq!(status, AnswerStatus::Failed);
        assert_eq!(answer["Reason"], format!("InvalidPolicy: {message}"));
    }

    #[test]
    fn an_error_without_a_cause_is_named() {
        let error = json!({"Error": "States.Timeout", "Cause": ""});
        let (_, answer) = answered(RequestType::Create, 50, &json!({"error": error}));
        assert_eq!(answer["Reason"], "States.Timeout");
    }

    #[test]
    fn an_execution_that_ended_otherwise_fails_the_stack() {
        for (how, reason) in [
            (json!({"status": "ABORTED"}), "the execution was aborted"),
            (json!({"status": "TIMED_OUT", "cause": null}), "the execution ran out of time"),
            (json!({"status": "FAILED", "cause": "for a reason"}), "the execution failed: for a reason"),
            (json!({}), "the run ended without a report"),
        ] {
            let (status, answer) = answered(RequestType::Update, 50, &how);
            assert_eq!((status, &answer["Reason"]), (AnswerStatus::Failed, &json!(reason)));
        }
    }

    #[test]
    fn a_deletion_always_succeeds() {
        let error = json!({"Error": "InvalidPolicy", "Cause": "no"});
        for (how, reason) in [
            (json!({"report": report(0, 3)}), "3 of 3 accounts failed"),
            (json!({"error": error}), "InvalidPolicy: no"),
            (json!({"status": "ABORTED"}), "the execution was aborted"),
        ] {
            let (status, answer) = answered(RequestType::Delete, 50, &how);
            assert_eq!(status, AnswerStatus::Success);
            assert!(answer["Data"]["Reason"].as_str().unwrap().starts_with(reason), "{answer}");
        }
    }
}
