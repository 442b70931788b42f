//! Enters an account: proves that its configuration role can be assumed, and answers where the run has to work in it.
//!
//! In: [`Request`]. Out: [`Response`], never credentials: whatever a state answers can be read in the execution's
//! history. Errors: [`Error`], and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `account:ListRegions`, or `ec2:DescribeRegions` where that is
//! denied, and, in an account that has just joined, `ssm:GetServiceSetting` and `iam:GetRole`.

use std::collections::BTreeSet;

use aws_sdk_account::types::RegionOptStatus;
use jiff::{SignedDuration, Timestamp};
use lambda::call::{ENTERING, every};
use lambda::{CallError, Cause, SdkConfig};
use member::sessions::MemberSessions;
use member::{dhmc, ec2};
use patching::outcome::Warning;
use patching::place::Place;
use patching::targets::{AccountState, Target};
use policy::ids::{AccountId, Region, RunId};
use policy::input::Action;
use policy::{PatchPolicy, RoleName};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

const LISTING: &str = "account:ListRegions";

/// The account, and what the run is to do there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// What to do in the Regions that are in scope.
    pub action: Action,
    /// The account, and which of its Regions are in scope.
    pub target: Target,
    /// What is wanted there.
    pub policy: Option<PatchPolicy>,
}

/// Where to work.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Regions that the account has enabled, in scope or to be swept.
    pub regions: Vec<RegionTask>,
    /// Regions in scope that the account has not enabled: nothing can be done there, and nothing needs to be.
    pub not_enabled: Vec<Region>,
    /// Regions to be written down before anything is done in them, so that a later teardown finds them even when this run fails.
    pub footprint: Vec<Region>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What to do in one Region.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionTask {
    /// The Region.
    pub region: Region,
    /// The run's action; disable for a Region to be swept.
    pub action: Action,
}

/// Why the account cannot be worked in.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The account was asked for and is not in the organization.
    #[error("the account {0} is not in this organization")]
    AccountNotInOrganization(AccountId),
    /// The account was asked for and is closed, suspended or not ready yet.
    #[error("the account {0} is {1}; only ACTIVE accounts can be worked in")]
    AccountNotActive(AccountId, AccountState),
    /// The account joined a short while ago, and its configuration role or the one for DHMC is not there yet, or lacks policies.
    #[error("the account {0} joined a short while ago and its roles cannot be used yet")]
    RoleNotReady(AccountId, #[source] CallError),
    /// Service control policies deny the account both of the calls that list its Regions.
    #[error("service control policies deny the account {0} to list its Regions, and the policy names none")]
    AccountDenied(AccountId, #[source] CallError),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    Call(#[from] CallError),
}

lambda::named_error!(Error, Call: CallError);

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Sessions in member accounts.
    pub sessions: MemberSessions,
    /// How long after an account joined its role may still be on its way.
    pub grace: SignedDuration,
}

/// Assumes the role and lists the account's Regions; `now` tells whether the account is a new one.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let Request { run, action, target, policy } = request;
    match target.account.state {
        AccountState::Active => {}
        AccountState::NotInOrganization => return Err(Error::AccountNotInOrganization(target.account.id)),
        other => return Err(Error::AccountNotActive(target.account.id, other)),
    }
    let is_new = is_new(context.grace, action, &target, now);
    let enabled = context.sessions.with_config(&run, &target.account.id, enabled_regions).await;
    let response = match enabled {
        Ok(enabled) => in_scope(action, &target, enabled),
        Err(error) if error.cause == Cause::AccessDenied => denied(action, &target, error, is_new)?,
        Err(error) => return Err(error.into()),
    };
    let dhmc_role = policy.as_ref().and_then(|policy| policy.dhmc.wanted_role());
    let account = target.account.id;
    if is_new && let Some(error) = lacking(&context.sessions, &run, &account, &response.regions, dhmc_role).await {
        return Err(Error::RoleNotReady(account, error));
    }
    Ok(response)
}

/// What the roles of a new account lack. A role gets its policies one after the other, and reading the setting is in another one than listing
/// Regions is. A StackSet of its own brings the role for DHMC.
async fn lacking(
    sessions: &MemberSessions,
    run: &RunId,
    account: &AccountId,
    regions: &[RegionTask],
    dhmc_role: Option<&RoleName>,
) -> Option<CallError> {
    for RegionTask { region, .. } in regions {
        let place = Place { run: run.clone(), account: account.clone(), region: region.clone() };
        match sessions.with_ssm(&place, dhmc::observe).await {
            Err(error) if error.cause == Cause::AccessDenied => return Some(error),
            // Says nothing of the role.
            Err(error) if matches!(error.cause, Cause::RegionDenied | Cause::RegionDisabled) => {}
            // What else goes wrong is for the Regions to tell, here and below.
            _ => break,
        }
    }
    let looked_for = sessions.has_dhmc_role(run, account, dhmc_role?).await;
    looked_for.err().filter(|error| error.cause == Cause::DhmcRoleMissing)
}

/// Whether the role may be on its way: a StackSet brings it some minutes after the account joined, and it can be assumed before it
/// has all of its policies. Only a rollout waits for it: without the role nothing can have been set up that would have to be
/// removed.
fn is_new(grace: SignedDuration, action: Action, target: &Target, now: Timestamp) -> bool {
    let joined = target.account.joined_at.as_ref().and_then(|joined| joined.parse::<Timestamp>().ok());
    action == Action::Rollout && joined.is_some_and(|joined| now.duration_since(joined) < grace)
}

/// What to do about an account that cannot be entered, or may not tell its Regions.
fn denied(action: Action, target: &Target, error: CallError, is_new: bool) -> Result<Response, Error> {
    let (account, is_by_policy) = (target.account.id.clone(), error.is_by_service_control_policy());
    match unlisted(action, target, &error) {
        _ if is_new && !is_by_policy => Err(Error::RoleNotReady(account, error)),
        _ if error.operation == ENTERING => Err(error.into()),
        Some(response) => Ok(response),
        None if is_by_policy => Err(Error::AccountDenied(account, error)),
        None => Err(error.into()),
    }
}

/// `account:ListRegions`, asked in the account itself: opting in is per account. `ec2:DescribeRegions` where that is denied, as
/// by a policy that denies Regions and forgets the former.
async fn enabled_regions(config: &SdkConfig) -> Result<BTreeSet<Region>, CallError> {
    match list_regions(&aws_sdk_account::Client::new(config)).await {
        Err(denied) if denied.cause == Cause::AccessDenied => match ec2::enabled_regions(config).await {
            // The first of the two is what has to be allowed.
            Err(error) if error.cause == Cause::AccessDenied => Err(denied),
            other => other,
        },
        listed => listed,
    }
}

/// Works in the Regions that are named, enabled or not, when the account may not tell which ones it has enabled; those where
/// something of ours may be that left the scope are named, too.
fn unlisted(action: Action, target: &Target, denied: &CallError) -> Option<Response> {
    let mut named = target.regions.clone()?;
    named.extend(target.sweep_in.iter().flatten().cloned());
    let warning = Warning::new("RegionsNotListed", denied.told());
    Some(Response { warnings: vec![warning], ..in_scope(action, target, named) })
}

async fn list_regions(account: &aws_sdk_account::Client) -> Result<BTreeSet<Region>, CallError> {
    let enabled = account
        .list_regions()
        .region_opt_status_contains(RegionOptStatus::Enabled)
        .region_opt_status_contains(RegionOptStatus::EnabledByDefault);
    let regions = every(enabled.into_paginator().items().send(), LISTING).await?;
    if regions.is_empty() {
        // Each account has some enabled by default.
        return Err(CallError::left_out(LISTING, "Regions"));
    }
    // A Region whose name is not understood must not look like one that is not there.
    let named = |region: &aws_sdk_account::types::Region| region.region_name()?.parse().ok();
    regions.iter().map(|region| named(region).ok_or_else(|| CallError::left_out(LISTING, "RegionName"))).collect()
}

fn in_scope(action: Action, target: &Target, enabled: BTreeSet<Region>) -> Response {
    let (wanted, action) = (target.regions.as_ref(), target.action.unwrap_or(action));
    let not_enabled = wanted.map(|wanted| wanted.difference(&enabled).cloned().collect()).unwrap_or_default();
    let is_swept =
        |region: &Region| target.sweep && target.sweep_in.as_ref().is_none_or(|swept| swept.contains(region));
    let regions: Vec<_> = enabled
        .into_iter()
        .filter_map(|region| {
            let in_scope = wanted.is_none_or(|wanted| wanted.contains(&region));
            let action = if in_scope { Some(action) } else { is_swept(&region).then_some(Action::Disable) };
            action.map(|action| RegionTask { region, action })
        })
        .collect();
    // Swept Regions, too: of a sweep that fails nothing may be known but this.
    let noted = regions.iter().filter(|_| action == Action::Rollout).map(|task| task.region.clone()).collect();
    Response { regions, not_enabled, footprint: noted, warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use lambda::NamedError;
    use support::Server;

    use super::*;

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn target(wanted: Option<&[&str]>, sweep: bool) -> Target {
        from_value(json!({
            "account": {"id": "111122223333", "name": "a", "state": "ACTIVE", "joinedAt": "2026-01-01T00:00:00Z"},
            "regions": wanted, "sweep": sweep
        }))
        .unwrap()
    }

    #[test]
    fn without_a_list_every_enabled_region_is_in_scope() {
        let found = in_scope(Action::Rollout, &target(None, false), regions(&["eu-west-1", "us-east-1"]));
        assert_eq!(found.regions.len(), 2);
        assert_eq!(found.not_enabled, []);
    }

    #[test]
    fn a_region_that_the_account_has_not_enabled_is_named_and_left_out() {
        let found = in_scope(
            Action::Plan,
            &target(Some(&["af-south-1", "eu-west-1"]), false),
            regions(&["eu-west-1", "us-east-1"]),
        );
        assert_eq!(
            to_value(found).unwrap(),
            json!({"regions": [{"region": "eu-west-1", "action": "plan"}], "notEnabled": ["af-south-1"], "footprint": [], "warnings": []})
        );
    }

    fn failure(message: &str) -> CallError {
        let code = Some("AccessDeniedException".to_owned());
        CallError::answered("account:ListRegions", code, message.to_owned(), None, Some(400))
    }

    #[test]
    fn an_account_that_may_not_list_its_regions_is_worked_in_where_the_policy_names_any() {
        let target = target(Some(&["eu-west-1", "us-east-1"]), false);
        let response = unlisted(Action::Rollout, &target, &failure("no")).unwrap();
        assert_eq!((response.regions.len(), response.not_enabled.len()), (2, 0));
        assert_eq!(response.warnings[0].name, "RegionsNotListed");
        assert!(response.warnings[0].message.starts_with("account:ListRegions: "), "{:?}", response.warnings);
    }

    #[test]
    fn an_account_that_may_not_list_its_regions_is_swept_where_something_of_ours_may_be() {
        let target = Target { sweep_in: Some(regions(&["us-east-1"])), ..target(Some(&["eu-west-1"]), true) };
        let found = unlisted(Action::Rollout, &target, &failure("no")).unwrap();
        assert_eq!(
            to_value(&found.regions).unwrap(),
            json!([{"region": "eu-west-1", "action": "rollout"}, {"region": "us-east-1", "action": "disable"}])
        );
        let unswept = Target { sweep: false, ..target };
        assert_eq!(unlisted(Action::Rollout, &unswept, &failure("no")).unwrap().regions.len(), 1);
    }

    #[test]
    fn an_account_that_may_not_list_its_regions_fails_by_the_name_of_what_denies_it() {
        for (message, name) in [
            ("with an explicit deny in a service control policy", "AccountDenied"),
            ("because no identity-based policy allows the action", "AccessDenied"),
        ] {
            let target = target(None, false);
            assert_eq!(unlisted(Action::Rollout, &target, &failure(message)), None);
            assert_eq!(denied(Action::Rollout, &target, failure(message), false).unwrap_err().name(), name);
        }
    }

    #[tokio::test]
    async fn a_region_whose_name_is_not_understood_is_not_taken_for_one_that_is_not_there() {
        let server = Server::start().await;
        let account = aws_sdk_account::Client::new(&server.sdk_config());
        for (named, left_out) in [
            (json!([{"RegionName": "eu-west-1"}, {"RegionName": "Europe!"}]), "RegionName"),
            (json!([{"RegionName": "eu-west-1"}, {"RegionOptStatus": "ENABLED"}]), "RegionName"),
            (json!([]), "Regions"),
        ] {
            server.answers(200, &json!({ "Regions": named }).to_string());
            let error = list_regions(&account).await.unwrap_err();
            assert_eq!((error.name(), error.is_passing()), ("ServiceUnavailable", true), "{named}");
            assert!(error.to_string().ends_with(&format!("the answer has no {left_out}")), "{error}");
        }
        server.answers(200, &json!({"Regions": [{"RegionName": "eu-west-1"}]}).to_string());
        assert_eq!(list_regions(&account).await.unwrap(), regions(&["eu-west-1"]));
    }

    #[test]
    fn only_a_rollout_waits_for_a_role_and_to_the_end_of_the_grace() {
        let waits = |action, minutes| {
            let now = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes);
            is_new(SignedDuration::from_mins(90), action, &target(None, false), now)
        };
        assert!(waits(Action::Rollout, 0) && waits(Action::Rollout, 89) && !waits(Action::Rollout, 90));
        assert!(!waits(Action::Disable, 0) && !waits(Action::Plan, 0) && !waits(Action::Inspect, 0));
    }

    #[test]
    fn what_a_service_control_policy_denies_is_not_waited_for() {
        for (message, name) in [
            ("because no identity-based policy allows the account:ListRegions action", "RoleNotReady"),
            ("with an explicit deny in a service control policy", "AccountDenied"),
        ] {
            let error = denied(Action::Rollout, &target(None, false), failure(message), true).unwrap_err();
            assert_eq!(error.name(), name);
        }
    }

    #[test]
    fn a_sweep_disables_the_enabled_regions_out_of_scope() {
        let found =
            in_scope(Action::Rollout, &target(Some(&["eu-west-1"]), true), regions(&["eu-west-1", "us-east-1"]));
        assert_eq!(
            to_value(&found.regions).unwrap(),
            json!([{"region": "eu-west-1", "action": "rollout"}, {"region": "us-east-1", "action": "disable"}])
        );
        assert_eq!(found.footprint.len(), 2);
    }

    #[test]
    fn a_sweep_goes_only_where_something_of_ours_may_be() {
        let target = Target { sweep_in: Some(regions(&["us-east-1"])), ..target(Some(&["eu-west-1"]), true) };
        let found = in_scope(Action::Rollout, &target, regions(&["eu-west-1", "us-east-1", "us-west-2"]));
        let swept: Vec<_> = found.regions.iter().filter(|task| task.action == Action::Disable).collect();
        assert_eq!(swept, [&RegionTask { region: "us-east-1".parse().unwrap(), action: Action::Disable }]);
    }

    #[test]
    fn an_account_that_left_the_scope_is_torn_down_by_a_rollout() {
        let left = Target {
            action: Some(Action::Disable),
            sweep_in: Some(regions(&[])),
            ..target(Some(&["us-east-1"]), true)
        };
        let found = in_scope(Action::Rollout, &left, regions(&["eu-west-1", "us-east-1"]));
        assert_eq!(to_value(found.regions).unwrap(), json!([{"region": "us-east-1", "action": "disable"}]));
        assert_eq!(found.footprint, []);
    }
}
