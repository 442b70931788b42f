//! The decision: from how a run ended to what the stack is answered.

use patching::outcome::Failure;
use patching::summary::{AccountTotals, FailedAccount};
use record::ledger::Tally;
use record::stack_answer::{Answer, Attributes, Reason, RequestType, WaitingStack};

use crate::request::Request;

/// `recorded` is what the ledger has of a run without a report.
pub(crate) fn decide(stack: &WaitingStack, request: &Request, recorded: Option<Tally>) -> Answer {
    match done(request, recorded) {
        Ok((done, failed_accounts)) => judge(stack, done, failed_accounts),
        // Nothing is deleted then, so that it can be tried again: functions and roles are what takes the windows down.
        Err(reason) if stack.request_type == RequestType::Create && !may_have_begun(request) => {
            Answer::not_begun(reason)
        }
        Err(reason) if stack.request_type == RequestType::Rollback => {
            let execution_arn = Some(stack.execution_arn.clone());
            Answer::success_in_spite_of(Attributes { execution_arn, ..Attributes::default() }, &reason.summary)
        }
        Err(reason) => Answer::failed(reason),
    }
}

/// What a run did in numbers, and the accounts of which it tells that they failed; why not, if it could not be done.
fn done(request: &Request, recorded: Option<Tally>) -> Result<(Attributes, &[FailedAccount]), Reason> {
    match request {
        Request { error: Some(caught), report, .. } => {
            let reason = told(&caught.error, &caught.cause);
            // A run that ended early, a halted one for example, may have a report, and accounts that failed.
            Err(match report {
                Some(report) if report.accounts.failed > 0 && reason.items.is_empty() => {
                    let summary = format!("{}; report: {}", reason.summary, report.address());
                    naming(summary, report.accounts.failed, &report.failed_accounts)
                }
                _ => reason,
            })
        }
        Request { status: Some(status), .. } => Err(told(&status.to_string(), "")),
        Request { report: Some(report), .. } => {
            let AccountTotals { succeeded, failed, skipped, .. } = report.accounts;
            let attributes =
                Attributes { succeeded, failed, skipped, report: Some(report.address()), execution_arn: None };
            Ok((attributes, &report.failed_accounts))
        }
        Request { accounts: Some(accounts), .. } => {
            let recorded = recorded.unwrap_or_default();
            let succeeded = recorded.recorded - recorded.failed;
            // What is not in the ledger failed, as the report has it.
            let failed = (accounts.in_scope + accounts.unavailable).saturating_sub(succeeded);
            Ok((Attributes { succeeded, failed, ..Attributes::default() }, &[]))
        }
        _ => Err(told("the run ended without a report", "")),
    }
}

/// Accounts are listed before any of them is entered. The rule cannot tell.
fn may_have_begun(request: &Request) -> bool {
    request.accounts.is_some() || request.status.is_some()
}

fn judge(stack: &WaitingStack, done: Attributes, failed_accounts: &[FailedAccount]) -> Answer {
    let too_many_failed = too_many_failed(stack.tolerance_percent, &done, failed_accounts);
    let attributes = Attributes { execution_arn: Some(stack.execution_arn.clone()), ..done };
    match too_many_failed {
        None => Answer::success(attributes),
        Some(reason) if stack.request_type.forgives() => Answer::success_in_spite_of(attributes, &reason.summary),
        Some(reason) => Answer::failed(reason),
    }
}

/// A function's error is a cause that is itself JSON; its message may have several lines.
fn told(what: &str, cause: &str) -> Reason {
    let message = Failure::of_run(what, cause).message;
    if message.is_empty() { Reason::of_text(what) } else { Reason::of_text(&format!("{what}: {message}")) }
}

/// The accounts that failed, below a line.
fn naming(summary: String, failed: usize, named: &[FailedAccount]) -> Reason {
    let item = |account: &FailedAccount| format!("{} ({}): {}", account.name, account.id, account.error);
    Reason { summary, items: named.iter().map(item).collect(), unlisted: failed.saturating_sub(named.len()) }
}

fn too_many_failed(tolerance_percent: u8, done: &Attributes, failed_accounts: &[FailedAccount]) -> Option<Reason> {
    let (failed, worked_in) = (done.failed, done.failed + done.succeeded);
    if failed * 100 <= usize::from(tolerance_percent) * worked_in {
        return None;
    }
    let report = done.report.as_deref().unwrap_or("none");
    let summary = format!(
        "{failed} of {worked_in} accounts failed, and FailureTolerancePercent is {tolerance_percent}; report: {report}"
    );
    Some(naming(summary, failed, failed_accounts))
}

#[cfg(test)]
mod tests {
    use record::stack_answer::{Addressee, AnswerStatus, Decided, NOT_BEGUN, ResponseUrl};
    use serde_json::{Value, from_str, from_value, json};

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
        let execution_arn = EXECUTION.into();
        let stack = WaitingStack { addressee, request_type, tolerance_percent, execution_arn, decided: None };
        let mut request = how.clone();
        request["run"] = "r1".into();
        let recorded = Tally { recorded: 4, failed: 1 };
        let Decided { status, body } =
            decide(&stack, &from_value(request).unwrap(), Some(recorded)).to(&stack.addressee);
        assert!(body.len() <= 4096);
        (status, from_str(&body).unwrap())
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
    fn a_halted_run_names_the_accounts_that_halted_it() {
        let error = json!({"Error": "RolloutHalted", "Cause": "wave pilot: more than 20 % of 2 accounts failed"});
        let how = json!({"error": error, "accounts": {"inScope": 9}, "report": report(0, 1)});
        let (status, answer) = answered(RequestType::Update, 100, &how);
        let reason = "RolloutHalted: wave pilot: more than 20 % of 2 accounts failed; report: s3://data/runs/r1/report.json\n  \
                      account-0 (111122223330): AccessDenied";
        assert_eq!((status, &answer["Reason"]), (AnswerStatus::Failed, &json!(reason)));
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
            (json!({"status": "TIMED_OUT"}), "the execution ran out of time"),
            (json!({}), "the run ended without a report"),
        ] {
            let (status, answer) = answered(RequestType::Update, 50, &how);
            assert_eq!((status, &answer["Reason"]), (AnswerStatus::Failed, &json!(reason)));
        }
    }

    #[test]
    fn nothing_that_fails_keeps_a_stack_from_going_back() {
        let halted = json!({"Error": "RolloutHalted", "Cause": "wave pilot: more than 0 % of 2 accounts failed"});
        for (how, reason) in [
            (json!({"report": report(1, 1)}), "1 of 2 accounts failed, and FailureTolerancePercent is 0"),
            (json!({"error": halted, "accounts": {"inScope": 9}, "report": report(0, 1)}), "RolloutHalted: wave pilot"),
            (json!({"status": "ABORTED"}), "the execution was aborted"),
        ] {
            let (status, answer) = answered(RequestType::Rollback, 0, &how);
            assert_eq!((status, &answer["Data"]["ExecutionArn"]), (AnswerStatus::Success, &json!(EXECUTION)));
            assert!(answer["Data"]["Reason"].as_str().unwrap().starts_with(reason), "{answer}");
            assert_eq!(answered(RequestType::Update, 0, &how).0, AnswerStatus::Failed);
        }
    }

    #[test]
    fn failed_accounts_do_not_hold_a_deletion_up() {
        let (status, answer) = answered(RequestType::Delete, 0, &json!({"report": report(0, 3)}));
        assert_eq!(status, AnswerStatus::Success);
        assert!(answer["Data"]["Reason"].as_str().unwrap().starts_with("3 of 3 accounts failed"), "{answer}");
    }

    #[test]
    fn a_deletion_for_which_no_run_could_be_done_fails() {
        let error = json!({"Error": "OrganizationNotReadable", "Cause": "no"});
        for (how, reason) in [
            (json!({ "error": error }), "OrganizationNotReadable: no"),
            (
                json!({"error": error, "accounts": {"inScope": 3}, "report": report(3, 0)}),
                "OrganizationNotReadable: no",
            ),
            (json!({"status": "ABORTED"}), "the execution was aborted"),
        ] {
            let (status, answer) = answered(RequestType::Delete, 50, &how);
            assert_eq!((status, &answer["Reason"]), (AnswerStatus::Failed, &json!(reason)));
            assert_eq!(answer["PhysicalResourceId"], "patch-manager-rollout");
        }
    }

    #[test]
    fn a_creation_that_came_to_no_account_has_nothing_to_be_taken_down() {
        let error = json!({"Error": "OrganizationNotReadable", "Cause": "no"});
        let accounts = json!({"inScope": 3});
        for (request_type, how, id) in [
            (RequestType::Create, json!({ "error": error }), NOT_BEGUN),
            (RequestType::Create, json!({"error": error, "accounts": accounts}), "patch-manager-rollout"),
            (RequestType::Create, json!({"status": "ABORTED"}), "patch-manager-rollout"),
            (RequestType::Create, json!({"report": report(0, 3)}), "patch-manager-rollout"),
            // Otherwise CloudFormation would delete what is there.
            (RequestType::Update, json!({ "error": error }), "patch-manager-rollout"),
        ] {
            let (status, answer) = answered(request_type, 50, &how);
            assert_eq!((status, &answer["PhysicalResourceId"]), (AnswerStatus::Failed, &json!(id)));
        }
    }

    /// The ledger has four of them, one of which failed.
    #[test]
    fn a_run_without_a_report_is_judged_by_its_accounts() {
        for (in_scope, unavailable, tolerance, expected) in [
            (4, 0, 25, AnswerStatus::Success),
            (4, 0, 24, AnswerStatus::Failed),
            (4, 1, 25, AnswerStatus::Failed),
            (6, 0, 50, AnswerStatus::Success),
        ] {
            let how = json!({"report": null, "accounts": {"inScope": in_scope, "unavailable": unavailable, "new": 1}});
            let (status, answer) = answered(RequestType::Create, tolerance, &how);
            assert_eq!(status, expected, "{answer}");
            if expected == AnswerStatus::Success {
                assert_eq!((&answer["Data"]["Succeeded"], &answer["Data"]["Report"]), (&json!("3"), &json!("none")));
            }
        }
    }
}
