//! What the last scan of a host says, by whom it was made, and how old it is.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use patching::hosts::observation::{Execution, ObservedBaseline};
use serde_json::json;

use crate::given::{BASELINE, Given, LINUX, all_are, at, text};

fn failed_scan(given: &mut Given) {
    let counts = &mut given.patch().counts;
    counts.missing = -1;
    counts.failed = -1;
    counts.security = -1;
    given.patch().ended_at = Some(at("1970-01-01T00:00:00Z"));
}

#[test]
fn what_a_scan_found_is_the_reason() {
    all_are(&[
        ("failed ones", |given| given.patch().counts.failed = 2, Attention, &[InstallFailed]),
        ("not restarted", |given| given.patch().counts.pending_reboot = 2, Attention, &[PendingRestart]),
        ("rejected", |given| given.patch().counts.rejected = 1, Attention, &[Rejected]),
        ("waiting", |given| given.patch().counts.available_security = 1, Patched, &[WaitingForApproval]),
        (
            "waiting, where that is not compliant",
            |given| {
                given.patch().counts.available_security = 1;
                given.seen.baselines[0].is_strict = true;
            },
            Attention,
            &[WaitingForApproval],
        ),
        (
            "waiting, where that is not compliant and counted by severity",
            |given| {
                given.patch().counts.available_security = 1;
                given.patch().counts.security = 1;
                given.seen.baselines[0].is_strict = true;
            },
            Attention,
            &[WaitingForApproval],
        ),
        (
            "nothing is waiting where that is not compliant",
            |given| given.seen.baselines[0].is_strict = true,
            Patched,
            &[],
        ),
        (
            "its baseline waits for longer than a month",
            |given| given.seen.baselines[0].approve_after_days = Some(31),
            Patched,
            &[WaitingForApproval],
        ),
        ("its baseline waits for a month", |given| given.seen.baselines[0].approve_after_days = Some(30), Patched, &[]),
        (
            "waiting, and others missing",
            |given| {
                given.patch().counts.available_security = 1;
                given.misses(1);
            },
            Due,
            &[WaitingForApproval],
        ),
        ("many installed ones", |given| given.patch().counts.installed = 400, Patched, &[]),
        (
            "several at once",
            |given| {
                given.patch().counts.failed = 2;
                given.patch().counts.security = 2;
                given.patch().counts.pending_reboot = 1;
                given.patch().counts.rejected = 1;
                given.patch().counts.available_security = 1;
            },
            Attention,
            &[InstallFailed, PendingRestart, Rejected, WaitingForApproval],
        ),
        (
            "never scanned",
            |given| {
                given.seen.patch_states.clear();
                given.window(LINUX).executions.clear();
                given.window(LINUX).created_at = Some(at("2026-11-27T20:00:00Z"));
            },
            Attention,
            &[NeverScanned],
        ),
    ]);
}

#[test]
fn what_is_particular_is_said_in_numbers() {
    let detail = |change: fn(&mut Given)| Given::with(change).host().reasons[0].detail.clone().unwrap();
    assert_eq!(detail(|given| given.patch().counts.failed = 2), "2 could not be installed");
    assert_eq!(detail(|given| given.patch().counts.pending_reboot = 2), "2 installed, by RebootIfNeeded");
    assert_eq!(detail(|given| given.patch().counts.available_security = 1), "1 are out, and its baseline waits 7 days");
    assert_eq!(detail(|given| given.seen.baselines[0].approve_after_days = Some(90)), "its baseline waits 90 days");
    assert_eq!(
        detail(|given| given.seen.baselines[0].approves_until = Some("2026-11-01".parse().unwrap())),
        "its baseline approves nothing that was released after 2026-11-01"
    );
    assert_eq!(
        detail(|given| {
            given.seen.patch_states.clear();
            given.window(LINUX).executions.clear();
            given.window(LINUX).created_at = Some(at("2026-11-27T20:00:00Z"));
        }),
        "the next window is on 2026-12-04T01:00-05:00"
    );
}

#[test]
fn a_scan_that_failed_says_nothing_of_patches() {
    all_are(&[
        ("as AWS shows it", failed_scan, Attention, &[ScanFailed]),
        ("a count of -1", |given| given.patch().counts.missing = -1, Attention, &[ScanFailed]),
        ("another count of -1", |given| given.patch().counts.other = -1, Attention, &[ScanFailed]),
        ("a time of 1970", |given| given.patch().ended_at = Some(at("1970-01-01T00:00:00Z")), Attention, &[ScanFailed]),
        ("late in 1970", |given| given.patch().ended_at = Some(at("1970-12-31T23:59:59Z")), Attention, &[ScanFailed]),
        (
            "early in 1971",
            |given| given.patch().ended_at = Some(at("1971-01-01T00:00:00Z")),
            Attention,
            &[NotReached, Stale, OtherBaseline],
        ),
        ("no time", |given| given.patch().ended_at = None, Attention, &[ScanFailed]),
    ]);
    let patch = Given::with(failed_scan).host().patch.unwrap();
    assert_eq!((patch.missing_count, patch.installed_pending_reboot_count, patch.ended_at), (None, None, None));
}

#[test]
fn a_scan_is_too_old_a_week_after_its_window_should_have_come_again() {
    let scanned = |schedule: &str, ended: &str| {
        Given::with(|given| {
            given.policy["windows"][2]["schedule"] = json!(schedule);
            given.policy["windows"][2]["timezone"] = json!("UTC");
            given.window(LINUX).executions.clear();
            given.window(LINUX).modified_at = Some(given.now);
            given.patch().ended_at = Some(at(ended));
        })
        .host()
        .reasons
        .first()
        .map(|finding| finding.name)
    };
    let weekly = "cron(0 0 6 ? * SAT *)";
    assert_eq!(scanned(weekly, "2026-11-13T06:00:00Z"), None);
    assert_eq!(scanned(weekly, "2026-11-13T05:59:59Z"), Some(Stale));
    let weekdays = "cron(0 6 ? * MON-FRI *)";
    assert_eq!(scanned(weekdays, "2026-11-21T06:00:00Z"), None, "it does not come on Sundays");
    assert_eq!(scanned(weekdays, "2026-11-21T05:59:59Z"), Some(Stale));
    let monthly = "cron(0 2 ? * TUE#2 *)";
    assert_eq!(scanned(monthly, "2026-10-16T06:00:00Z"), None, "35 days from one to the next, a week and a day");
    assert_eq!(scanned(monthly, "2026-10-16T05:59:59Z"), Some(Stale));
    let yearly = "cron(0 2 1 1 ? *)";
    assert_eq!(scanned(yearly, "2026-10-16T06:00:00Z"), None, "as for a monthly one");
    assert_eq!(scanned(yearly, "2026-10-16T05:59:59Z"), Some(Stale));
    let half_of_each_month = "cron(0 2 1-15 * ? *)";
    assert_eq!(scanned(half_of_each_month, "2026-11-03T06:00:00Z"), None, "seventeen days, a week and a day");
    assert_eq!(scanned(half_of_each_month, "2026-11-03T05:59:59Z"), Some(Stale));
    let all_day_on_saturdays = "cron(0 0-23 ? * SAT *)";
    assert_eq!(scanned(all_day_on_saturdays, "2026-11-15T04:00:00Z"), None, "six days and an hour, and as much again");
    assert_eq!(scanned(all_day_on_saturdays, "2026-11-15T03:59:59Z"), Some(Stale));
    let once = "at(2026-12-24T00:00:00)";
    assert_eq!(scanned(once, "2026-11-13T06:00:00Z"), None, "fifteen days where nothing comes round");
    assert_eq!(scanned(once, "2026-11-13T05:59:59Z"), Some(Stale));
    assert_eq!(scanned(weekly, "2026-11-29T06:00:00Z"), None, "a clock may be off");
    assert_eq!(scanned(weekly, "2036-11-29T06:00:01Z"), Some(Stale), "but not by years");
}

#[test]
fn how_old_a_scan_is_is_said() {
    let given = Given::with(|given| {
        given.window(LINUX).executions.clear();
        given.window(LINUX).modified_at = Some(given.now);
        given.patch().ended_at = Some(at("2026-10-28T07:00:00Z"));
    });
    assert_eq!(given.host().reasons[0].detail.as_deref(), Some("30 days ago, on 2026-10-28 07:00 UTC"));
}

fn other_baseline(given: &mut Given) {
    given.patch().baseline = "pb-0123456789abcdef0".into();
}

#[test]
fn a_scan_with_another_baseline_is_another_scan() {
    all_are(&[
        ("another one", other_baseline, Attention, &[OtherBaseline]),
        ("the default by its id alone", |given| given.patch().baseline = "pb-0ac58bc3ffb2f5a76".into(), Patched, &[]),
        (
            "that of its patch group",
            |given| {
                other_baseline(given);
                given.tag("Patch Group", "web");
                given.registered("web", "arn:aws:ssm:eu-west-1:1:patchbaseline/pb-0123456789abcdef0");
            },
            Patched,
            &[],
        ),
        (
            "that of its patch group, without the blank",
            |given| {
                other_baseline(given);
                given.tag("PatchGroup", "web");
                given.registered("web", "pb-0123456789abcdef0");
            },
            Patched,
            &[],
        ),
        (
            "a patch group that is registered with none",
            |given| {
                other_baseline(given);
                given.tag("Patch Group", "web");
                given.registered("Web", "pb-0123456789abcdef0");
            },
            Attention,
            &[OtherBaseline],
        ),
        (
            "a patch group that is registered with one for another operating system",
            |given| {
                other_baseline(given);
                given.tag("Patch Group", "web");
                given.registered("web", "pb-0123456789abcdef0");
                given.seen.patch_groups[0].operating_system = "UBUNTU".into();
            },
            Attention,
            &[OtherBaseline],
        ),
        (
            "the default, and its patch group has another",
            |given| {
                given.tag("Patch Group", "web");
                given.registered("web", "pb-0123456789abcdef0");
            },
            Attention,
            &[OtherBaseline],
        ),
        ("the default, and its patch group has none", |given| given.tag("Patch Group", "web"), Patched, &[]),
        (
            "which one is meant is not known",
            |given| {
                other_baseline(given);
                given.seen.baselines.clear();
            },
            Patched,
            &[],
        ),
        (
            "the baseline is not the default here",
            |given| {
                given.seen.baselines[0].is_default = false;
                given.seen.baselines.push(ObservedBaseline {
                    id: "pb-0123456789abcdef0".into(),
                    name: "ours".into(),
                    operating_system: "AMAZON_LINUX_2023".into(),
                    is_default: true,
                    ..ObservedBaseline::default()
                });
            },
            Attention,
            &[OtherBaseline],
        ),
    ]);
    let detail = Given::with(other_baseline).host().reasons[0].detail.clone();
    let expected = "pb-0123456789abcdef0, and the default here is AWS-AmazonLinux2023DefaultPatchBaseline";
    assert_eq!(detail.as_deref(), Some(expected));
    let of_group = Given::with(|given| {
        given.tag("Patch Group", "web");
        given.registered("web", "pb-0123456789abcdef0");
    });
    let expected = "AWS-AmazonLinux2023DefaultPatchBaseline, and that of its patch group is that of web";
    assert_eq!(of_group.host().reasons[0].detail.as_deref(), Some(expected));
}

/// A scan by State Manager between two openings, with the same baseline, is as good as our own.
#[test]
fn a_scan_while_no_window_was_open_is_somebody_elses() {
    all_are(&[
        ("a day after", |given| given.patch().ended_at = Some(at("2026-11-28T05:00:00Z")), Patched, &[OtherBaseline]),
        ("just after", |given| given.patch().ended_at = Some(at("2026-11-27T07:40:10Z")), Patched, &[]),
        (
            "later than just after",
            |given| given.patch().ended_at = Some(at("2026-11-27T07:40:11Z")),
            Patched,
            &[OtherBaseline],
        ),
        (
            "a day after, and which baseline is meant is not known",
            |given| {
                given.patch().ended_at = Some(at("2026-11-28T05:00:00Z"));
                given.seen.baselines.clear();
            },
            Attention,
            &[OtherBaseline],
        ),
        (
            "a day after, by the baseline of its group",
            |given| {
                given.patch().ended_at = Some(at("2026-11-28T05:00:00Z"));
                given.tag("Patch Group", "web");
                given.registered("web", BASELINE);
                given.seen.baselines.clear();
            },
            Patched,
            &[OtherBaseline],
        ),
        (
            "before the windows were made",
            |given| {
                given.window(LINUX).executions.clear();
                given.window(LINUX).created_at = Some(at("2026-11-27T20:00:00Z"));
                given.patch().ended_at = Some(at("2026-11-27T19:00:00Z"));
            },
            Patched,
            &[OtherBaseline],
        ),
        (
            "before all openings that are known",
            |given| given.patch().ended_at = Some(at("2026-11-24T06:00:00Z")),
            Attention,
            &[NotReached],
        ),
        (
            "while the window is open",
            |given| {
                given.patch().ended_at = Some(given.now);
                let running = Execution {
                    id: "running".into(),
                    status: "IN_PROGRESS".into(),
                    started_at: Some(at("2026-11-28T05:00:00Z")),
                    ..Execution::default()
                };
                given.window(LINUX).executions.push(running);
            },
            Patched,
            &[],
        ),
    ]);
    let given = Given::with(|given| given.patch().ended_at = Some(at("2026-11-28T05:00:00Z")));
    let detail = "not by one of these windows, on 2026-11-28 05:00 UTC, with AWS-AmazonLinux2023DefaultPatchBaseline";
    assert_eq!(given.host().reasons[0].detail, text(detail));
}
