//! Makes the maintenance windows in one Region of one account what the policy wants.
//!
//! In: [`RegionRequest`]. Out: [`Progress`]. Errors: those of [`CallError`](lambda::CallError), and `InvalidInput`; a try that
//! has written something before an error answers that, and asks for another try.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs the maintenance-window operations of SSM,
//! `ssm:ListTagsForResource` and `ssm:AddTagsToResource`, `ssm:DescribeDocument` and `iam:PassRole` on the task role. A
//! plan only reads.

use aws_sdk_ssm::Client;
use futures::try_join;
use lambda::CallError;
use member::progress;
use member::sessions::{MemberRole, MemberSessions};
use member::windows::{self, Site};
use patching::outcome::{Progress, Status};
use patching::plan::plan;
use patching::request::RegionRequest;
use patching::settings::{Desired, DocumentHashes, document_key};
use policy::input::Action;
use policy::{PatchPolicy, RoleArn};

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Sessions in member accounts.
    pub sessions: MemberSessions,
    /// Tells the partition in which the task role's ARN is.
    pub role: MemberRole,
}

/// Enters the account and [configures](configure) its windows.
pub async fn handle(context: &Context, request: RegionRequest) -> Result<Progress, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, earlier, .. } = request;
    let policy = policy.within(&context.role.partition, &place.region);
    let task_role = policy.task_role.as_ref().map(|name| context.role.other_arn(&place.account, name));
    let work = async |ssm: &Client| {
        let site = Site { ssm, place: &place, owner_tag: &policy.owner_tag, pause: Site::PAUSE };
        configure(&site, action, &policy, task_role.as_ref(), earlier.clone()).await
    };
    context.sessions.with_ssm(&place, work).await
}

/// Observes, plans, and unless only a plan was asked for makes the windows what the policy wants. Adds to what `earlier` tries
/// of the run have done.
pub async fn configure(
    site: &Site<'_>,
    action: Action,
    policy: &PatchPolicy,
    task_role: Option<&RoleArn>,
    earlier: Progress,
) -> Result<Progress, CallError> {
    let (observed, hashes) = try_join!(windows::observe(site, &earlier), hashes(site.ssm, policy))?;
    let desired = Desired::new(policy, task_role, &hashes);
    if !action.changes() {
        let plan = plan(&desired, &observed);
        let (windows, warnings) = (plan.predicted(), plan.warnings);
        return Ok(Progress { status: Status::Planned, again: false, windows, warnings, ..earlier });
    }
    let mut done = earlier;
    let result = windows::carry_out(site, &desired, observed, &mut done).await;
    progress::answer("ConfigureWindows", done, result)
}

async fn hashes(ssm: &Client, policy: &PatchPolicy) -> Result<DocumentHashes, CallError> {
    if !policy.pin_document_hash {
        return Ok(DocumentHashes::new());
    }
    windows::hashes(ssm, policy.windows.iter().map(|window| document_key(&window.task))).await
}
