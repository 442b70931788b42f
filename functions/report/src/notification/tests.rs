use patching::outcome::AccountOutcome;
use serde_json::{Value, json};

use super::*;
use crate::tests::{summary, summary_of};

fn failed(number: usize, name: &str) -> AccountOutcome {
    let error = json!({"step": "AssumeRole", "name": name, "cause": format!("cause {number}")});
    let id = format!("{number:012}").parse().unwrap();
    AccountOutcome::from_ledger(id, format!("account {number}"), &json!({"error": error}).to_string()).unwrap()
}

fn with_failures(changes: &Value, failures: Vec<AccountOutcome>, succeeded: usize) -> RunSummary {
    let mut summary = summary(changes);
    summary.totals.accounts.failed = failures.len();
    summary.totals.accounts.succeeded = succeeded;
    summary.outcomes = failures;
    summary
}

#[test]
fn the_subject_says_how_many_of_how_many_failed_and_in_which_run() {
    let failures = (0..3).map(|number| failed(number, "AccessDenied")).collect();
    let run = with_failures(&json!({"run": "stack-update-1"}), failures, 145);
    assert_eq!(subject(&run), "Patch Manager: 3 of 148 accounts failed (rollout stack-update-1)");
}

#[test]
fn every_kind_of_run_has_a_subject_of_its_own() {
    for (changes, expected) in [
        (json!({}), "Patch Manager: 1 account is set up (rollout r1)"),
        (json!({"action": "plan"}), "Patch Manager: a rollout would change no window (plan r1)"),
        (json!({"action": "disable"}), "Patch Manager: 0 windows removed in 1 account (disable r1)"),
        (
            json!({"action": null, "error": {"Error": "InvalidPolicy", "Cause": ""}}),
            "Patch Manager: the run could not be done: InvalidPolicy (run r1)",
        ),
    ] {
        assert_eq!(subject(&summary(&changes)), expected);
    }
}

#[test]
fn what_was_skipped_is_never_said_to_be_set_up() {
    let denied =
        json!({"region": "us-east-1", "status": "skipped", "skipped": {"name": "RegionDenied", "cause": "no"}});
    let run = summary_of(&json!({}), &json!({"regions": [denied, {"region": "eu-west-1", "status": "succeeded"}]}));
    assert_eq!(verdict(&run), "1 account is set up, 1 Region skipped");
    assert!(text(&run, None).contains("Skipped: RegionDenied (1 Region of 1 account)"), "{}", text(&run, None));
    let run = summary_of(&json!({}), &json!({"regions": [denied]}));
    assert_eq!(verdict(&run), "nothing was done: 1 account skipped");
}

#[test]
fn a_subject_is_short_and_plain_whatever_comes_in() {
    for name in ["x".repeat(300), "zeile\nzwei\u{7}".to_owned(), "حساب".to_owned()] {
        let run = "r".repeat(80);
        let subject = subject(&summary(&json!({"run": run, "error": {"Error": name, "Cause": ""}})));
        assert!(subject.len() < 100, "{} characters", subject.len());
        assert!(subject.chars().all(|one| one.is_ascii_graphic() || one == ' '), "{subject}");
    }
}

#[test]
fn the_text_has_counts_the_first_failures_with_advice_and_links() {
    let failures = (0..9).map(|number| failed(number, if number == 8 { "RoleNotReady" } else { "AccessDenied" }));
    let run = with_failures(&json!({}), failures.collect(), 1);
    let links = Links { execution: "https://execution".into(), report: "https://report".into() };
    let text = text(&run, Some(&links));
    for part in [
        "1 succeeded, 9 failed, 2 skipped",
        "AccessDenied (8 accounts)",
        "account 0 (000000000000): AssumeRole: cause 0",
        "and 5 more",
        "-> The member role is missing",
        "RoleNotReady (1 account)",
        "https://execution",
        "https://report",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!text.contains("cause 3"), "only the first ones are named");
}

#[test]
fn the_text_is_short_however_much_failed() {
    let failures = (0..1_000).map(|number| failed(number, &format!("Error{}", number % 40))).collect();
    let text = text(&with_failures(&json!({}), failures, 0), None);
    assert!(text.contains("And 35 more kinds of failure."));
    assert!(text.len() < 8_000, "{} bytes", text.len());
}
