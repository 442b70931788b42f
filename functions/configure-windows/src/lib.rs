//! Makes the maintenance windows in one Region of one account what the policy wants.
//!
//! In: [`RegionRequest`]. Out: [`Progress`]. Errors: those of [`CallError`], and `InvalidInput`; a try that
//! has written something before an error answers that, and asks for another try.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs the maintenance-window operations of SSM,
//! `ssm:ListTagsForResource` and `ssm:AddTagsToResource`, `ssm:DescribeDocument` and `iam:PassRole` on the task role. A
//! plan only reads.

use aws_sdk_ssm::Client;
use futures::join;
use jiff::Timestamp;
use lambda::{CallError, Cause};
use member::progress;
use member::sessions::MemberSessions;
use member::windows::{self, KeptDocuments, Site};
use patching::documents::{to_be_read, unknown_parameters};
use patching::openings;
use patching::outcome::Progress;
use patching::request::RegionRequest;
use patching::settings::Desired;
use policy::input::Action;
use policy::{PatchPolicy, RoleArn};

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Sessions in member accounts.
    pub sessions: MemberSessions,
    /// The documents that tasks run.
    pub documents: KeptDocuments,
}

/// Enters the account and [configures](configure) its windows; their schedules are set at `now`.
pub async fn handle(context: &Context, request: RegionRequest, now: Timestamp) -> Result<Progress, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, earlier, .. } = request;
    let role = context.sessions.role();
    let policy = policy.within(&role.partition, &place.region);
    let task_role = policy.task_role.as_ref().map(|name| role.beside(&place.account, name));
    let work = async |ssm: &Client| {
        let site = Site { ssm, place: &place, owner_tag: &policy.owner_tag, pause: Site::PAUSE };
        Box::pin(configure(&site, &context.documents, action, &policy, task_role.as_ref(), earlier.clone())).await
    };
    let mut done = context.sessions.with_ssm(&place, work).await?;
    done.warnings.extend(openings::lost(&policy, &done.windows, now));
    Ok(done)
}

/// Observes, plans, and unless only a plan was asked for makes the windows what the policy wants. Adds to what `earlier` tries
/// of the run have done.
pub async fn configure(
    site: &Site<'_>,
    documents: &KeptDocuments,
    action: Action,
    policy: &PatchPolicy,
    task_role: Option<&RoleArn>,
    earlier: Progress,
) -> Result<Progress, CallError> {
    let documents = documents.read(site.ssm, site.place, to_be_read(policy));
    let (observed, documents) = join!(windows::observe(site, &earlier), documents);
    // First what came of the windows: what is denied there tells of a Region that is denied as a whole.
    let (observed, documents) = (observed?, documents?);
    let unknown = unknown_parameters(policy, &documents);
    if !unknown.is_empty() {
        let message = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        return Err(CallError::new(Cause::UnknownParameter, windows::DESCRIBING, message));
    }
    let desired = Desired::new(policy, task_role, &documents);
    let mut done = earlier;
    let result = windows::carry_out(site, action, &desired, observed, &mut done).await;
    progress::answer("ConfigureWindows", action, done, result)
}
