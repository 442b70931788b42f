//! What a rule hands to its target is what the target takes.

use policy::input::{Action, ExecutionInput, Trigger};
use serde_json::{Value, json};
use workflow::rendering::inspection;
use workflow::{template, transformer};

use crate::events::rules;

#[test]
fn an_event_about_an_account_starts_a_rollout_in_just_this_account() {
    for (rule, sample, account, trigger) in [
        ("AccountCreated", "create-account-result", "222233334444", Trigger::AccountCreated),
        ("AccountJoined", "account-joined-organization", "333344445555", Trigger::AccountJoined),
        ("AccountJoined", "account-joined-organization-as-a-call", "333344445555", Trigger::AccountJoined),
        ("ManagedAccountCreated", "create-managed-account", "444455556666", Trigger::ControlTower),
        ("ManagedAccountUpdated", "update-managed-account", "444455556666", Trigger::ControlTower),
        ("OnDemand", "rollout-requested", "555566667777", Trigger::OnDemand),
    ] {
        let input = ExecutionInput::parse(&handed_over(rule, sample)).unwrap_or_else(|why| panic!("{rule}: {why}"));
        assert_eq!(input.accounts, Some([account.parse().unwrap()].into()), "{rule}");
        assert_eq!((input.action, input.trigger, input.regions), (None, trigger, None), "{rule}");
    }
}

#[test]
fn an_event_that_names_no_account_starts_nothing() {
    let handed = handed_over("AccountJoined", "account-joined-organization-without-an-account");
    assert!(ExecutionInput::parse(&handed).is_err());
}

#[test]
fn the_schedule_starts_a_rollout_of_everything() {
    let text = template::properties("RolloutSchedule")["Target"]["Input"].as_str().unwrap().to_owned();
    let input = ExecutionInput::parse(&serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(input, ExecutionInput { trigger: Trigger::Schedule, ..ExecutionInput::default() });
}

#[test]
fn the_other_schedule_looks_at_everything_unless_it_is_off_or_all_is_disabled() {
    let target = template::properties("InspectionSchedule")["Target"].clone();
    let input = ExecutionInput::parse(&serde_json::from_str(target["Input"].as_str().unwrap()).unwrap()).unwrap();
    let expected =
        ExecutionInput { action: Some(Action::Inspect), trigger: Trigger::Schedule, ..ExecutionInput::default() };
    assert_eq!(input, expected);
    assert_eq!(target["DeadLetterConfig"]["Arn"], json!({"Ref": "DeadLetterQueueArn"}));
    for (values, state) in [
        (&[][..], "ENABLED"),
        (&[("InspectHosts", "false")], "DISABLED"),
        (&[("DisablePatchManager", "true")], "DISABLED"),
    ] {
        assert_eq!(inspection(values)["InspectionSchedule"]["Properties"]["State"], state, "{values:?}");
    }
}

#[test]
fn a_stopped_execution_is_named_with_its_status() {
    for (sample, status) in [("aborted", "ABORTED"), ("failed", "FAILED"), ("timed-out", "TIMED_OUT")] {
        let handed = handed_over("ExecutionStopped", &format!("execution-{sample}"));
        assert_eq!(handed, json!({"run": "stack-update-4a7d2c10-8a51-4d7e-9c6f-0d8a4b1c2d3e", "status": status}));
    }
}

#[test]
fn nothing_that_cannot_be_delivered_is_lost() {
    for (id, rule) in rules::control_plane().into_iter().chain(rules::forwarding()) {
        for target in rule["Targets"].as_array().unwrap() {
            assert_eq!(target["RetryPolicy"], most_retries(), "{id}");
            assert!(target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"].is_array(), "{id}");
        }
    }
    let schedule = template::properties("RolloutSchedule")["Target"].clone();
    assert_eq!(schedule["RetryPolicy"], most_retries());
    assert!(schedule["DeadLetterConfig"]["Arn"]["Fn::GetAtt"].is_array());
}

#[test]
fn the_dead_letter_queue_takes_messages_of_each_rule_and_of_no_other() {
    let policy = template::properties("DeadLetterQueuePolicy")["PolicyDocument"]["Statement"][0].clone();
    assert_eq!(policy["Principal"], json!({"Service": "events.amazonaws.com"}));
    let mut named: Vec<_> = template::list(&policy["Condition"]["ArnEquals"]["aws:SourceArn"])
        .iter()
        .map(|arn| arn["Fn::Sub"].as_str().unwrap().rsplit_once("rule/").unwrap().1.to_owned())
        .collect();
    let mut rules: Vec<_> =
        rules::control_plane().values().map(|rule| rule["Name"]["Fn::Sub"].as_str().unwrap().to_owned()).collect();
    named.sort();
    rules.sort();
    assert_eq!(named, rules);
}

#[test]
fn what_starts_rollouts_by_itself_is_off_while_disabled_and_gone_before_the_last_one() {
    let resources = template::control_plane()["Resources"].clone();
    let starting = ["AccountCreatedRule", "AccountJoinedRule", "ManagedAccountCreatedRule"];
    for id in starting.into_iter().chain(["ManagedAccountUpdatedRule", "RolloutSchedule"]) {
        assert_eq!(
            resources[id]["Properties"]["State"],
            json!({"Fn::If": ["IsDisabled", "DISABLED", "ENABLED"]}),
            "{id}"
        );
        assert_eq!(resources[id]["DependsOn"], "Rollout", "{id}");
    }
    assert_eq!(resources["OnDemandRule"]["DependsOn"], "Rollout");
    assert_eq!(resources["ExecutionStoppedRule"]["Properties"]["State"], "ENABLED", "it answers stacks");
}

fn most_retries() -> Value {
    json!({"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185})
}

fn handed_over(rule: &str, sample: &str) -> Value {
    let target = rules::control_plane()[rule]["Targets"][0].clone();
    serde_json::from_str(&transformer::input(&target, &rules::sample(sample))).unwrap()
}
