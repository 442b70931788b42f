//! The stack's own rollouts: the first comes when all that it needs is there, and the last before any of it goes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workflow::functions::{self, pascal};
use workflow::rendering::control_plane;
use workflow::template;

/// What the stack's own rollouts do without: what starts others, and what watches. What guards the bucket and who is told are
/// there from the first rollout to the end of the last.
const APART: [&str; 19] = [
    "AccountCreatedRule",
    "AccountJoinedRule",
    "Dashboard",
    "DeadLetterAlarm",
    "EventsRole",
    "ExecutionsFailedAlarm",
    "ExecutionsThrottledAlarm",
    "ExecutionsTimedOutAlarm",
    "GoodRunAlarm",
    "ManagedAccountCreatedRule",
    "ManagedAccountUpdatedRule",
    "OnDemandRule",
    "PolicyWrites",
    "PolicyWritesAlarm",
    "PolicyWritesPolicy",
    "PolicyWrittenByCloudControlRule",
    "PolicyWrittenRule",
    "RolloutSchedule",
    "ScheduleRole",
];

#[test]
fn the_rollout_comes_after_all_that_a_run_needs() {
    let resources = template::control_plane()["Resources"].clone();
    let mut before = BTreeSet::new();
    let mut next = vec!["Rollout".to_owned()];
    while let Some(id) = next.pop() {
        if before.insert(id.clone()) {
            next.extend(named_in(&resources[&id]).into_iter().filter(|name| resources[name].is_object()));
        }
    }
    let all: BTreeSet<_> = resources.as_object().unwrap().keys().cloned().collect();
    let apart: Vec<_> = all.difference(&before).cloned().collect();
    assert_eq!(apart, APART);
}

#[test]
fn the_kept_bucket_keeps_its_policy() {
    let resources = template::control_plane()["Resources"].clone();
    for id in ["DataBucket", "DataBucketPolicy"] {
        assert_eq!(resources[id]["DeletionPolicy"], "Retain", "{id}");
        assert_eq!(resources[id]["UpdateReplacePolicy"], "Retain", "{id}");
    }
}

#[test]
fn a_change_of_the_policy_is_an_update_of_the_rollout() {
    let rollout = template::properties("Rollout");
    assert_eq!(rollout["Policy"], json!({ "Fn::GetAtt": ["PolicyParameter", "Value"] }));
    assert_eq!(rollout["Disabled"], json!({ "Ref": "DisablePatchManager" }));
}

#[test]
fn what_failed_stays_in_the_queue_for_two_rounds_and_a_day() {
    let queue = template::properties("DeadLetterQueue");
    let kept = json!({ "Fn::FindInMap": ["DeadLettersKept", "Seconds", { "Ref": "ScheduleDays" }] });
    assert_eq!(queue["MessageRetentionPeriod"], kept);
    let template = template::control_plane();
    let most = template::load("main.yaml")["Parameters"]["ScheduleDays"]["MaxValue"].as_u64().unwrap();
    let expected: serde_json::Map<_, _> =
        (1..=most).map(|days| (days.to_string(), json!((2 * days + 1).min(14) * 86_400))).collect();
    assert_eq!(template["Mappings"]["DeadLettersKept"]["Seconds"], Value::Object(expected));
}

/// CloudWatch looks back seven days at most.
#[test]
fn a_good_run_is_waited_for_a_day_longer_than_the_schedule_has_or_there_is_no_alarm() {
    let template = template::control_plane();
    let days = template["Mappings"]["GoodRunWithin"]["Days"].as_object().unwrap().clone();
    let most = template::load("main.yaml")["Parameters"]["ScheduleDays"]["MaxValue"].as_u64().unwrap();
    assert_eq!(days.len() as u64, most);
    for scheduled in 1..=most {
        let text = scheduled.to_string();
        let alarm = control_plane(&[("ScheduleDays", &text)])["GoodRunAlarm"].clone();
        assert_eq!(alarm.is_object(), scheduled < 7, "{scheduled}");
        assert_eq!(days[&text], json!((scheduled + 1).min(7)));
    }
}

#[test]
fn lambda_does_not_invoke_start_rollout_again() {
    let invocations = template::properties("StartRolloutInvocations");
    assert_eq!(invocations["FunctionName"], json!({ "Ref": "StartRolloutFunction" }));
    assert_eq!(invocations["MaximumRetryAttempts"], 0);
    let age = invocations["MaximumEventAgeInSeconds"].as_u64().unwrap();
    assert!(age < template::properties("Rollout")["ServiceTimeout"].as_u64().unwrap());
}

#[test]
fn the_functions_that_answer_the_stack_end_before_anybody_gives_them_up() {
    // The second waits for runs that it stopped.
    for (name, most) in [("answer-stack", 60), ("start-rollout", 600)] {
        assert!(functions::names().contains(name));
        let seconds = template::properties(&format!("{}Function", pascal(name)))["Timeout"].as_u64().unwrap();
        assert!(seconds <= most, "{name}");
    }
    let start_rollout = template::properties("StartRolloutFunction")["Timeout"].as_u64().unwrap();
    assert!(start_rollout_patience() + 60 < start_rollout, "it has to answer then");
}

fn start_rollout_patience() -> u64 {
    start_rollout::Patience::default().most.as_secs()
}

/// Everything that the value refers to.
fn named_in(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(named_in).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(name, value)| referred(name, value)).collect(),
        _ => vec![],
    }
}

fn referred(name: &str, value: &Value) -> Vec<String> {
    match (name, value) {
        ("Ref", Value::String(id)) => vec![id.clone()],
        ("DependsOn", ids) => template::list(ids).iter().filter_map(|id| id.as_str().map(String::from)).collect(),
        ("Fn::GetAtt", Value::Array(path)) => path[..1].iter().filter_map(|id| id.as_str().map(String::from)).collect(),
        ("Fn::Sub", Value::String(text)) => substituted(text),
        ("Fn::Sub", Value::Array(parts)) => {
            let text = parts.first().and_then(Value::as_str).map(substituted).unwrap_or_default();
            text.into_iter().chain(parts.iter().flat_map(named_in)).collect()
        }
        _ => named_in(value),
    }
}

/// What stands in `${…}`, without an attribute.
fn substituted(text: &str) -> Vec<String> {
    let inside = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    inside.map(|(name, _)| name.split('.').next().unwrap_or_default().to_owned()).collect()
}
