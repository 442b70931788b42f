//! What the last opening of each window did, in numbers, and whether it ran.

use patching::hosts::LastRun;
use patching::hosts::observation::Invocation;

use crate::given::{Given, LINUX, WINDOWS, at, text};

#[test]
fn an_opening_is_told_in_numbers_of_hosts() {
    let given = Given::with(|given| {
        let command = &mut given.opening().commands[0];
        command.targets = 120;
        let statuses = [
            ("Failed", 2),
            ("ExecutionTimedOut", 1),
            ("InvalidPlatform", 1),
            ("AccessDenied", 1),
            ("Undeliverable", 3),
            ("DeliveryTimedOut", 1),
            ("Terminated", 18),
            ("Cancelled", 5),
            ("InProgress", 6),
            ("Success", 2),
        ];
        let each = statuses.iter().flat_map(|(status, count)| (0..*count).map(move |number| (*status, number)));
        let invocation = |(status, number): (&str, u32)| Invocation {
            host: format!("i-{status}-{number}"),
            status_details: status.to_owned(),
            requested_at: None,
        };
        command.invocations = each.map(invocation).collect();
        let again = command.invocations[0].clone();
        command.invocations.push(again);
        given.opening().details = text("one failed");
        given.opening().status = "FAILED".into();
    });
    let run = given.cell().windows.into_iter().find(|run| run.name == LINUX).unwrap();
    let expected = LastRun {
        execution: "execution-of-sra_linux_maintenance".to_owned(),
        started_at: Some(at("2026-11-27T06:00:10Z")),
        status: "FAILED".to_owned(),
        details: text("one failed"),
        targets: 120,
        succeeded: 82,
        failed: 5,
        not_reached: 4,
        stopped_by_limit: 18,
        cut_off: 5,
    };
    assert_eq!((run.last, run.not_run), (Some(expected), false));
}

fn nobody(given: &mut Given, window: &str) {
    given.window(window).executions[0].details = text("No invocations to execute.");
    given.window(window).executions[0].commands.clear();
}

#[test]
fn a_window_did_not_run_when_it_did_not_open_or_found_none_of_its_hosts() {
    let not_run = |change: fn(&mut Given)| {
        let runs = Given::with(change).cell().windows;
        runs.into_iter().filter(|run| run.not_run).map(|run| run.name).collect::<Vec<_>>()
    };
    assert_eq!(not_run(|_| {}), [""; 0]);
    assert_eq!(not_run(|given| given.window(WINDOWS).executions.clear()), [WINDOWS]);
    assert_eq!(not_run(|given| nobody(given, LINUX)), [LINUX]);
    for status in ["SKIPPED_OVERLAPPING", "FAILED", "TIMED_OUT", "CANCELLED", "what AWS says one day"] {
        let runs = Given::with(|given| {
            nobody(given, WINDOWS);
            given.window(WINDOWS).executions[0].status = status.into();
        });
        let names: Vec<_> = runs.cell().windows.into_iter().filter(|run| run.not_run).map(|run| run.name).collect();
        assert_eq!(names, [WINDOWS], "{status}");
    }
    assert_eq!(not_run(|given| given.opening().status = "FAILED".into()), [""; 0], "it ran, and failed on some");
    assert_eq!(
        not_run(|given| {
            given.opening().commands[0].targets = 0;
            given.opening().commands[0].is_gone = true;
        }),
        [""; 0],
        "what it did is kept no more"
    );
    assert_eq!(not_run(|given| nobody(given, WINDOWS)), [""; 0], "there is no host for it");
    assert_eq!(
        not_run(|given| {
            nobody(given, LINUX);
            given.instance().launched_at = Some(at("2026-11-27T20:00:00Z"));
        }),
        [""; 0],
        "the host was not there"
    );
    assert_eq!(
        not_run(|given| {
            nobody(given, LINUX);
            given.opening().status = "FAILED".into();
        }),
        [LINUX],
        "it failed before it sent a command, be there hosts for it or not"
    );
    assert_eq!(
        not_run(|given| {
            given.window(WINDOWS).executions.clear();
            given.window(WINDOWS).enabled = false;
        }),
        [""; 0],
        "it is off"
    );
}

#[test]
fn an_opening_that_is_not_over_is_told_of_later() {
    let given = Given::with(|given| {
        let mut running = given.opening().clone();
        running.id = "second".into();
        running.status = "IN_PROGRESS".into();
        running.started_at = Some(given.now);
        (running.ended_at, running.commands) = (None, Vec::new());
        given.window(LINUX).executions.push(running);
    });
    let run = given.cell().windows.into_iter().find(|run| run.name == LINUX).unwrap();
    let last = run.last.unwrap();
    assert_eq!((&*last.execution, last.targets, run.not_run), ("execution-of-sra_linux_maintenance", 1, false));
}

#[test]
fn when_a_window_was_missed_is_told() {
    let missed = |change: fn(&mut Given)| {
        let runs = Given::with(change).cell().windows;
        runs.into_iter().find(|run| run.name == LINUX).unwrap().missed_at
    };
    assert_eq!(missed(|_| {}), None);
    assert_eq!(missed(|given| given.window(LINUX).executions.clear()), Some(at("2026-11-27T06:00:00Z")));
    let a_week_ago = missed(|given| {
        given.opening().started_at = Some(at("2026-11-20T06:00:10Z"));
        given.opening().ended_at = Some(at("2026-11-20T06:40:10Z"));
    });
    assert_eq!(a_week_ago, Some(at("2026-11-27T06:00:00Z")));
}
