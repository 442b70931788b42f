//! Sets Default Host Management Configuration (DHMC) in one Region of one account as the policy wants it.
//!
//! In: [`RegionRequest`]. Out: [`DhmcOutcome`](patching::outcome::DhmcOutcome). Errors: those of [`CallError`](lambda::CallError),
//! and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `ssm:GetServiceSetting`, `ssm:UpdateServiceSetting` and
//! `ssm:ResetServiceSetting` on the setting, and `iam:PassRole` on the DHMC role. A plan only reads.

use aws_sdk_ssm::Client;
use lambda::CallError;
use member::dhmc;
use member::sessions::MemberSessions;
use patching::outcome::DhmcOutcome;
use patching::request::RegionRequest;
use policy::Dhmc;
use policy::input::Action;

/// Enters the account and [configures](configure) its setting.
pub async fn handle(sessions: &MemberSessions, request: RegionRequest) -> Result<DhmcOutcome, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, .. } = request;
    sessions.with_ssm(&place, async |ssm: &Client| configure(ssm, action, &policy.dhmc).await).await
}

/// Answers what was done, or for a plan what would be. A policy without DHMC has the setting neither read nor written.
pub async fn configure(ssm: &Client, action: Action, policy: &Dhmc) -> Result<DhmcOutcome, CallError> {
    if !policy.enabled {
        return Ok(DhmcOutcome::left_alone());
    }
    let value = dhmc::observe(ssm).await?;
    let plan = patching::dhmc::plan(policy, &value);
    if action.changes() { dhmc::apply(ssm, &plan).await } else { Ok(plan.outcome().planned()) }
}
