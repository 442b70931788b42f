//! The decision: from CloudFormation's request to an answer, or to an execution.

use jiff::Timestamp;
use patching::names::Names;
use patching::openings;
use policy::ids::RunId;
use policy::input::{Action, ExecutionInput, Trigger};
use policy::member_roles::MemberRoles;
use policy::{InvalidPolicy, OnDelete, PatchPolicy, UnreadablePolicy};
use record::stack_answer::{Answer, Attributes, NOT_BEGUN, Reason, RequestType};

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
    /// What is known as ours from then on; a deletion leaves nothing.
    pub names: Option<Names>,
}

/// What is wrong with a request; never empty.
type Problems = Vec<String>;

/// What to do at `now` about `event`, which asks for a policy that `member_roles` have to allow, and that has to keep the names
/// of what is `set_up`.
pub fn decide(event: &Event<'_>, member_roles: &MemberRoles, set_up: Option<&Names>, now: Timestamp) -> Decision {
    let decision = match event.request_type {
        Some(RequestType::Delete) => delete(event),
        Some(request_type) => create_or_update(event, request_type, member_roles, set_up, now),
        None => Err(vec!["RequestType: allowed: Create, Update or Delete".to_owned()]),
    };
    decision.unwrap_or_else(|problems| {
        let is_creation = event.request_type == Some(RequestType::Create);
        let refusal = if is_creation { Answer::not_begun } else { Answer::failed };
        Decision::Answer(refusal(reason(problems)))
    })
}

/// Looks at the policy although the state machine reads it again: the run that takes everything down reads it, too.
fn create_or_update(
    event: &Event<'_>,
    request_type: RequestType,
    member_roles: &MemberRoles,
    set_up: Option<&Names>,
    now: Timestamp,
) -> Result<Decision, Problems> {
    let mut problems = Vec::new();
    let disabled = property(event, "Disabled", false, true_or_false, &mut problems);
    let waits = property(event, "WaitForRollout", true, true_or_false, &mut problems);
    let tolerance_percent = property(event, "FailureTolerancePercent", 50, percent, &mut problems);
    let policy = policy(event).map_err(|refused| problems.extend(refused)).ok();
    if let Some(policy) = &policy {
        // What goes back to a policy that has become impossible since is told by its run, as what fails in accounts is.
        let sets_up = !disabled && request_type != RequestType::Rollback;
        problems.extend(policy_problems(policy, disabled, sets_up.then_some(member_roles), set_up, now));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let is_creation = request_type == RequestType::Create;
    // Disabled from the start, there is nothing to roll out and nothing to take down.
    if (is_creation && disabled) || (!is_creation && changes_only_the_deletion(event)) {
        return Ok(nothing());
    }
    let names = policy.map(|policy| Names::of(&policy).after(set_up));
    Ok(Decision::Start(if disabled {
        // If it failed, CloudFormation would go back to the former properties, and the rollout for these put all windows back.
        Start { waits, names, ..start(event, request_type, Action::Disable)? }
    } else {
        Start { waits, tolerance_percent, names, ..start(event, request_type, Action::Rollout)? }
    }))
}

fn nothing() -> Decision {
    Decision::Answer(Answer::success(Attributes::default()))
}

/// What becomes of Default Host Management Configuration when the stack is deleted concerns no run before that. So it can be said in
/// an organization in which rollouts fail, and which is then to be left.
fn changes_only_the_deletion(event: &Event<'_>) -> bool {
    let changed = event.changed();
    let parsed = |text: Option<&str>| {
        let mut policy = PatchPolicy::parse_text(text?).ok()?;
        policy.dhmc.on_delete = OnDelete::default();
        policy.waves.iter_mut().for_each(|wave| wave.policy.dhmc.on_delete = OnDelete::default());
        Some(policy)
    };
    let policy = parsed(event.property("Policy"));
    !changed.is_empty()
        && changed.iter().all(|name| ["OnDelete", "Policy"].contains(name))
        && policy.is_some()
        && policy == parsed(event.old_property("Policy"))
}

/// Looks at no property: a stack with properties that are not valid must be deletable, too. It always waits, as the roles that the execution
/// needs go next. A creation that was refused before it began has set up nothing, so nothing is taken down.
fn delete(event: &Event<'_>) -> Result<Decision, Problems> {
    if event.addressee.physical_resource_id == NOT_BEGUN {
        return Ok(nothing());
    }
    Ok(Decision::Start(start(event, RequestType::Delete, Action::Disable)?))
}

/// An execution for which the stack waits, and which may fail in every account.
fn start(event: &Event<'_>, request_type: RequestType, action: Action) -> Result<Start, Problems> {
    let trigger = match request_type {
        RequestType::Create => Trigger::StackCreate,
        RequestType::Update | RequestType::Rollback => Trigger::StackUpdate,
        RequestType::Delete => Trigger::StackDelete,
    };
    let run = format!("{trigger}-{}", event.addressee.request_id);
    Ok(Start {
        run: run.parse().map_err(|error| vec![format!("RequestId: {error}")])?,
        request_type,
        input: ExecutionInput { action: Some(action), trigger, ..ExecutionInput::default() },
        waits: true,
        tolerance_percent: 100,
        names: None,
    })
}

/// What `read` makes of a property's text, or says is allowed.
fn property<T>(
    event: &Event<'_>,
    name: &str,
    default: T,
    read: impl Fn(&str) -> Result<T, &'static str>,
    problems: &mut Problems,
) -> T {
    let Some(text) = event.property(name) else { return default };
    read(text).unwrap_or_else(|allowed| {
        problems.push(format!("{name}: {text:?} — allowed: {allowed}"));
        default
    })
}

fn true_or_false(text: &str) -> Result<bool, &'static str> {
    text.to_ascii_lowercase().parse().map_err(|_| "true or false")
}

fn percent(text: &str) -> Result<u8, &'static str> {
    text.parse().ok().filter(|percent| *percent <= 100).ok_or("a whole number from 0 to 100")
}

fn policy(event: &Event<'_>) -> Result<PatchPolicy, Problems> {
    let Some(text) = event.property("Policy") else {
        return Err(vec!["Policy: missing — allowed: the policy's JSON".to_owned()]);
    };
    PatchPolicy::parse_text(text).map_err(|error| match error {
        UnreadablePolicy::Invalid(refused) => listed(refused),
        not_json @ UnreadablePolicy::NotJson(_) => vec![format!("Policy: {not_json}")],
    })
}

fn listed(refused: InvalidPolicy) -> Problems {
    refused.problems.into_iter().map(|problem| format!("Policy: {problem}")).collect()
}

/// A policy that was written by hand may say otherwise than the stack does: then it would be open which of them holds.
fn policy_problems(
    policy: &PatchPolicy,
    disabled: bool,
    member_roles: Option<&MemberRoles>,
    set_up: Option<&Names>,
    now: Timestamp,
) -> Problems {
    if policy.disabled != disabled {
        return vec![format!(
            "Policy: $.disabled: {} — allowed: {disabled}, like the stack's DisablePatchManager",
            policy.disabled
        )];
    }
    let renamed = set_up.map(|set_up| Names::of(policy).changed_from(set_up)).unwrap_or_default();
    let renamed = renamed.into_iter().map(|problem| format!("Policy: {problem}"));
    // What takes everything down sets nothing up that would have to be allowed, or to open.
    let Some(member_roles) = member_roles else { return renamed.collect() };
    let refused = [member_roles.check(policy), openings::check(policy, now)];
    renamed.chain(refused.into_iter().filter_map(Result::err).flat_map(listed)).collect()
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
