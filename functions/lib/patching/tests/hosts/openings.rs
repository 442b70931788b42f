//! What the last openings of its windows did to a host.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use patching::hosts::observation::Invocation;

use crate::given::{Given, LINUX, WINDOWS, all_are, at, tagged, text};

#[test]
fn what_became_of_the_command_is_the_reason() {
    all_are(&[
        ("stopped by the limit", |given| given.got("Terminated"), Attention, &[SkippedByErrorLimit]),
        ("not delivered", |given| given.got("DeliveryTimedOut"), Attention, &[NotReached]),
        ("not to be delivered", |given| given.got("Undeliverable"), Attention, &[NotReached]),
        ("cancelled", |given| given.got("Cancelled"), Attention, &[CutOff]),
        ("too long", |given| given.got("ExecutionTimedOut"), Attention, &[InstallFailed]),
        ("not delivered, in AWS's other spelling", |given| given.got("Delivery Timed Out"), Attention, &[NotReached]),
        ("refused", |given| given.got("AccessDenied"), Attention, &[TaskNotAllowed]),
        ("failed", |given| given.got("Failed"), Attention, &[InstallFailed]),
        ("not for this platform", |given| given.got("InvalidPlatform"), Attention, &[PlatformNotSupported]),
        ("a word that nobody knows yet", |given| given.got("Evaporated"), Attention, &[InstallFailed]),
        ("success", |given| given.got("Success"), Due, &[]),
        ("still running", |given| given.got("InProgress"), Due, &[]),
        (
            "in order since",
            |given| {
                given.got("Terminated");
                given.patch().counts.missing = 0;
                given.patch().ended_at = Some(at("2026-11-27T08:00:00Z"));
                given.opening().ended_at = Some(at("2026-11-27T07:30:00Z"));
            },
            Patched,
            &[],
        ),
        (
            "scanned since, and not in order",
            |given| {
                given.got("Terminated");
                given.misses(3);
                given.patch().ended_at = Some(at("2026-11-27T08:00:00Z"));
                given.opening().ended_at = Some(at("2026-11-27T07:30:00Z"));
            },
            Attention,
            &[SkippedByErrorLimit],
        ),
        (
            "in order, but from within the opening",
            |given| {
                given.got("Failed");
                given.patch().counts.missing = 0;
                given.patch().ended_at = Some(at("2026-11-27T06:30:00Z"));
            },
            Attention,
            &[InstallFailed],
        ),
    ]);
}

#[test]
fn the_errors_that_stopped_a_window_are_counted() {
    let given = Given::with(|given| {
        given.got("Terminated");
        let command = &mut given.opening().commands[0];
        command.max_errors = text("1");
        for (host, status) in
            [("i-1", "Failed"), ("i-2", "ExecutionTimedOut"), ("i-3", "Undeliverable"), ("i-4", "Terminated")]
        {
            command.invocations.push(Invocation {
                host: host.into(),
                status_details: status.into(),
                requested_at: None,
            });
        }
    });
    let detail = given.host().reasons[0].detail.clone();
    assert_eq!(detail.as_deref(), Some("sra_linux_maintenance: 2 hosts failed, and the limit of errors is 1"));
}

#[test]
fn of_a_host_that_is_not_listed_the_scan_tells_whether_the_window_came() {
    all_are(&[
        ("scanned in the opening", |given| given.misses(1), Due, &[]),
        ("scanned as it began", |given| given.patch().ended_at = Some(at("2026-11-27T06:00:10Z")), Patched, &[]),
        (
            "scanned by a clock that is an hour slow",
            |given| given.patch().ended_at = Some(at("2026-11-27T05:00:10Z")),
            Patched,
            &[],
        ),
        ("scanned before", |given| given.patch().ended_at = Some(at("2026-11-27T05:00:09Z")), Attention, &[NotReached]),
        (
            "stopped meanwhile, and started since",
            |given| {
                given.patch().ended_at = Some(at("2026-11-26T06:20:00Z"));
                given.instance().launched_at = Some(at("2026-11-27T20:00:00Z"));
            },
            Attention,
            &[NotReached],
        ),
        (
            "there since, and never scanned",
            |given| {
                given.seen.patch_states.clear();
                given.instance().launched_at = Some(at("2026-11-27T06:00:11Z"));
            },
            Attention,
            &[NeverScanned],
        ),
        (
            "there before, and never scanned",
            |given| given.seen.patch_states.clear(),
            Attention,
            &[NotReached, NeverScanned],
        ),
        ("another command failed there", |given| given.got("Failed"), Attention, &[InstallFailed]),
    ]);
}

#[test]
fn how_an_opening_ended_tells_of_those_to_which_it_did_not_come() {
    fn ended(given: &mut Given, status: &str, details: Option<&str>) {
        given.patch().ended_at = Some(at("2026-11-20T06:20:00Z"));
        given.opening().status = status.into();
        given.opening().details = details.map(ToOwned::to_owned);
    }
    all_are(&[
        ("overlapping", |given| ended(given, "SKIPPED_OVERLAPPING", None), Attention, &[WindowSkipped]),
        ("closed", |given| ended(given, "TIMED_OUT", None), Attention, &[CutOff]),
        ("cancelled", |given| ended(given, "CANCELLED", None), Attention, &[CutOff]),
        (
            "refused",
            |given| ended(given, "FAILED", Some("The provided role does not contain the correct SSM permissions.")),
            Attention,
            &[TaskNotAllowed],
        ),
        (
            "refused where the task was sent",
            |given| {
                ended(given, "FAILED", None);
                given.opening().commands[0].task_details = text("User is not authorized to perform: ssm:SendCommand");
            },
            Attention,
            &[TaskNotAllowed],
        ),
        (
            "refused as the command",
            |given| {
                ended(given, "FAILED", None);
                given.opening().commands[0].details = "AccessDenied".into();
            },
            Attention,
            &[TaskNotAllowed],
        ),
        (
            "the document is another one",
            |given| {
                ended(given, "FAILED", Some("InvalidDocument: the hash does not match"));
                given.opening().commands.clear();
            },
            Attention,
            &[TaskNotAllowed],
        ),
        (
            "what became of the command is kept no more",
            |given| {
                ended(given, "FAILED", None);
                given.opening().commands[0].targets = 0;
                given.opening().commands[0].is_gone = true;
            },
            Patched,
            &[],
        ),
        ("some hosts failed", |given| ended(given, "FAILED", None), Attention, &[NotReached]),
        (
            "nobody there",
            |given| {
                ended(given, "SUCCESS", Some("No invocations to execute."));
                given.opening().commands.clear();
            },
            Attention,
            &[NotReached],
        ),
        (
            "runs, and the one before was well",
            |given| {
                let mut running = given.opening().clone();
                running.id = "second".into();
                running.status = "IN_PROGRESS".into();
                running.started_at = Some(given.now);
                running.ended_at = None;
                given.window(LINUX).executions.push(running);
            },
            Patched,
            &[],
        ),
    ]);
    let refused = Given::with(|given| {
        ended(given, "FAILED", Some("The provided role does not contain the correct SSM permissions."));
    });
    assert_eq!(
        refused.host().reasons[0].detail.as_deref(),
        Some(
            "sra_linux_maintenance: 2026-11-27 06:00 UTC: The provided role does not contain the correct SSM permissions."
        )
    );
}

#[test]
fn each_window_of_a_host_is_looked_at() {
    let host = Given::with(|given| {
        given.policy["windows"][1]["target"] = tagged(&["Linux"]);
        given.window(WINDOWS).executions[0].status = "SKIPPED_OVERLAPPING".into();
        given.got("Terminated");
    })
    .host();
    let names: Vec<_> = host.reasons.iter().map(|finding| finding.name).collect();
    assert_eq!(names, [SkippedByErrorLimit, WindowSkipped]);
    let last = host.last_window.unwrap();
    assert_eq!((&*last.window, last.at, &*last.result), (LINUX, Some(at("2026-11-27T06:00:10Z")), "Terminated"));
}

#[test]
fn what_the_last_opening_did_to_a_host_is_kept() {
    let result = |change: fn(&mut Given)| Given::with(change).host().last_window.map(|last| last.result);
    assert_eq!(result(|_| {}).as_deref(), Some("Success"));
    assert_eq!(result(|given| given.got("Undeliverable")).as_deref(), Some("Undeliverable"));
    assert_eq!(result(|given| given.seen.patch_states.clear()).as_deref(), Some("NotInvoked"));
    assert_eq!(
        result(|given| given.opening().status = "SKIPPED_OVERLAPPING".into()).as_deref(),
        Some("SKIPPED_OVERLAPPING")
    );
    assert_eq!(result(|given| given.window(LINUX).executions.clear()), None);
    assert_eq!(result(Given::untagged), None);
}
