//! The decision: from CloudFormation's request to an answer, or to an execution.

use kit::stack_answer::{Answer, Attributes, Reason, RequestType};
use patching::ids::RunId;
use patching::input::{Action, ExecutionInput, Trigger};
use patching::policy::{InvalidPolicy, PatchPolicy};

use crate::event::Event;

/// What to do about a request.
#[derive(Debug, PartialEq)]
pub(crate) enum Decision {
    /// Nothing but to answer.
    Answer(Answer),
    /// Start an execution.
    Start(Start),
}

/// An execution to be started.
#[derive(Debug, PartialEq)]
pub(crate) struct Start {
    /// Its name. It comes from the request's id, so that a repeated invocation starts nothing twice.
    pub(crate) run: RunId,
    pub(crate) request_type: RequestType,
    pub(crate) input: ExecutionInput,
    /// Whether the stack waits for its end.
    pub(crate) waits: bool,
    /// How many of a hundred accounts may fail without the stack failing.
    pub(crate) tolerance_percent: u8,
}

/// What is wrong with a request; never empty.
type Problems = Vec<String>;

pub(crate) fn decide(event: &Event<'_>) -> Decision {
    let decision = match event.request_type {
        Some(RequestType::Create) => create(event),
        Some(RequestType::Update) => update(event),
        Some(RequestType::Delete) => return delete(event),
        None => Err(vec!["RequestType: allowed: Create, Update or Delete".to_owned()]),
    };
    decision.unwrap_or_else(|problems| Decision::Answer(Answer::failed(reason(problems))))
}

/// Disabled from the start, there is nothing to roll out and nothing to take down.
fn create(event: &Event<'_>) -> Result<Decision, Problems> {
    let properties = Properties::read(event)?;
    if properties.disabled {
        return Ok(Decision::Answer(Answer::success(Attributes::default())));
    }
    start(event, RequestType::Create, Action::Rollout, Trigger::StackCreate, &properties)
}

fn update(event: &Event<'_>) -> Result<Decision, Problems> {
    let properties = Properties::read(event)?;
    let action = if properties.disabled { Action::Disable } else { Action::Rollout };
    start(event, RequestType::Update, action, Trigger::StackUpdate, &properties)
}

/// Looks at no property: a stack must be deletable whatever they are. It always waits, as the roles that the execution
/// needs go next.
fn delete(event: &Event<'_>) -> Decision {
    let properties = Properties { disabled: false, waits: true, tolerance_percent: 100 };
    start(event, RequestType::Delete, Action::Disable, Trigger::StackDelete, &properties).unwrap_or_else(|problems| {
        Decision::Answer(Answer::success_in_spite_of(Attributes::default(), &problems.join("\n")))
    })
}

fn start(
    event: &Event<'_>,
    request_type: RequestType,
    action: Action,
    trigger: Trigger,
    properties: &Properties,
) -> Result<Decision, Problems> {
    let run = format!("{trigger}-{}", event.addressee.request_id);
    Ok(Decision::Start(Start {
        run: run.parse().map_err(|error| vec![format!("RequestId: {error}")])?,
        request_type,
        input: ExecutionInput { action, trigger, ..ExecutionInput::default() },
        waits: properties.waits,
        tolerance_percent: properties.tolerance_percent,
    }))
}

/// The properties that say how to go about it.
struct Properties {
    disabled: bool,
    waits: bool,
    tolerance_percent: u8,
}

impl Properties {
    /// Reads what says how to go about it, and looks at the policy unless nothing is to be rolled out.
    fn read(event: &Event<'_>) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let disabled = one_of(event, "Disabled", &[("false", false), ("true", true)], &mut problems);
        let waits = one_of(event, "WaitForRollout", &[("true", true), ("false", false)], &mut problems);
        let tolerance_percent = percent(event, "FailureTolerancePercent", 50, &mut problems);
        if !disabled {
            problems.extend(policy_problems(event));
        }
        if problems.is_empty() { Ok(Self { disabled, waits, tolerance_percent }) } else { Err(problems) }
    }
}

/// The first of `values` is the default.
fn one_of(event: &Event<'_>, name: &str, values: &[(&str, bool); 2], problems: &mut Problems) -> bool {
    let [(_, default), _] = *values;
    let Some(text) = event.property(name) else { return default };
    let found = values.iter().find(|(allowed, _)| text.eq_ignore_ascii_case(allowed));
    if found.is_none() {
        problems.push(format!("{name}: {text:?} — allowed: true or false"));
    }
    found.map_or(default, |(_, value)| *value)
}

fn percent(event: &Event<'_>, name: &str, default: u8, problems: &mut Problems) -> u8 {
    let Some(text) = event.property(name) else { return default };
    let percent = text.parse().ok().filter(|percent| *percent <= 100);
    if percent.is_none() {
        problems.push(format!("{name}: {text:?} — allowed: a whole number from 0 to 100"));
    }
    percent.unwrap_or(default)
}

fn policy_problems(event: &Event<'_>) -> Problems {
    let Some(text) = event.property("Policy") else {
        return vec!["Policy: missing — allowed: the policy's JSON".to_owned()];
    };
    match serde_json::from_str(text).map(|policy| PatchPolicy::parse(&policy)) {
        Err(error) => vec![format!("Policy: not JSON: {error}")],
        Ok(Err(InvalidPolicy { problems })) => problems.iter().map(|problem| format!("Policy: {problem}")).collect(),
        Ok(Ok(_)) => Vec::new(),
    }
}

/// A single problem is the reason; several are listed under a line that counts them.
fn reason(mut problems: Problems) -> Reason {
    match problems.len() {
        1 => Reason { summary: problems.remove(0), ..Reason::default() },
        count => Reason { summary: format!("{count} problems:"), items: problems, unlisted: 0 },
    }
}

#[cfg(test)]
mod tests {
    use kit::stack_answer::AnswerStatus;
    use serde_json::{Value, from_slice, json};

    use super::*;

    fn policy() -> Value {
        json!({
            "windows": [],
            "dhmc": {"enabled": false},
            "ownerTag": {"key": "createdBy", "value": "us"}
        })
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
        decide(&Event::read(event).unwrap())
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
                let body = answer.body(&Event::read(event).unwrap().addressee);
                assert!(body.len() <= 4096);
                (answer.status(), from_slice(&body).unwrap())
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

    #[test]
    fn a_deletion_takes_everything_down_and_waits_whatever_the_properties_are() {
        for properties in [json!({}), json!(null), json!({"Policy": "no", "Disabled": "?", "WaitForRollout": "false"})]
        {
            let start = started(&event("Delete", &properties));
            assert_eq!(start.run.as_str(), "stack-delete-5d478078-13e9-baf0-464a-7ef285ecc786");
            assert_eq!(json!(start.input), json!({"action": "disable", "trigger": "stack-delete"}));
            assert!(start.waits);
        }
    }

    #[test]
    fn disabled_at_creation_nothing_is_started() {
        let (status, answer) = answered(&event("Create", &properties(&json!({"Disabled": "true"}))));
        assert_eq!((status, &answer["Data"]["ExecutionArn"]), (AnswerStatus::Success, &json!("none")));
    }

    #[test]
    fn disabled_by_an_update_everything_is_taken_down_even_with_an_invalid_policy() {
        let start = started(&event("Update", &properties(&json!({"Disabled": "true", "Policy": "{}"}))));
        assert_eq!(json!(start.input), json!({"action": "disable", "trigger": "stack-update"}));
    }

    #[test]
    fn an_invalid_policy_fails_with_every_problem() {
        let policy = json!({"windows": 1, "dhmc": {"enabled": "yes"}, "extra": true}).to_string();
        for request_type in ["Create", "Update"] {
            let (status, answer) = answered(&event(request_type, &properties(&json!({"Policy": policy}))));
            let reason = answer["Reason"].as_str().unwrap();
            assert_eq!((status, reason.lines().next()), (AnswerStatus::Failed, Some("4 problems:")), "{reason}");
            for path in ["$.windows: 1", "$.dhmc.enabled: \"yes\"", "$.ownerTag: missing", "$.extra: true"] {
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
        assert!(reason.starts_with("349 problems:\n  Policy: $.windows[0].name: \"a b\" — allowed: "), "{reason}");
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
    fn a_request_id_that_cannot_be_a_name_fails_a_creation_and_not_a_deletion() {
        let with_id = |request_type: &str| {
            let mut event = event(request_type, &properties(&json!({})));
            event["RequestId"] = "a/b".into();
            answered(&event)
        };
        assert_eq!(with_id("Create").0, AnswerStatus::Failed);
        let (status, answer) = with_id("Delete");
        assert_eq!(status, AnswerStatus::Success);
        assert!(answer["Data"]["Reason"].as_str().unwrap().starts_with("RequestId: "), "{answer}");
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
}
