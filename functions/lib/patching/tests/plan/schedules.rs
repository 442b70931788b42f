//! Schedules that Systems Manager does not know as they are, and openings that are lost when they are set.

use std::collections::BTreeMap;

use jiff::Timestamp;
use patching::observed::Observed;
use patching::openings::lost;
use patching::outcome::{Warning, WindowOutcome};
use patching::plan::{Plan, plan};
use patching::settings::Desired;
use policy::PatchPolicy;
use serde_json::{Value, json};

use crate::model::{carried_out, nothing_to_do};

fn policy(changes: Value) -> PatchPolicy {
    let mut window = json!({
        "name": "one-window", "schedule": "patch-tuesday(9, 02:00)", "timezone": "Europe/Berlin",
        "target": {"values": ["Linux"]}, "task": {"name": "Update", "document": "AWS-UpdateSSMAgent"}
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    window.as_object_mut().unwrap().extend(changes);
    PatchPolicy::parse(&json!({"windows": [window]})).unwrap()
}

fn desired(policy: &PatchPolicy) -> Desired {
    Desired::new(policy, None, &BTreeMap::new())
}

/// What is planned for `policy` where `before` was rolled out.
fn planned(before: &PatchPolicy, policy: &PatchPolicy) -> Plan {
    let nothing = Observed::default();
    let found = carried_out(&plan(&desired(before), &nothing), &nothing);
    plan(&desired(policy), &found)
}

fn told(plan: &Plan) -> Vec<(String, Value, Value)> {
    plan.windows[0]
        .outcome
        .changes
        .iter()
        .map(|change| (change.field.clone(), change.from.clone(), change.to.clone()))
        .collect()
}

fn change(field: &str, from: impl Into<Value>, to: impl Into<Value>) -> (String, Value, Value) {
    (field.to_owned(), from.into(), to.into())
}

#[test]
fn what_is_compared_is_what_systems_manager_has() {
    let as_cron = policy(json!({"schedule": "cron(0 2 ? * TUE#3 *)", "scheduleOffsetDays": 2}));
    let as_patch_tuesday = policy(json!({}));
    for (before, after) in [(&as_cron, &as_patch_tuesday), (&as_patch_tuesday, &as_cron)] {
        assert!(nothing_to_do(&planned(before, after)));
    }
}

#[test]
fn a_patch_tuesday_that_differs_is_told_in_both_forms_and_as_one_change() {
    let wanted = policy(json!({}));
    let to = "patch-tuesday(9, 02:00): cron(0 2 ? * TUE#3 *) and 2 days";
    for (before, from) in [
        (json!({"schedule": "patch-tuesday(10, 02:00)"}), "cron(0 2 ? * TUE#3 *) and 3 days"),
        (json!({"schedule": "patch-tuesday(8, 02:00)"}), "cron(0 2 ? * TUE#3 *) and 1 day"),
        (json!({"schedule": "patch-tuesday(7, 02:00)"}), "cron(0 2 ? * TUE#3 *)"),
        (json!({"schedule": "patch-tuesday(2, 02:00)"}), "cron(0 2 ? * TUE#2 *) and 2 days"),
        (json!({"schedule": "rate(7 days)"}), "rate(7 days)"),
    ] {
        assert_eq!(told(&planned(&policy(before), &wanted)), [change("schedule", from, to)]);
    }
    let other_zone = policy(json!({"timezone": "UTC"}));
    assert_eq!(told(&planned(&other_zone, &wanted)), [change("timezone", "UTC", "Europe/Berlin")]);
    let with_offset = policy(json!({"schedule": "cron(0 2 ? * TUE#3 *)", "scheduleOffsetDays": 3}));
    assert_eq!(told(&planned(&wanted, &with_offset)), [change("scheduleOffsetDays", 2, 3)]);
}

/// The third Tuesday is the 15th of December 2026, and two days later is the 17th.
const BETWEEN: &str = "2026-12-16T12:00:00Z";

fn warned(policy: &PatchPolicy, windows: &[WindowOutcome], now: &str) -> Vec<Warning> {
    lost(policy, windows, now.parse::<Timestamp>().unwrap())
}

fn of_plan(policy: &PatchPolicy, plan: &Plan, now: &str) -> usize {
    let done: Vec<_> = plan.windows.iter().map(|window| window.outcome.clone()).collect();
    let warned = [warned(policy, &plan.predicted(), now), warned(policy, &done, now)];
    assert_eq!(warned[0], warned[1], "a plan says what a rollout says");
    warned[0].len()
}

#[test]
fn a_window_that_is_created_between_the_tuesday_and_its_day_loses_this_months_opening() {
    let policy = policy(json!({}));
    let plan = plan(&desired(&policy), &Observed::default());
    let warnings = warned(&policy, &plan.predicted(), BETWEEN);
    let [Warning { name, message }] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert_eq!(name, "OpeningLost");
    for said in ["one-window", "2026-12-17 02:00 CET", "cron(0 2 ? * TUE#3 *)", "2027-01-21 02:00 CET"] {
        assert!(message.contains(said), "{said} in {message}");
    }
    for (now, count) in [
        ("2026-12-15T00:59:59Z", 0),
        ("2026-12-15T01:00:00Z", 1),
        ("2026-12-17T00:59:59Z", 1),
        ("2026-12-17T01:00:00Z", 0),
        ("2027-01-01T00:00:00Z", 0),
    ] {
        assert_eq!(of_plan(&policy, &plan, now), count, "{now}");
    }
}

#[test]
fn so_does_one_that_gets_another_schedule_and_none_of_which_anything_else_is_changed() {
    let wanted = policy(json!({}));
    for (before, count) in [
        (json!({}), 0),
        (json!({"description": "former"}), 0),
        (json!({"durationHours": 3}), 0),
        (json!({"target": {"values": ["Windows"]}}), 0),
        (json!({"schedule": "patch-tuesday(10, 02:00)"}), 1),
        (json!({"schedule": "rate(7 days)"}), 1),
        (json!({"timezone": "UTC"}), 1),
    ] {
        let plan = planned(&policy(before.clone()), &wanted);
        assert_eq!(of_plan(&wanted, &plan, BETWEEN), count, "{before}");
    }
}

#[test]
fn only_an_offset_loses_an_opening_and_only_where_the_window_opens() {
    for (changes, count) in [
        (json!({"schedule": "patch-tuesday(7, 02:00)"}), 0),
        (json!({"schedule": "rate(7 days)"}), 0),
        (json!({"enabled": false}), 0),
        (json!({"schedule": "cron(0 2 ? * MON *)", "scheduleOffsetDays": 3}), 1),
    ] {
        let policy = policy(changes.clone());
        let plan = plan(&desired(&policy), &Observed::default());
        assert_eq!(of_plan(&policy, &plan, BETWEEN), count, "{changes}");
    }
    let last_one = policy(json!({"schedule": "cron(0 2 ? 12 TUE#3 2026)", "scheduleOffsetDays": 2}));
    let plan = plan(&desired(&last_one), &Observed::default());
    let warnings = warned(&last_one, &plan.predicted(), BETWEEN);
    assert!(warnings[0].message.ends_with("it does not open any more"), "{warnings:?}");
}

#[test]
fn what_is_deleted_loses_nothing() {
    let policy = policy(json!({}));
    let nothing = PatchPolicy::parse(&json!({"windows": []})).unwrap();
    assert_eq!(of_plan(&policy, &planned(&policy, &nothing), BETWEEN), 0);
}
