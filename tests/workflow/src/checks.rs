//! What holds for whatever comes in from outside: what is taken is taken whole, every problem names a place that is there, and an
//! event about one account never becomes a rollout to all. Property tests and fuzzing look for what breaks it.

#![expect(clippy::missing_panics_doc, reason = "each panics when what it checks does not hold")]

use std::sync::LazyLock;

use jiff::Timestamp;
use policy::input::{Action, ExecutionInput, InvalidInput};
use policy::{InvalidPolicy, PatchPolicy, Problem, Schedule};
use record::stack_answer::{AnswerStatus, Decided, NOT_BEGUN};
use serde_json::{Value, from_str, json};
use start_rollout::{Decision, Event, decide};

use crate::{template, transformer};

/// The rules that start a rollout in the account that an event is about.
const ACCOUNT_RULES: [&str; 4] = ["AccountCreated", "AccountJoined", "ManagedAccountCreated", "ManagedAccountUpdated"];
/// The most bytes that `CloudFormation` takes as an answer.
const LONGEST_ANSWER: usize = 4096;
/// The ids in a request are at most as long together as `CloudFormation` makes them.
const LONGEST_IDS: usize = 1024;

/// The targets of [`ACCOUNT_RULES`], as the template has them.
static ACCOUNT_TARGETS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let targets = |rule: &&str| template::list(&template::properties(&format!("{rule}Rule"))["Targets"]);
    let targets: Vec<Value> = ACCOUNT_RULES.iter().flat_map(targets).collect();
    assert_eq!(targets.len(), ACCOUNT_RULES.len(), "each rule has one target");
    targets
});

/// A policy.
pub fn policy(document: &Value) {
    match PatchPolicy::parse(document) {
        Ok(policy) => assert_eq!(PatchPolicy::parse(&json!(policy)), Ok(policy)),
        Err(InvalidPolicy { problems }) => paths_lead_somewhere(document, &problems),
    }
}

/// A schedule of a policy: it is kept as it was given, and what Systems Manager gets of it is a form that it knows.
pub fn schedule(text: &str) {
    if let Ok(schedule) = text.parse::<Schedule>() {
        assert_eq!(schedule.as_str(), text);
        let sent: Schedule = schedule.expression().parse().expect("a valid schedule");
        assert_eq!((sent.as_str(), sent.offset_days()), (&*sent.expression(), None));
    }
}

/// An execution's input.
pub fn input(document: &Value) {
    match ExecutionInput::parse(document) {
        Ok(input) => assert_eq!(ExecutionInput::parse(&json!(input)), Ok(input)),
        Err(InvalidInput { problems }) => paths_lead_somewhere(document, &problems),
    }
}

/// What `CloudFormation` asks of the stack's custom resource: it is answered, or starts a run; a deletion takes everything down
/// whatever else is in it, or fails, unless there never was anything.
pub fn stack_request(document: &Value) {
    let Some(event) = Event::read(document) else {
        assert!(!document["ResponseURL"].is_string(), "nobody could be answered");
        return;
    };
    let is_deletion = document["RequestType"] == "Delete";
    // Of a policy that names others nothing is started; these go with what the corpus is made of.
    let member_roles = r#"{"taskRole": "task", "dhmcRole": "service-role/Dhmc", "ownerTag": {"key": "createdBy", "value": "us"},
        "documents": ["AWS-RunPatchBaseline", "AWS-UpdateSSMAgent"]}"#;
    let Ok(member_roles) = member_roles.parse() else { return };
    match decide(&event, &member_roles, None, Timestamp::UNIX_EPOCH) {
        Decision::Start(start) if is_deletion => {
            assert_eq!((start.input.action, start.waits), (Some(Action::Disable), true));
        }
        Decision::Start(start) => {
            assert!(start.tolerance_percent <= 100);
            assert_eq!(
                start.input,
                ExecutionInput {
                    action: start.input.action,
                    trigger: start.input.trigger,
                    ..ExecutionInput::default()
                }
            );
        }
        Decision::Answer(answer) => {
            let to = &event.addressee;
            let Decided { status, body } = answer.to(to);
            let ids = [&to.stack_id, &to.request_id, &to.logical_resource_id, &to.physical_resource_id];
            let ids: usize = ids.map(|id| json!(id).to_string().len()).iter().sum();
            assert!(body.len() <= LONGEST_ANSWER || ids > LONGEST_IDS, "{} bytes", body.len());
            let body: Value = from_str(&body).expect("an answer is JSON");
            let never_begun = to.physical_resource_id == NOT_BEGUN;
            assert!(!is_deletion || never_begun || status == AnswerStatus::Failed, "nothing was done: {body}");
            assert!(status == AnswerStatus::Success || body["Reason"].as_str().is_some_and(|why| !why.is_empty()));
        }
    }
}

/// An event that some rule about accounts hands on, whether or not its pattern would take it.
pub fn organization_event(event: &Value) {
    for target in ACCOUNT_TARGETS.iter() {
        let handed_over = from_str::<Value>(&transformer::input(target, event)).ok();
        let Some(input) = handed_over.and_then(|input| ExecutionInput::parse(&input).ok()) else { continue };
        assert_eq!((input.action, input.retry_of, input.replaces.len()), (None, None, 0));
        assert!(input.accounts.is_some_and(|accounts| !accounts.is_empty()), "a rollout to all accounts");
    }
}

/// A problem's path leads to something, or to a field that is missing from something.
fn paths_lead_somewhere(document: &Value, problems: &[Problem]) {
    assert!(!problems.is_empty());
    for problem in problems {
        let mut here = Some(document);
        let mut keys = keys(&problem.path);
        let last = keys.pop();
        for key in keys {
            here = here.and_then(|value| child(value, &key));
        }
        let parent = here.unwrap_or_else(|| panic!("{} leads nowhere in {document}", problem.path));
        let Some(last) = last else { continue };
        let found = child(parent, &last);
        let is_right = if problem.value == "missing" { found.is_none_or(Value::is_null) } else { found.is_some() };
        assert!(is_right, "{problem}");
    }
}

fn child<'a>(value: &'a Value, key: &Value) -> Option<&'a Value> {
    match key {
        Value::String(name) => value.get(name),
        index => value.get(usize::try_from(index.as_u64()?).ok()?),
    }
}

/// `$.a[0]["b c"]` as its keys.
fn keys(path: &str) -> Vec<Value> {
    let mut rest = path.strip_prefix('$').expect("a path begins with $");
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(bracketed) = rest.strip_prefix('[') {
            let mut parsed = serde_json::Deserializer::from_str(bracketed).into_iter::<Value>();
            keys.push(parsed.next().and_then(Result::ok).expect("a key in brackets"));
            rest = bracketed[parsed.byte_offset()..].strip_prefix(']').expect("brackets end");
        } else {
            let dotted = &rest[1..];
            let end = dotted.find(['.', '[']).unwrap_or(dotted.len());
            keys.push(json!(dotted[..end]));
            rest = &dotted[end..];
        }
    }
    keys
}
