//! Sets Default Host Management Configuration (DHMC) in one Region of one account as the policy wants it.
//!
//! In: [`RegionRequest`]. Out: [`DhmcOutcome`]. Errors: those of [`CallError`],
//! and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `ssm:GetServiceSetting`, `ssm:UpdateServiceSetting` and
//! `ssm:ResetServiceSetting` on the setting, and `iam:PassRole` and `iam:GetRole` on the DHMC role. A plan only reads.

use aws_sdk_ssm::Client;
use futures::join;
use lambda::{CallError, Cause};
use member::dhmc;
use member::sessions::MemberSessions;
use patching::outcome::{DhmcOutcome, DhmcStatus};
use patching::request::RegionRequest;
use policy::input::Action;
use policy::{Dhmc, RoleName};

/// Enters the account and [configures](configure) its setting.
pub async fn handle(sessions: &MemberSessions, request: RegionRequest) -> Result<DhmcOutcome, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, .. } = request;
    let look_for = async |role: &RoleName| sessions.has_dhmc_role(&place.run, &place.account, role).await;
    sessions.with_ssm(&place, async |ssm: &Client| configure(ssm, action, &policy.dhmc, look_for).await).await
}

/// Answers what was done, or for a plan what would be. A policy without DHMC has the setting neither read nor written.
///
/// `look_for` asks the account for the role: Systems Manager may take a name that no role has, and hosts would be left without
/// one. Where that may not be asked the role is taken to be there, and the outcome says so.
pub async fn configure(
    ssm: &Client,
    action: Action,
    policy: &Dhmc,
    look_for: impl AsyncFn(&RoleName) -> Result<(), CallError>,
) -> Result<DhmcOutcome, CallError> {
    let Some(role) = policy.wanted_role() else {
        return Ok(DhmcOutcome::default());
    };
    // What the Region itself says comes first: a denied one is skipped.
    let (value, found) = join!(dhmc::observe(ssm), look_for(role));
    let plan = patching::dhmc::plan(policy, &value?);
    let not_looked_for = match found {
        Ok(()) => None,
        // Somebody else's role stays: nothing hangs on ours.
        Err(_) if plan.status == DhmcStatus::Kept => None,
        Err(error) if error.cause == Cause::AccessDenied => Some(error.told()),
        Err(error) => return Err(error),
    };
    dhmc::carry_out(ssm, action, DhmcOutcome { not_looked_for, ..plan }).await
}
