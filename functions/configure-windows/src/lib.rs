//! Makes the maintenance windows in one Region of one account what the policy wants.
//!
//! In: [`RegionRequest`]. Out: [`Response`]. Errors: those of [`CallError`](kit::CallError), and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs the maintenance-window operations of SSM,
//! `ssm:ListTagsForResource` and `ssm:AddTagsToResource`, `ssm:DescribeDocument` and `iam:PassRole` on the task role. A
//! plan only reads.

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;
use futures::try_join;
use kit::CallError;
use kit::member::{MemberRole, MemberSessions};
use kit::windows::{self, Applied};
use patching::ids::RoleArn;
use patching::input::Action;
use patching::outcome::{Status, Warning, WindowOutcome};
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
    /// One entry a window of ours.
    pub windows: Vec<WindowOutcome>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Sessions in member accounts.
    pub sessions: MemberSessions,
    /// Tells the partition in which the task role's ARN is.
    pub role: MemberRole,
}

/// Enters the account and [configures](configure) its windows.
pub async fn handle(context: &Context, request: RegionRequest) -> Result<Response, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, .. } = request;
    let task_role = policy.task_role.as_ref().map(|name| context.role.other_arn(&place.account, name));
    let work = async |ssm: &Client| configure(ssm, &place, action, &policy, task_role.as_ref()).await;
    context.sessions.with_ssm(&place, work).await
}

/// How often a run looks again while another one seems to be at work on the same windows.
const FURTHER_ROUNDS: u8 = 3;

/// Observes, plans, and unless only a plan was asked for applies it; again while another run seems to be at work on the same
/// windows, so that two runs at once leave nothing twice. Reports what the first round did, with the final ids.
pub async fn configure(
    ssm: &Client,
    place: &Place,
    action: Action,
    policy: &PatchPolicy,
    task_role: Option<&RoleArn>,
) -> Result<Response, CallError> {
    let (observed, hashes) = try_join!(windows::observe(ssm, &policy.owner_tag), hashes(ssm, policy))?;
    let desired = Desired::new(policy, task_role, &hashes);
    let first = plan(&desired, &observed);
    if action == Action::Plan {
        return Ok(Response { status: Status::Planned, windows: first.predicted(), warnings: first.warnings });
    }
    let Applied { mut windows, mut contested } = windows::apply(ssm, place, &policy.owner_tag, &first, 0).await?;
    for round in 1..=FURTHER_ROUNDS {
        if contested.is_none() {
            break;
        }
        let next = plan(&desired, &windows::observe(ssm, &policy.owner_tag).await?);
        let again = windows::apply(ssm, place, &policy.owner_tag, &next, round).await?;
        windows = windows.into_iter().map(|window| window.seen_again(&again.windows)).collect();
        contested = again.contested;
    }
    match contested {
        Some(error) => Err(error),
        None => Ok(Response { status: Status::Succeeded, windows, warnings: first.warnings }),
    }
}

async fn hashes(ssm: &Client, policy: &PatchPolicy) -> Result<BTreeMap<String, String>, CallError> {
    if !policy.pin_document_hash {
        return Ok(BTreeMap::new());
    }
    windows::hashes(ssm, policy.windows.iter().map(|window| window.task.document.as_str())).await
}
