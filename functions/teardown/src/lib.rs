//! Takes down in one Region of one account what a rollout set up there: the windows with the owner tag, then DHMC where
//! its value is ours.
//!
//! In: [`RegionRequest`]. Out: [`Response`]. Errors: those of [`CallError`](kit::CallError), and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `ssm:DescribeMaintenanceWindows`,
//! `ssm:ListTagsForResource`, the other reading operations on windows with the owner tag,
//! `ssm:DeleteMaintenanceWindow`, `ssm:GetServiceSetting` and `ssm:ResetServiceSetting`.

use aws_sdk_ssm::Client;
use kit::member::MemberSessions;
use kit::{CallError, dhmc, windows};
use patching::input::Action;
use patching::outcome::{DhmcOutcome, Status, Warning, WindowOutcome};
use patching::plan::plan;
use patching::policy::PatchPolicy;
use patching::request::RegionRequest;
use patching::settings::Desired;
use patching::token::Place;
use serde::Serialize;

/// What was done, or for a plan what would be.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Succeeded, or planned.
    pub status: Status,
    /// What became of the DHMC setting.
    pub dhmc: DhmcOutcome,
    /// One entry a window of ours.
    pub windows: Vec<WindowOutcome>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Enters the account and [tears down](tear_down).
pub async fn handle(sessions: &MemberSessions, request: RegionRequest) -> Result<Response, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, .. } = request;
    sessions.with_ssm(&place, async |ssm: &Client| tear_down(ssm, &place, action, &policy).await).await
}

/// Reconciles with nothing wanted, then resets DHMC; for a plan only answers what that would do.
pub async fn tear_down(
    ssm: &Client,
    place: &Place,
    action: Action,
    policy: &PatchPolicy,
) -> Result<Response, CallError> {
    let observed = windows::observe(ssm, &policy.owner_tag).await?;
    let plan = plan(&Desired::nothing(policy.owner_tag.clone()), &observed);
    let windows = match action {
        Action::Plan => plan.predicted(),
        Action::Rollout | Action::Disable => windows::apply(ssm, place, &policy.owner_tag, &plan).await?,
    };
    let setting = patching::dhmc::plan_reset(&policy.dhmc, &dhmc::observe(ssm).await?);
    let (status, dhmc) = match action {
        Action::Plan => (Status::Planned, setting.outcome().planned()),
        Action::Rollout | Action::Disable => (Status::Succeeded, dhmc::apply(ssm, &setting).await?),
    };
    Ok(Response { status, dhmc, windows, warnings: plan.warnings })
}
