use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::proptest;
use record::stack_answer::{AnswerStatus, Decided};
use serde_json::{Value, from_str, json};
use support::arbitrary::json::mutated;

use super::*;

fn policy() -> Value {
    json!({
        "windows": [],
        "dhmc": {"enabled": false},
        "ownerTag": {"key": "createdBy", "value": "us"}
    })
}

fn disabled_policy() -> Value {
    let mut policy = policy();
    policy["disabled"] = true.into();
    policy
}

pub(crate) fn member_roles() -> MemberRoles {
    r#"{"taskRole": "task", "dhmcRole": "service-role/Dhmc", "ownerTag": {"key": "createdBy", "value": "us"},
        "documents": ["AWS-UpdateSSMAgent"]}"#
        .parse()
        .unwrap()
}

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn event(request_type: &str, properties: &Value) -> Value {
    json!({
        "RequestType": request_type,
        "ResponseURL": "https://bucket/key?X-Amz-Signature=secret",
        "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/patch-manager/1",
        "RequestId": "5d478078-13e9-baf0-464a-7ef285ecc786",
        "LogicalResourceId": "Rollout",
        "ResourceType": "Custom::PatchManagerRollout",
        "ResourceProperties": properties
    })
}

fn decided(event: &Value) -> Decision {
    decide(&Event::read(event).unwrap(), &member_roles(), None, now())
}

fn started(event: &Value) -> Start {
    match decided(event) {
        Decision::Start(start) => start,
        Decision::Answer(answer) => panic!("an execution and not {answer:?}"),
    }
}

fn answered(event: &Value) -> (AnswerStatus, Value) {
    match decided(event) {
        Decision::Answer(answer) => {
            let Decided { status, body } = answer.to(&Event::read(event).unwrap().addressee);
            assert!(body.len() <= 4096);
            (status, from_str(&body).unwrap())
        }
        Decision::Start(start) => panic!("an answer and not {start:?}"),
    }
}

fn properties(changes: &Value) -> Value {
    let mut properties = json!({"Policy": policy().to_string(), "Disabled": "false", "WaitForRollout": "true"});
    properties.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    properties
}

#[test]
fn a_creation_rolls_out() {
    let start = started(&event("Create", &properties(&json!({}))));
    assert_eq!(start.run.as_str(), "stack-create-5d478078-13e9-baf0-464a-7ef285ecc786");
    assert_eq!(json!(start.input), json!({"action": "rollout", "trigger": "stack-create"}));
    assert_eq!((start.waits, start.tolerance_percent), (true, 50));
}

#[test]
fn an_update_rolls_out_what_changed() {
    let start = started(&event("Update", &properties(&json!({"FailureTolerancePercent": "10"}))));
    assert_eq!(start.run.as_str(), "stack-update-5d478078-13e9-baf0-464a-7ef285ecc786");
    assert_eq!(json!(start.input), json!({"action": "rollout", "trigger": "stack-update"}));
    assert_eq!(start.tolerance_percent, 10);
}

/// An update from the properties of [`properties`] to these.
fn update(changes: &Value) -> Value {
    let mut event = event("Update", &properties(changes));
    event["OldResourceProperties"] = properties(&json!({"OnDelete": "Keep"}));
    event
}

fn policy_with(dhmc: &Value) -> Value {
    let mut policy = policy();
    policy["dhmc"] = dhmc.clone();
    policy.to_string().into()
}

#[test]
fn what_becomes_of_dhmc_on_deletion_starts_no_rollout_when_nothing_else_changes() {
    let reset = policy_with(&json!({"enabled": false, "onDelete": "reset"}));
    let (status, answer) = answered(&update(&json!({"OnDelete": "Reset", "Policy": reset})));
    assert_eq!((status, &answer["PhysicalResourceId"]), (AnswerStatus::Success, &json!("patch-manager-rollout")));
    let (status, _) = answered(&update(&json!({"OnDelete": "Reset"})));
    assert_eq!(status, AnswerStatus::Success, "of a policy that says so already");
}

/// In its waves the policy is another one, too.
#[test]
fn what_becomes_of_dhmc_on_deletion_starts_no_rollout_of_waves() {
    let policy = |on_delete: &str| {
        let dhmc = json!({"enabled": false, "onDelete": on_delete});
        json!({"windows": [], "dhmc": dhmc, "ownerTag": policy()["ownerTag"], "waves": [{"name": "all"}]}).to_string()
    };
    let mut event = event("Update", &properties(&json!({"OnDelete": "Reset", "Policy": policy("reset")})));
    event["OldResourceProperties"] = properties(&json!({"OnDelete": "Keep", "Policy": policy("keep")}));
    assert_eq!(answered(&event).0, AnswerStatus::Success);
}

#[test]
fn anything_else_beside_it_is_rolled_out() {
    let reset = json!({"enabled": false, "onDelete": "reset", "role": "service-role/Dhmc"});
    for changes in [
        json!({"OnDelete": "Reset", "Policy": policy_with(&reset)}),
        json!({"OnDelete": "Reset", "WaitForRollout": "false"}),
        json!({"OnDelete": "Reset", "Disabled": "true", "Policy": disabled_policy().to_string()}),
        json!({"OnDelete": "Keep"}),
    ] {
        started(&update(&changes));
    }
}

/// Names, documents and schedules at once; to take everything down they do not matter.
#[test]
fn what_the_member_roles_do_not_allow_and_what_never_opens_is_refused_before_anything_starts() {
    let mut policy = policy();
    policy["ownerTag"]["value"] = "them".into();
    policy["windows"] = json!([{
        "name": "one", "schedule": "cron(0 0 30 2 ? *)", "durationHours": 6, "cutoffHours": 1,
        "target": {"key": "tag-key", "values": ["InstanceOS"]}, "task": {"name": "Own", "document": "Own-Document"}
    }]);
    for request_type in ["Create", "Update"] {
        let (status, answer) = answered(&event(request_type, &properties(&json!({"Policy": policy.to_string()}))));
        assert_eq!(status, AnswerStatus::Failed);
        let reason = answer["Reason"].as_str().unwrap();
        for part in ["3 problems", "$.windows[0].task.document: ", "$.ownerTag.value: ", "$.windows[0].schedule: "] {
            assert!(reason.contains(part), "{part} is not in {reason}");
        }
    }
    policy["disabled"] = true.into();
    started(&event("Update", &properties(&json!({"Policy": policy.to_string(), "Disabled": "true"}))));
}

#[test]
fn a_policy_with_a_key_twice_is_refused() {
    let policy = r#"{"windows": [], "dhmc": {"enabled": false}, "ownerTag": {"key": "createdBy", "value": "us", "value": "us"}}"#;
    let (_, answer) = answered(&event("Create", &properties(&json!({"Policy": policy}))));
    assert_eq!(answer["Reason"], "Policy: $.ownerTag.value: \"us\" — allowed: each key once in an object");
}

#[test]
fn a_deletion_takes_everything_down_and_waits_whatever_the_properties_are() {
    for properties in [json!({}), json!(null), json!({"Policy": "no", "Disabled": "?", "WaitForRollout": "false"})] {
        let start = started(&event("Delete", &properties));
        assert_eq!(start.run.as_str(), "stack-delete-5d478078-13e9-baf0-464a-7ef285ecc786");
        assert_eq!(json!(start.input), json!({"action": "disable", "trigger": "stack-delete"}));
        assert!(start.waits);
    }
}

#[test]
fn disabled_at_creation_nothing_is_started() {
    let policy = disabled_policy().to_string();
    let (status, answer) = answered(&event("Create", &properties(&json!({"Disabled": "true", "Policy": policy}))));
    assert_eq!((status, &answer["Data"]["ExecutionArn"]), (AnswerStatus::Success, &json!("none")));
}

#[test]
fn disabled_by_an_update_everything_is_taken_down() {
    let policy = disabled_policy().to_string();
    let disabled = properties(&json!({"Disabled": "true", "Policy": policy, "FailureTolerancePercent": "0"}));
    let start = started(&event("Update", &disabled));
    assert_eq!(json!(start.input), json!({"action": "disable", "trigger": "stack-update"}));
    assert_eq!(start.tolerance_percent, 100, "whatever single accounts answer");
}

#[test]
fn a_policy_that_says_otherwise_than_the_stack_fails() {
    for (disabled, policy) in [("true", policy()), ("false", disabled_policy())] {
        let properties = properties(&json!({"Disabled": disabled, "Policy": policy.to_string()}));
        let (status, answer) = answered(&event("Update", &properties));
        let expected = format!(
            "Policy: $.disabled: {} — allowed: {disabled}, like the stack's DisablePatchManager",
            disabled == "false"
        );
        assert_eq!((status, &answer["Reason"]), (AnswerStatus::Failed, &json!(expected)));
    }
}

#[test]
fn an_invalid_policy_fails_with_every_problem() {
    let policy = json!({"windows": 1, "dhmc": {"enabled": "yes"}, "extra": true}).to_string();
    for request_type in ["Create", "Update"] {
        let (status, answer) = answered(&event(request_type, &properties(&json!({"Policy": policy}))));
        let reason = answer["Reason"].as_str().unwrap();
        assert_eq!((status, reason.lines().next()), (AnswerStatus::Failed, Some("3 problems:")), "{reason}");
        for path in ["$.windows: 1", "$.dhmc.enabled: \"yes\"", "$.extra: true"] {
            assert!(reason.contains(&format!("\n  Policy: {path} — allowed: ")), "{reason}");
        }
    }
}

#[test]
fn more_problems_than_an_answer_holds_are_counted() {
    let mut policy = policy();
    policy["windows"] = vec![json!({"name": "a b"}); 50].into();
    let (_, answer) = answered(&event("Create", &properties(&json!({"Policy": policy.to_string()}))));
    let reason = answer["Reason"].as_str().unwrap();
    assert!(reason.starts_with("249 problems:\n  Policy: $.windows[0].name: \"a b\" — allowed: "), "{reason}");
    assert!(reason.lines().last().unwrap().starts_with("  … ("), "{reason}");
}

#[test]
fn a_policy_that_is_missing_or_no_json_fails() {
    let (_, answer) = answered(&event("Create", &properties(&json!({"Policy": "{"}))));
    assert!(answer["Reason"].as_str().unwrap().starts_with("Policy: not JSON: EOF"), "{answer}");
    let (_, answer) = answered(&event("Create", &json!({})));
    assert_eq!(answer["Reason"], "Policy: missing — allowed: the policy's JSON");
}

#[test]
fn whatever_is_wrong_is_told_at_once() {
    let wrong = json!({
        "Disabled": "maybe", "WaitForRollout": "", "FailureTolerancePercent": "101", "Policy": "{"
    });
    let (status, answer) = answered(&event("Update", &properties(&wrong)));
    assert_eq!(status, AnswerStatus::Failed);
    assert_eq!(
        answer["Reason"],
        "4 problems:\n  Disabled: \"maybe\" — allowed: true or false\n  \
         WaitForRollout: \"\" — allowed: true or false\n  \
         FailureTolerancePercent: \"101\" — allowed: a whole number from 0 to 100\n  \
         Policy: not JSON: EOF while parsing an object at line 1 column 1"
    );
}

#[test]
fn a_stack_need_not_wait() {
    assert!(!started(&event("Create", &properties(&json!({"WaitForRollout": "false"})))).waits);
}

#[test]
fn a_request_of_no_known_type_fails() {
    let (status, answer) = answered(&event("Replace", &properties(&json!({}))));
    assert_eq!(
        (status, &answer["Reason"]),
        (AnswerStatus::Failed, &json!("RequestType: allowed: Create, Update or Delete"))
    );
}

#[test]
fn a_request_id_that_cannot_be_a_name_fails() {
    for request_type in ["Create", "Update", "Delete"] {
        let mut event = event(request_type, &properties(&json!({})));
        event["RequestId"] = "a/b".into();
        let (status, answer) = answered(&event);
        assert_eq!(status, AnswerStatus::Failed);
        assert!(answer["Reason"].as_str().unwrap().starts_with("RequestId: "), "{answer}");
    }
}

/// CloudFormation deletes what it could not create, with the id that it was answered.
#[test]
fn a_creation_that_never_began_leaves_nothing_to_be_taken_down() {
    let (status, answer) = answered(&event("Create", &properties(&json!({"Policy": "{"}))));
    assert_eq!((status, &answer["PhysicalResourceId"]), (AnswerStatus::Failed, &json!(NOT_BEGUN)));
    let mut deletion = event("Delete", &json!({}));
    deletion["PhysicalResourceId"] = answer["PhysicalResourceId"].clone();
    let (status, answer) = answered(&deletion);
    assert_eq!((status, &answer["PhysicalResourceId"]), (AnswerStatus::Success, &json!(NOT_BEGUN)));
}

/// Otherwise CloudFormation would delete what is there.
#[test]
fn an_update_that_fails_keeps_the_id() {
    let (status, answer) = answered(&event("Update", &properties(&json!({"Policy": "{"}))));
    assert_eq!((status, &answer["PhysicalResourceId"]), (AnswerStatus::Failed, &json!("patch-manager-rollout")));
}

#[test]
fn the_physical_id_is_constant_but_for_a_deletion_of_what_has_another_one() {
    let id = |event: &Value| Event::read(event).unwrap().addressee.physical_resource_id;
    for (request_type, expected) in
        [("Create", "patch-manager-rollout"), ("Update", "patch-manager-rollout"), ("Delete", "given")]
    {
        let mut with_id = event(request_type, &properties(&json!({"Policy": "another"})));
        assert_eq!(id(&with_id), "patch-manager-rollout");
        with_id["PhysicalResourceId"] = "given".into();
        assert_eq!(id(&with_id), expected);
    }
}

/// Any request with anything in its properties, the policy's own text among them.
fn requests() -> impl Strategy<Value = Value> {
    let request_type = prop_oneof![Just("Create"), Just("Update"), Just("Delete"), Just("Replace")];
    let policy = mutated(policy()).prop_map(|policy| json!({"Policy": policy.to_string()}));
    let changed = prop_oneof![policy.prop_map(|changes| properties(&changes)), mutated(properties(&json!({})))];
    (request_type, changed).prop_map(|(request_type, properties)| event(request_type, &properties))
}

proptest! {
    #[test]
    fn whatever_its_properties_are_a_request_is_answered_within_4096_bytes_or_starts_a_run(request in requests()) {
        let is_delete = request["RequestType"] == "Delete";
        match decided(&request) {
            Decision::Start(start) => assert_eq!(start.input.action, Some(if is_delete { Action::Disable } else { Action::Rollout })),
            Decision::Answer(_) => {
                let (status, answer) = answered(&request);
                assert!(!is_delete, "a deletion takes everything down");
                assert!(status == AnswerStatus::Success || !answer["Reason"].as_str().unwrap().is_empty());
            }
        }
    }

    #[test]
    fn an_event_that_is_wrong_anywhere_is_answered_started_or_not_a_request(request in mutated(event("Update", &properties(&json!({}))))) {
        if let Some(event) = Event::read(&request) {
            let _ = decide(&event, &member_roles(), None, now());
        }
    }
}

#[test]
fn names_stay_what_they_are_as_long_as_something_is_set_up() {
    let set_up = |value: &str| Names {
        owner_tag_key: "createdBy".into(),
        owner_tag_value: value.into(),
        dhmc_role: Some("Old".into()),
    };
    for (properties, action) in [
        (json!({"Policy": policy().to_string()}), Action::Rollout),
        (json!({"Policy": disabled_policy().to_string(), "Disabled": "true"}), Action::Disable),
    ] {
        let event = event("Update", &properties);
        let decided = |set_up: Option<&Names>| decide(&Event::read(&event).unwrap(), &member_roles(), set_up, now());
        for kept in [None, Some(&set_up("us"))] {
            let Decision::Start(start) = decided(kept) else { panic!("refused") };
            assert_eq!(start.input.action, Some(action));
            let role = start.names.unwrap().dhmc_role;
            assert_eq!(role.is_some(), kept.is_some(), "DHMC stays set until a disable");
        }
        let Decision::Answer(refused) = decided(Some(&set_up("them"))) else { panic!("started") };
        let body: Value = from_str(&refused.to(&Event::read(&event).unwrap().addressee).body).unwrap();
        assert!(
            body["Reason"].as_str().unwrap().starts_with("Policy: $.ownerTag: \"createdBy=us\" — allowed:"),
            "{body}"
        );
    }
}
