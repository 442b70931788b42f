//! The decision: from CloudFormation's request to an answer, or to an execution.

use jiff::Timestamp;
use kit::stack_answer::{Answer, Attributes, NOT_BEGUN, Reason, RequestType};
use patching::ids::RunId;
use patching::input::{Action, ExecutionInput, Trigger};
use patching::member_roles::MemberRoles;
use patching::openings;
use patching::policy::{InvalidPolicy, OnDelete, PatchPolicy, UnreadablePolicy};

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

/// What to do at `now` about `event`, which asks for a policy that `member_roles` have to allow.
#[must_use]
pub fn decide(event: &Event<'_>, member_roles: &MemberRoles, now: Timestamp) -> Decision {
    let properties = || Properties::read(event, member_roles, now);
    let decision = match event.request_type {
        Some(RequestType::Create) => properties().and_then(|properties| create(event, &properties)),
        Some(RequestType::Update) => properties().and_then(|properties| update(event, &properties)),
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
fn create(event: &Event<'_>, properties: &Properties) -> Result<Decision, Problems> {
    if properties.disabled {
        return Ok(Decision::Answer(Answer::success(Attributes::default())));
    }
    start(event, RequestType::Create, Action::Rollout, Trigger::StackCreate, properties)
}

fn update(event: &Event<'_>, properties: &Properties) -> Result<Decision, Problems> {
    if changes_only_the_deletion(event) {
        return Ok(Decision::Answer(Answer::success(Attributes::default())));
    }
    if properties.disabled {
        // Otherwise CloudFormation would go back to the former properties, and the rollout for these put all windows back.
        let properties = Properties { tolerance_percent: 100, ..*properties };
        return start(event, RequestType::Update, Action::Disable, Trigger::StackUpdate, &properties);
    }
    start(event, RequestType::Update, Action::Rollout, Trigger::StackUpdate, properties)
}

/// What becomes of Default Host Management Configuration when the stack is deleted concerns no run before that. So it can be said in
/// an organization in which rollouts fail, and which is then to be left.
fn changes_only_the_deletion(event: &Event<'_>) -> bool {
    let changed = event.changed();
    let parsed = |text: Option<&str>| {
        let mut policy = PatchPolicy::parse_text(text?).ok()?;
        policy.dhmc.on_delete = OnDelete::default();
        Some(policy)
    };
    let policy = parsed(event.property("Policy"));
    !changed.is_empty()
        && changed.iter().all(|name| ["OnDelete", "Policy"].contains(name))
        && policy.is_some()
        && policy == parsed(event.old_property("Policy"))
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
    fn read(event: &Event<'_>, member_roles: &MemberRoles, now: Timestamp) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let disabled = one_of(event, "Disabled", &[("false", false), ("true", true)], &mut problems);
        let waits = one_of(event, "WaitForRollout", &[("true", true), ("false", false)], &mut problems);
        let tolerance_percent = percent(event, "FailureTolerancePercent", 50, &mut problems);
        problems.extend(policy_problems(event, disabled, member_roles, now));
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
fn policy_problems(event: &Event<'_>, disabled: bool, member_roles: &MemberRoles, now: Timestamp) -> Problems {
    let Some(text) = event.property("Policy") else {
        return vec!["Policy: missing — allowed: the policy's JSON".to_owned()];
    };
    let listed = |refused: InvalidPolicy| refused.problems.into_iter().map(|problem| format!("Policy: {problem}"));
    match PatchPolicy::parse_text(text) {
        Err(UnreadablePolicy::Invalid(refused)) => listed(refused).collect(),
        Err(not_json) => vec![format!("Policy: {not_json}")],
        Ok(policy) if policy.disabled != disabled => {
            vec![format!(
                "Policy: $.disabled: {} — allowed: {disabled}, like the stack's DisablePatchManager",
                policy.disabled
            )]
        }
        // What takes everything down sets nothing up that would have to be allowed, or to open.
        Ok(_) if disabled => Vec::new(),
        Ok(policy) => {
            let refused = [member_roles.check(&policy), openings::check(&policy, now)];
            refused.into_iter().filter_map(Result::err).flat_map(listed).collect()
        }
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
pub(crate) mod tests;
