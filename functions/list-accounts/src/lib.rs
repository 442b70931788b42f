//! Lists the accounts that a run is to work in and writes them to `runs/<run>/targets.json`, and those of each wave of the policy to
//! `runs/<run>/targets-<wave>.json`, from which the Distributed Map takes them.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: [`Error`], and `InvalidInput`.
//!
//! Needs `organizations:ListAccounts` or, for a run for named accounts, `organizations:DescribeAccount`;
//! `organizations:ListParents` where their answers have no path; `organizations:DescribeOrganizationalUnit`, `ssm:GetParameter`
//! on the Control Tower parameter, `account:ListRegions`, `dynamodb:Query` on the ledger, `s3:GetObject` and `s3:PutObject` on `runs/`.

mod context;
mod error;
mod organization;
mod regions;
mod retry;
mod select;
mod units;
mod waves;

use jiff::Timestamp;
use patching::outcome::Warning;
use patching::{approval, openings};
use policy::ids::RunId;
use policy::input::{Action, ExecutionInput, InvalidInput, Trigger};
use policy::{OnDelete, PatchPolicy, Problem};
use record::{ObjectKey, object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use context::Context;
pub use error::Error;
pub use organization::client as organizations_client;
pub use select::Counts;
pub use units::Reason;
pub use waves::WaveOfRun;

/// The execution's input and the policy, both as they stand.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The execution's input: see [`ExecutionInput`].
    pub input: Value,
    /// The policy: see [`PatchPolicy`].
    pub policy: Value,
}

/// What the run is to do, and where that is written.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the run is to do.
    pub action: Action,
    /// The object with all targets.
    pub targets: ObjectKey,
    /// The waves that have targets, in their order.
    pub waves: Vec<WaveOfRun>,
    /// How many accounts.
    pub accounts: Counts,
    /// When the run's items leave the ledger, in seconds since 1970.
    pub expires_at: String,
    /// Whether Default Host Management Configuration stays when everything else is torn down.
    pub keep_dhmc: bool,
    /// How many runs were stopped for this one: what their functions are still about has to end first.
    pub replaced_runs: usize,
    /// What a person should look at, beside what the accounts have.
    pub warnings: Vec<Warning>,
}

/// Checks everything that the run is given before anything is done, then writes the targets.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let run = request.run;
    let (input, policy) = (ExecutionInput::parse(&request.input)?, PatchPolicy::parse(&request.policy)?);
    let retry = match &input.retry_of {
        Some(earlier) => Some(retry::of(context, earlier).await?),
        None => None,
    };
    let action = action(&input, retry.as_ref())?;
    refuse_while_disabled(&policy, action)?;
    let sets_up = matches!(action, Action::Rollout | Action::Plan);
    let mut warnings = Vec::new();
    if sets_up {
        context.member_roles.check(&policy)?;
        openings::check(&policy, now)?;
        warnings.extend(approval::warnings(&policy));
    }
    let regions = regions::in_scope(context, &policy.scope, action, input.regions.clone(), &mut warnings).await?;
    let footprint =
        if retry.is_none() && empties(&input, action) { Some(context.ledger.footprint().await?) } else { None };
    let retried = retry.as_ref().map(|retry| retry.targets.keys().cloned().collect());
    let asked = input.accounts.clone().or(retried);
    let organization = organization::read(&context.organizations, &policy, asked.as_ref()).await?;
    if asked.is_none() && action != Action::Disable {
        warnings.extend(units::check(&context.organizations, &policy, &organization.units()).await?);
    }
    let keep_dhmc = retry.as_ref().map_or_else(|| keeps_dhmc(&policy, &input), |retry| retry.keep_dhmc);
    let mut chosen = select::Selection {
        input: &input,
        action,
        keep_dhmc,
        scope: &policy.scope,
        paths: &organization.paths,
        retry: retry.as_ref().map(|retry| &retry.targets),
        footprint: footprint.as_ref(),
        regions,
    }
    .choose(organization.accounts);
    let sizes = retry.as_ref().map(|retry| &retry.sizes);
    waves::sort(&policy, &organization.paths, sizes, &mut chosen.targets);
    if asked.is_none() && sets_up {
        warnings.extend(waves::named_twice(&policy));
        warnings.extend(waves::of_nobody(&policy, &organization.paths, &chosen.targets));
    }
    let targets = context.targets_of(&run);
    object::write_json(&context.s3, &targets, &chosen.targets).await?;
    let by_name = input.accounts.is_some();
    let waves = waves::of_run(&policy, &request.policy, action, by_name, &targets, &chosen.targets);
    for (wave, of_wave) in waves.iter().filter(|(wave, _)| wave.targets != targets) {
        object::write_json(&context.s3, &wave.targets, of_wave).await?;
    }
    Ok(Response {
        action,
        targets,
        waves: waves.into_iter().map(|(wave, _)| wave).collect(),
        accounts: chosen.counts,
        expires_at: (now + context.history).as_second().to_string(),
        keep_dhmc,
        replaced_runs: input.replaces.len(),
        warnings,
    })
}

/// What the run is to do: a retry does what the run did that it retries.
fn action(input: &ExecutionInput, retry: Option<&retry::Retry>) -> Result<Action, InvalidInput> {
    let Some((retry, run)) = retry.zip(input.retry_of.as_ref()) else { return Ok(input.action.unwrap_or_default()) };
    let done = retry.action;
    match input.action.filter(|asked| *asked != done) {
        Some(asked) => {
            let allowed = format!("{done}, as the run {run} did; or leave it out");
            Err(InvalidInput { problems: vec![Problem::new("$.action", &asked, allowed)] })
        }
        None => Ok(done),
    }
}

/// For every trigger: otherwise the next account, schedule or on-demand event would undo the disabling.
fn refuse_while_disabled(policy: &PatchPolicy, action: Action) -> Result<(), Error> {
    if policy.disabled && action == Action::Rollout { Err(Error::PatchManagerDisabled) } else { Ok(()) }
}

/// To disable takes DHMC back where it is ours; to delete the stack does as its owner chose.
fn keeps_dhmc(policy: &PatchPolicy, input: &ExecutionInput) -> bool {
    input.trigger == Trigger::StackDelete && policy.dhmc.on_delete == OnDelete::Keep
}

/// After a stack update the accounts and Regions that are no longer in scope are emptied; other rollouts save themselves the
/// calls.
fn empties(input: &ExecutionInput, action: Action) -> bool {
    let is_whole_update = input.trigger == Trigger::StackUpdate && input.regions.is_none();
    action == Action::Disable || (action == Action::Rollout && is_whole_update)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use lambda::NamedError;

    fn policy(disabled: bool, on_delete: &str) -> PatchPolicy {
        PatchPolicy::parse(&json!({
            "windows": [],
            "dhmc": {"enabled": false, "onDelete": on_delete},
            "ownerTag": {"key": "createdBy", "value": "us"},
            "disabled": disabled
        }))
        .unwrap()
    }

    fn input(action: &str, trigger: &str) -> ExecutionInput {
        ExecutionInput::parse(&json!({"action": action, "trigger": trigger})).unwrap()
    }

    #[test]
    fn while_disabled_nothing_is_rolled_out_whatever_starts_it() {
        let disabled = policy(true, "keep");
        for trigger in ["stack-create", "stack-update", "schedule", "account-created", "on-demand", "manual"] {
            let action = action(&input("rollout", trigger), None).unwrap();
            let error = refuse_while_disabled(&disabled, action).unwrap_err();
            assert_eq!(error.name(), "PatchManagerDisabled", "{trigger}");
            refuse_while_disabled(&policy(false, "keep"), action).unwrap();
        }
    }

    #[test]
    fn while_disabled_a_plan_a_teardown_and_an_inspection_are_done() {
        for action in [Action::Plan, Action::Disable, Action::Inspect] {
            refuse_while_disabled(&policy(true, "keep"), action).unwrap();
        }
    }

    #[test]
    fn a_retry_does_what_the_run_did_and_refuses_to_do_anything_else() {
        let retry = retry::Retry { action: Action::Disable, ..retry::Retry::default() };
        let asked = |action: Value| ExecutionInput::parse(&json!({"retryOf": "r1", "action": action})).unwrap();
        assert_eq!(action(&asked(Value::Null), Some(&retry)).unwrap(), Action::Disable);
        assert_eq!(action(&asked(json!("disable")), Some(&retry)).unwrap(), Action::Disable);
        let error = action(&asked(json!("rollout")), Some(&retry)).unwrap_err();
        let [problem] = error.problems.try_into().unwrap();
        assert_eq!(problem.to_string(), "$.action: \"rollout\" — allowed: disable, as the run r1 did; or leave it out");
    }

    #[test]
    fn what_left_the_scope_is_emptied_by_a_stack_update_and_by_every_disable() {
        let empties = |name: &str, trigger: &str| {
            let input = input(name, trigger);
            empties(&input, input.action.unwrap())
        };
        assert!(empties("rollout", "stack-update"));
        assert!(
            empties("disable", "stack-update") && empties("disable", "stack-delete") && empties("disable", "manual")
        );
        assert!(!empties("rollout", "schedule") && !empties("rollout", "stack-create") && !empties("plan", "manual"));
        assert!(!empties("inspect", "schedule") && !empties("inspect", "stack-update"));
    }

    #[test]
    fn dhmc_is_kept_only_when_the_stack_is_deleted_and_its_owner_chose_so() {
        assert!(keeps_dhmc(&policy(false, "keep"), &input("disable", "stack-delete")));
        assert!(!keeps_dhmc(&policy(false, "reset"), &input("disable", "stack-delete")));
        assert!(!keeps_dhmc(&policy(true, "keep"), &input("disable", "stack-update")));
    }
}
