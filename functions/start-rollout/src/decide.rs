//! The decision: from CloudFormation's request to an answer, or to an execution.

use kit::stack_answer::{Answer, Attributes, NOT_BEGUN, Reason, RequestType};
use patching::ids::RunId;
use patching::input::{Action, ExecutionInput, Trigger};
use patching::policy::{InvalidPolicy, PatchPolicy, UnreadablePolicy};

use crate::event::Event;

/// What to do about a request.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Nothing but to answer.
    Answer(Answer),
    /// Start an execution.
    Start(Start),
}

/// An execution to be started.
#[derive(Debug, PartialEq)]
pub struct Start {
    /// Its name. It comes from the request's id, so that a repeated invocation starts nothing twice.
    pub run: RunId,
    /// What the stack asks for.
    pub request_type: RequestType,
    /// Its input.
    pub input: ExecutionInput,
    /// Whether the stack waits for its end.
    pub waits: bool,
    /// How many of a hundred accounts may fail without the stack failing.
    pub tolerance_percent: u8,
}

/// What is wrong with a request; never empty.
type Problems = Vec<String>;

/// What to do about `event`.
#[must_use]
pub fn decide(event: &Event<'_>) -> Decision {
    let decision = match event.request_type {
        Some(RequestType::Create) => create(event),
        Some(RequestType::Update) => update(event),
        Some(RequestType::Delete) => return delete(event),
        None => Err(vec!["RequestType: allowed: Create, Update or Delete".to_owned()]),
    };
    decision.unwrap_or_else(|problems| Decision::Answer(refused(event, problems)))
}

fn refused(event: &Event<'_>, problems: Problems) -> Answer {
    let reason = reason(problems);
    if event.request_type == Some(RequestType::Create) { Answer::not_begun(reason) } else { Answer::failed(reason) }
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
/// needs go next. What was never begun is not taken down: whatever kept the creation from beginning would hold that up, too.
fn delete(event: &Event<'_>) -> Decision {
    if event.addressee.physical_resource_id == NOT_BEGUN {
        return Decision::Answer(Answer::success(Attributes::default()));
    }
    let properties = Properties { disabled: false, waits: true, tolerance_percent: 100 };
    start(event, RequestType::Delete, Action::Disable, Trigger::StackDelete, &properties)
        .unwrap_or_else(|problems| Decision::Answer(refused(event, problems)))
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
        input: ExecutionInput { action: Some(action), trigger, ..ExecutionInput::default() },
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
    /// Reads what says how to go about it, and looks at the policy: the run that takes everything down reads it, too.
    fn read(event: &Event<'_>) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let disabled = one_of(event, "Disabled", &[("false", false), ("true", true)], &mut problems);
        let waits = one_of(event, "WaitForRollout", &[("true", true), ("false", false)], &mut problems);
        let tolerance_percent = percent(event, "FailureTolerancePercent", 50, &mut problems);
        problems.extend(policy_problems(event, disabled));
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

/// A policy that was written by hand may say otherwise than the stack does: then nobody could tell which of them holds.
fn policy_problems(event: &Event<'_>, disabled: bool) -> Problems {
    let Some(text) = event.property("Policy") else {
        return vec!["Policy: missing — allowed: the policy's JSON".to_owned()];
    };
    match PatchPolicy::parse_text(text) {
        Err(UnreadablePolicy::Invalid(InvalidPolicy { problems })) => {
            problems.iter().map(|problem| format!("Policy: {problem}")).collect()
        }
        Err(not_json) => vec![format!("Policy: {not_json}")],
        Ok(policy) if policy.disabled != disabled => {
            vec![format!(
                "Policy: $.disabled: {} — allowed: {disabled}, like the stack's DisablePatchManager",
                policy.disabled
            )]
        }
        Ok(_) => Vec::new(),
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
mod tests;
