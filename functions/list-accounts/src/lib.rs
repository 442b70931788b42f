//! Lists the accounts that a run is to work in and writes them to `runs/<run>/targets.json`, from which the Distributed
//! Map takes them.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: [`Error`], and `InvalidInput`.
//!
//! Needs `organizations:ListRoots`, `organizations:ListAccountsForParent`,
//! `organizations:ListOrganizationalUnitsForParent`, `ssm:GetParameter` on the Control Tower parameter,
//! `dynamodb:Query` on the ledger and `s3:PutObject` on `runs/`.

mod organization;
mod regions;
mod select;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{self, LedgerError};
use kit::{CallError, ObjectKey, object};
use patching::ids::{AccountId, OrganizationalUnitId, Region, RunId};
use patching::input::{Action, ExecutionInput, InvalidInput, Trigger};
use patching::policy::{InvalidPolicy, OnDelete, PatchPolicy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{IntoStaticStr, VariantNames};

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
    /// The object with the targets.
    pub targets: ObjectKey,
    /// How many accounts.
    pub accounts: Counts,
    /// When the run's items leave the ledger, in seconds since 1970.
    pub expires_at: String,
    /// Whether Default Host Management Configuration stays when everything else is torn down.
    pub keep_dhmc: bool,
    /// How many runs were stopped for this one: what their functions are still about has to end first.
    pub replaced_runs: usize,
}

/// How many accounts the run takes and leaves out.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// To be worked in.
    pub in_scope: usize,
    /// Asked for by name, and not to be worked in: each of them will fail with its own error.
    pub unavailable: usize,
    /// Left out, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
}

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The execution's input is not one.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// The input asks for Regions that the policy's scope leaves out.
    #[error("$.regions: {} — allowed: {}, which the policy's scope names", list(.0), list(.1))]
    #[strum(serialize = "InvalidInput")]
    RegionsOutOfScope(BTreeSet<Region>, BTreeSet<Region>),
    /// The policy is not one.
    #[error(transparent)]
    InvalidPolicy(#[from] InvalidPolicy),
    /// Patch Manager is turned off: only a plan, or to take everything down, is done meanwhile.
    #[error("Patch Manager is disabled: set the stack's parameter DisablePatchManager to false to roll out again")]
    PatchManagerDisabled,
    /// The organization cannot be read from this account.
    #[error("the organization cannot be read")]
    OrganizationNotReadable(#[source] CallError),
    /// An organizational unit of the scope is not in the organization.
    #[error("$.scope.includedOrganizationalUnits: the organization has no unit {0}")]
    #[strum(serialize = "OrganizationNotReadable")]
    UnitNotInOrganization(OrganizationalUnitId),
    /// The scope names the Regions that Control Tower governs, and its parameter does not.
    #[error("the parameter {0} does not name the Regions that Control Tower governs")]
    ControlTowerRegionsNotReadable(&'static str, #[source] Option<CallError>),
    /// The earlier run that is to be retried has no record.
    #[error("$.retryOf: the ledger has no record of a run {0}")]
    RunNotFound(RunId),
    /// The record of the earlier run cannot be read.
    #[error("the record of the run that is to be retried cannot be read")]
    LedgerNotReadable(#[source] LedgerError),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    #[strum(disabled)]
    Call(#[from] CallError),
}

kit::named_error!(Error, Call: CallError);

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the management account, or one that it has delegated to.
    pub organizations: aws_sdk_organizations::Client,
    /// In the home Region.
    pub ssm: aws_sdk_ssm::Client,
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// In the home Region.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The bucket of targets and reports.
    pub bucket: String,
    /// The ledger's table.
    pub ledger_table: String,
    /// How long a run's items stay in the ledger.
    pub history: SignedDuration,
}

/// Checks everything that the run is given before anything is done, then writes the targets.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let run = request.run;
    let (input, policy) = (ExecutionInput::parse(&request.input)?, PatchPolicy::parse(&request.policy)?);
    refuse_while_disabled(&policy, &input)?;
    let retry = match &input.retry_of {
        Some(earlier) => Some(failed_in(context, earlier).await?),
        None => None,
    };
    let regions = regions::in_scope(&context.ssm, &policy.scope, &input).await?;
    let organization = organization::read(&context.organizations, &policy.scope).await?;
    let chosen = select::Selection {
        input: &input,
        excluded: &policy.scope.excluded_accounts,
        in_units: organization.in_scope.as_ref(),
        retry: retry.as_ref(),
        sweep: sweeps(&input, regions.as_ref()),
        regions,
    }
    .choose(organization.accounts);
    let targets = ObjectKey { bucket: context.bucket.clone(), key: format!("runs/{run}/targets.json") };
    // Targets are structs of strings, whose serialization cannot fail.
    let listed = serde_json::to_vec(&chosen.targets).unwrap_or_default();
    object::write(&context.s3, &targets, "application/json", listed).await?;
    Ok(Response {
        action: input.action,
        targets,
        accounts: Counts {
            in_scope: chosen.targets.len() - chosen.unavailable,
            unavailable: chosen.unavailable,
            skipped: chosen.skipped,
        },
        expires_at: (now + context.history).as_second().to_string(),
        keep_dhmc: keeps_dhmc(&policy, &input),
        replaced_runs: input.replaces.len(),
    })
}

/// Whatever starts it: otherwise the next account, schedule or on-demand event would undo the disabling.
fn refuse_while_disabled(policy: &PatchPolicy, input: &ExecutionInput) -> Result<(), Error> {
    if policy.disabled && input.action == Action::Rollout { Err(Error::PatchManagerDisabled) } else { Ok(()) }
}

/// To disable takes DHMC back where it is ours; to delete the stack does as its owner chose.
fn keeps_dhmc(policy: &PatchPolicy, input: &ExecutionInput) -> bool {
    input.trigger == Trigger::StackDelete && policy.dhmc.on_delete == OnDelete::Keep
}

/// After a stack update the Regions that are no longer in scope are emptied; other runs save themselves the calls.
fn sweeps(input: &ExecutionInput, regions: Option<&BTreeSet<Region>>) -> bool {
    input.action == Action::Rollout
        && input.trigger == Trigger::StackUpdate
        && input.regions.is_none()
        && regions.is_some()
}

/// The accounts that failed in the run `earlier`, each with the Regions to do again.
async fn failed_in(context: &Context, earlier: &RunId) -> Result<BTreeMap<AccountId, Option<BTreeSet<Region>>>, Error> {
    let outcomes = match ledger::read(&context.dynamodb, &context.ledger_table, earlier).await {
        Err(LedgerError::Call(error)) => return Err(error.into()),
        read => read.map_err(Error::LedgerNotReadable)?,
    };
    if outcomes.is_empty() {
        return Err(Error::RunNotFound(earlier.clone()));
    }
    let failed = outcomes.into_iter().filter(|account| account.status == patching::outcome::Status::Failed);
    Ok(failed.map(|account| (account.id.clone(), account.failed_regions())).collect())
}

fn list(regions: &BTreeSet<Region>) -> String {
    regions.iter().map(Region::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use kit::NamedError;

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
            let error = refuse_while_disabled(&disabled, &input("rollout", trigger)).unwrap_err();
            assert_eq!(error.name(), "PatchManagerDisabled", "{trigger}");
            refuse_while_disabled(&policy(false, "keep"), &input("rollout", trigger)).unwrap();
        }
    }

    #[test]
    fn while_disabled_a_plan_and_a_teardown_are_done() {
        for action in ["plan", "disable"] {
            refuse_while_disabled(&policy(true, "keep"), &input(action, "manual")).unwrap();
        }
    }

    #[test]
    fn dhmc_is_kept_only_when_the_stack_is_deleted_and_its_owner_chose_so() {
        assert!(keeps_dhmc(&policy(false, "keep"), &input("disable", "stack-delete")));
        assert!(!keeps_dhmc(&policy(false, "reset"), &input("disable", "stack-delete")));
        assert!(!keeps_dhmc(&policy(true, "keep"), &input("disable", "stack-update")));
    }
}
