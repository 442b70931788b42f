use patching::outcome::{AccountOutcome, Status};
use patching::targets::Target;
use serde_json::{Value, json};

use super::*;
use crate::tests::{gathered, policy, summary, summary_of};

fn failed(number: usize, name: &str) -> AccountOutcome {
    let error = json!({"step": "AssumeRole", "name": name, "cause": format!("cause {number}")});
    let id = format!("{number:012}").parse().unwrap();
    AccountOutcome::from_ledger(id, format!("account {number}"), &json!({"error": error}).to_string()).unwrap()
}

/// An account to be worked in; of no wave when that has no name.
fn target_in(number: usize, wave: &str) -> Target {
    let account = json!({"id": format!("{number:012}"), "name": format!("account {number}"), "state": "ACTIVE"});
    let wave = if wave.is_empty() { Value::Null } else { wave.into() };
    serde_json::from_value(json!({"account": account, "regions": null, "sweep": false, "wave": wave})).unwrap()
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

/// Three accounts of three waves: the first was set up, the second failed, which halted the run, and the third was not reached.
fn halted() -> RunSummary {
    let mut policy = policy();
    policy["haltAbovePercent"] = json!(20);
    policy["waves"] = json!([
        {"name": "pilot", "accounts": ["000000000000"]}, {"name": "early", "accounts": ["000000000001"]}, {"name": "rest"}
    ]);
    let done = AccountOutcome {
        regions: summary(&json!({})).outcomes.remove(0).regions,
        status: Status::Succeeded,
        error: None,
        ..failed(0, "")
    };
    let caught = json!({"Error": "RolloutHalted", "Cause": "wave early: more than 20 % of 2 accounts failed"});
    gathered(
        &json!({"policy": policy, "error": caught}),
        vec![done, failed(1, "AccessDenied")],
        [(0, "pilot"), (1, "early"), (2, "early"), (3, "rest"), (4, "")]
            .map(|(number, wave)| target_in(number, wave))
            .into(),
    )
}

#[test]
fn a_halted_run_says_in_which_wave_and_what_was_not_reached() {
    let run = halted();
    assert_eq!(subject(&run), "Patch Manager: halted in the wave early: 1 of 2 accounts failed (rollout r1)");
    let text = text(&run, None);
    for part in [
        "Accounts  1 succeeded, 1 failed, 2 skipped, 3 not reached",
        "Accounts by wave\n   pilot: 1 succeeded, 0 failed, 0 skipped\n   early: 0 succeeded, 1 failed, 0 skipped, 1 not reached\n   \
         rest: 0 succeeded, 0 failed, 0 skipped, 1 not reached",
        "In the wave early, 1 of 2 accounts failed, and the policy halts a rollout when more than 20 % of a wave do.",
        "1 account beside them was not begun, or stopped on the way",
        "Not begun, so that their accounts hold what they held before: rest (1 account).",
        "Not reached: early (1 account)\n   account 2 (000000000002)\n-> Not begun, or stopped on the way",
        "Not reached: rest (1 account)\n   account 3 (000000000003)\n-> Not begun: these accounts hold",
        "Not reached: in no wave (1 account)\n   account 4 (000000000004)\n-> Not begun: these accounts hold",
        "retryOf",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn an_account_without_a_record_in_a_wave_that_had_ended_failed() {
    let run = halted();
    let mut targets = vec![target_in(5, "pilot"), target_in(2, "early")];
    targets.extend([(0, "pilot"), (1, "early")].map(|(number, wave)| target_in(number, wave)));
    let caught = json!({"Error": "RolloutHalted", "Cause": run.error.unwrap().message});
    let run = gathered(&json!({"policy": run.policy, "error": caught}), run.outcomes[..2].to_vec(), targets);
    let statuses: Vec<_> = run.outcomes.iter().map(|account| (account.name.as_str(), account.status)).collect();
    let (failed, not_reached) = (Status::Failed, Status::NotReached);
    let expected =
        [("account 0", Status::Succeeded), ("account 1", failed), ("account 2", not_reached), ("account 5", failed)];
    assert_eq!(statuses, expected);
}

#[test]
fn a_run_without_waves_that_was_halted_says_of_how_many_accounts() {
    let caught = json!({"Error": "RolloutHalted", "Cause": "all accounts: more than 50 % of 2 accounts failed"});
    let policy = json!({"haltAbovePercent": 50.0}); // JSON has a single kind of number
    let run =
        gathered(&json!({"policy": policy, "error": caught}), vec![failed(1, "AccessDenied")], vec![target_in(2, "")]);
    assert_eq!(verdict(&run), "halted: 1 of 2 accounts failed");
    assert!(
        text(&run, None)
            .contains("1 of 2 accounts failed, and the policy halts a rollout when more than 50 % of them do.")
    );
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
