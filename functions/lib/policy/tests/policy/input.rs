//! What an execution may be asked to do.

use policy::input::{Action, ExecutionInput, Trigger};
use serde_json::{Value, json};

fn problems(input: &Value) -> Vec<String> {
    let problems = ExecutionInput::parse(input).err().map(|error| error.problems).unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_input_is_a_full_rollout_by_hand() {
    let input = ExecutionInput::parse(&json!({})).unwrap();
    assert_eq!(input, ExecutionInput::default());
    assert_eq!((input.action, input.trigger), (None, Trigger::Manual));
    assert_eq!((input.accounts, input.regions, input.retry_of), (None, None, None));
}

#[test]
fn every_field_is_read() {
    let input = ExecutionInput::parse(&json!({
        "action": "disable",
        "accounts": ["111122223333", "000000000001", "111122223333"],
        "regions": ["eu-west-1"],
        "retryOf": "2026-11-23",
        "trigger": "control-tower"
    }));
    let input = input.unwrap();
    assert_eq!((input.action, input.trigger), (Some(Action::Disable), Trigger::ControlTower));
    let accounts: Vec<String> = input.accounts.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["000000000001", "111122223333"]);
    assert_eq!(input.regions.unwrap().len(), 1);
    assert_eq!(input.retry_of.unwrap().as_str(), "2026-11-23");
}

#[test]
fn null_is_the_same_as_leaving_a_field_out() {
    let input = json!({"action": null, "accounts": null, "regions": null, "retryOf": null, "trigger": null});
    assert_eq!(ExecutionInput::parse(&input), Ok(ExecutionInput::default()));
}

#[test]
fn an_empty_list_is_refused_because_it_could_mean_all_or_none() {
    assert_eq!(
        problems(&json!({"accounts": [], "regions": []})),
        [
            "$.accounts: [] — allowed: at least one; leave it out for all",
            "$.regions: [] — allowed: at least one; leave it out for all",
        ]
    );
}

/// The record of an event, which begins with what every record has.
fn joined(part: &str, content: &Value) -> Value {
    let mut record = json!({
        "userIdentity": {"accountId": "999999999999"}, "recipientAccountId": "999999999999",
        "eventName": "AccountJoinedOrganization", "requestParameters": null,
    });
    record[part] = content.clone();
    json!({"joined": record, "trigger": "account-joined"})
}

#[test]
fn the_record_of_an_account_that_joined_names_it_wherever_it_does() {
    for (part, content) in [
        ("serviceEventDetails", json!({"accountId": "111122223333", "joinedMethod": "Invited"})),
        ("serviceEventDetails", json!({"accountJoinedStatus": {"joinedAccountId": "111122223333"}})),
        ("serviceEventDetails", json!({"accountId": "111122223333", "managementAccountId": "999999999999"})),
        ("additionalEventData", json!({"AccountId": "111122223333"})),
        ("requestParameters", json!({"accounts": [{"accountId": "111122223333"}]})),
        ("responseElements", json!({"accountId": "111122223333", "masterAccountId": "999999999999"})),
    ] {
        let input = ExecutionInput::parse(&joined(part, &content)).unwrap_or_else(|why| panic!("{content}: {why}"));
        let accounts: Vec<String> = input.accounts.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(accounts, ["111122223333"], "{content}");
    }
}

#[test]
fn a_record_without_an_account_is_refused_because_without_accounts_a_run_takes_all() {
    let allowed = "allowed: the record of an event about an account that joined, with its accountId";
    for record in [json!(null), json!([]), json!("x"), json!({}), json!({"accountId": "111122223333"})] {
        assert_eq!(problems(&json!({"joined": record})), [format!("$.joined: {record} — {allowed}")]);
    }
    for content in [json!(null), json!({"accountId": null}), json!({"accountId": "1"}), json!({"id": "111122223333"})] {
        let problems = problems(&joined("serviceEventDetails", &content));
        assert!(problems.len() == 1 && problems[0].ends_with(allowed), "{problems:?}");
    }
}

#[test]
fn a_record_goes_without_accounts() {
    let mut input = joined("serviceEventDetails", &json!({"accountId": "111122223333"}));
    input["accounts"] = json!(["111122224444"]);
    let problems = problems(&input);
    assert!(problems.len() == 1 && problems[0].ends_with("allowed: only without accounts"), "{problems:?}");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let error = ExecutionInput::parse(&json!({
        "action": "destroy", "accounts": ["1", 2], "regions": "eu-west-1", "retryOf": "", "trigger": "cron", "force": true
    }));
    assert_eq!(
        error.unwrap_err().to_string(),
        "the input has 7 problems:\n  \
         $.action: \"destroy\" — allowed: rollout, plan, disable or inspect\n  \
         $.accounts[0]: \"1\" — allowed: 12 digits, such as \"111122223333\"\n  \
         $.accounts[1]: 2 — allowed: 12 digits, such as \"111122223333\"\n  \
         $.regions: \"eu-west-1\" — allowed: a list\n  \
         $.retryOf: \"\" — allowed: 1 to 80 letters, digits, - and _\n  \
         $.trigger: \"cron\" — allowed: stack-create, stack-update, stack-delete, schedule, account-created, account-joined, \
         control-tower, on-demand or manual\n  \
         $.force: true — allowed: only action, accounts, joined, regions, retryOf, trigger, replaces"
    );
}

#[test]
fn an_input_that_is_no_object_is_refused() {
    for wrong in [json!(null), json!([]), json!("rollout"), json!(1)] {
        assert_eq!(problems(&wrong), [format!("$: {wrong} — allowed: an object")]);
    }
}

#[test]
fn an_action_and_a_trigger_have_one_name_everywhere() {
    for (action, name, changes) in [
        (Action::Rollout, "rollout", true),
        (Action::Plan, "plan", false),
        (Action::Disable, "disable", true),
        (Action::Inspect, "inspect", false),
    ] {
        assert_eq!(action.to_string(), name);
        assert_eq!(json!(action), name);
        assert_eq!(ExecutionInput::parse(&json!({ "action": name })).unwrap().action, Some(action));
        assert_eq!(action.changes(), changes, "{name}");
    }
    assert_eq!(Trigger::AccountJoined.to_string(), "account-joined");
    assert_eq!(json!(Trigger::AccountJoined), "account-joined");
}
