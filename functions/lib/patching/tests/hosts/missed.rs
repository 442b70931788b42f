//! Windows that should have opened and did not.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use serde_json::json;

use crate::given::{Given, LINUX, all_are, at};

#[test]
fn a_window_that_should_have_opened_and_did_not_is_told_of() {
    all_are(&[
        (
            "yesterday",
            |given| {
                given.window(LINUX).executions[0].started_at = Some(at("2026-11-20T06:00:10Z"));
                given.window(LINUX).executions[0].ended_at = Some(at("2026-11-20T06:40:00Z"));
                given.patch().ended_at = Some(at("2026-11-20T06:20:00Z"));
            },
            Attention,
            &[WindowSkipped],
        ),
        (
            "yesterday, and the host is in order since",
            |given| {
                given.window(LINUX).executions[0].started_at = Some(at("2026-11-20T06:00:10Z"));
                given.window(LINUX).executions[0].ended_at = Some(at("2026-11-20T06:40:00Z"));
            },
            Patched,
            &[OtherBaseline],
        ),
        (
            "yesterday, and it was made since",
            |given| {
                given.window(LINUX).executions.clear();
                given.window(LINUX).created_at = Some(at("2026-11-27T12:00:00Z"));
                given.patch().ended_at = Some(at("2026-11-27T14:00:00Z"));
            },
            Patched,
            &[],
        ),
        (
            "yesterday, and it was changed since",
            |given| {
                given.window(LINUX).executions.clear();
                given.window(LINUX).modified_at = Some(at("2026-11-27T12:00:00Z"));
                given.patch().ended_at = Some(at("2026-11-26T14:00:00Z"));
            },
            Patched,
            &[],
        ),
        (
            "yesterday, and the host was made since",
            |given| {
                given.window(LINUX).executions.clear();
                given.seen.patch_states.clear();
                given.instance().launched_at = Some(at("2026-11-27T14:00:00Z"));
            },
            Attention,
            &[NeverScanned],
        ),
    ]);
}

#[test]
fn a_window_has_an_hour_to_be_seen_open() {
    let at_the_time = |now: &str| {
        Given::with(|given| {
            given.window(LINUX).executions.clear();
            given.window(LINUX).created_at = Some(at("2026-11-26T12:00:00Z"));
            given.patch().ended_at = Some(at("2026-11-26T06:20:00Z"));
            given.now = at(now);
        })
        .host()
        .verdict
    };
    assert_eq!(at_the_time("2026-11-27T06:59:59Z"), Patched);
    assert_eq!(at_the_time("2026-11-27T07:00:00Z"), Attention);
}

#[test]
fn a_window_is_missed_for_as_long_as_its_openings_are_known() {
    let opens = |schedule: &str| {
        Given::with(|given| {
            given.policy["windows"][2]["schedule"] = json!(schedule);
            given.policy["windows"][2]["timezone"] = json!("UTC");
            given.window(LINUX).executions.clear();
            given.patch().ended_at = Some(at("2026-10-20T06:20:00Z"));
        })
        .host()
        .verdict
    };
    assert_eq!(opens("cron(0 6 30 10 ? *)"), Attention, "29 days ago");
    assert_eq!(opens("cron(0 6 28 10 ? *)"), Patched, "31 days ago");
}

/// AWS: such a window goes into effect in the following period.
#[test]
fn a_window_that_was_changed_after_the_day_that_cron_names_does_not_open_on_the_days_after_it() {
    let changed = |moment: &str, offset: Option<u8>| {
        Given::with(|given| {
            let window = &mut given.policy["windows"][2];
            window["schedule"] = json!("cron(0 6 ? * TUE#4 *)"); // 24 November
            window["timezone"] = json!("UTC");
            if let Some(days) = offset {
                window["scheduleOffsetDays"] = json!(days);
            }
            given.window(LINUX).executions.clear();
            given.window(LINUX).modified_at = Some(at(moment));
            given.patch().ended_at = Some(at("2026-11-20T06:20:00Z"));
        })
        .host()
        .verdict
    };
    assert_eq!(changed("2026-11-25T12:00:00Z", Some(3)), Patched, "a Wednesday, for a Friday");
    assert_eq!(changed("2026-11-22T12:00:00Z", Some(3)), Attention, "before the Tuesday");
    assert_eq!(changed("2026-11-24T05:59:59Z", Some(3)), Attention, "a second before its moment");
    assert_eq!(changed("2026-11-24T06:00:01Z", Some(3)), Patched);
    assert_eq!(changed("2026-11-22T12:00:00Z", None), Attention);
    assert_eq!(changed("2026-11-24T05:00:00Z", None), Attention, "an hour before");
    assert_eq!(changed("2026-11-24T07:00:00Z", None), Patched);
}

#[test]
fn of_a_rate_it_is_known_only_that_it_comes_round() {
    let opened_last = |moment: &str, created: &str| {
        Given::with(|given| {
            given.policy["windows"][2]["schedule"] = json!("rate(2 days)");
            given.policy["windows"][2]["timezone"] = json!("UTC");
            given.opening().started_at = Some(at(moment));
            given.opening().ended_at = Some(at(moment));
            given.window(LINUX).created_at = Some(at(created));
            given.patch().ended_at = Some(at(moment));
        })
        .host()
        .verdict
    };
    assert_eq!(opened_last("2026-11-26T04:30:00Z", "2026-01-01T00:00:00Z"), Patched);
    assert_eq!(opened_last("2026-11-26T03:30:00Z", "2026-01-01T00:00:00Z"), Attention);
    assert_eq!(opened_last("2026-11-26T03:30:00Z", "2026-11-26T03:00:00Z"), Attention);
    assert_eq!(opened_last("2026-11-26T03:30:00Z", "2026-11-26T06:00:00Z"), Patched, "younger than its rate");
}
