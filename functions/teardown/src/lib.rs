//! Takes down in one Region of one account what a rollout set up there: the windows with the owner tag, then DHMC where
//! its value is ours.
//!
//! In: [`Request`]. Out: [`Response`]. Errors: those of [`CallError`](kit::CallError), and `InvalidInput`.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `ssm:DescribeMaintenanceWindows`,
//! `ssm:ListTagsForResource`, the other reading operations on windows with the owner tag,
//! `ssm:DeleteMaintenanceWindow`, `ssm:GetServiceSetting` and `ssm:ResetServiceSetting`.

use aws_sdk_ssm::Client;
use kit::member::MemberSessions;
use kit::{CallError, dhmc, windows};
use patching::dhmc::{plan_keep, plan_reset};
use patching::ids::{AccountId, Region, RunId};
use patching::input::Action;
use patching::outcome::{DhmcOutcome, Status, Warning, WindowOutcome};
use patching::plan::plan;
use patching::policy::PatchPolicy;
use patching::settings::Desired;
use patching::token::Place;
use serde::{Deserialize, Serialize};

/// Where to tear down, and what is ours there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// Plan, or carry the plan out.
    pub action: Action,
    /// The account to work in.
    pub account_id: AccountId,
    /// The Region to work in.
    pub region: Region,
    /// What was wanted there.
    pub policy: PatchPolicy,
    /// Whether the DHMC setting stays.
    #[serde(default)]
    pub keep_dhmc: bool,
}

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
pub async fn handle(sessions: &MemberSessions, request: Request) -> Result<Response, CallError> {
    let Request { run, action, account_id, region, policy, keep_dhmc } = request;
    let place = Place { run, account: account_id, region };
    sessions.with_ssm(&place, async |ssm: &Client| tear_down(ssm, &place, action, &policy, keep_dhmc).await).await
}

/// Reconciles with nothing wanted, then resets DHMC unless it is to stay; for a plan only answers what that would do.
pub async fn tear_down(
    ssm: &Client,
    place: &Place,
    action: Action,
    policy: &PatchPolicy,
    keep_dhmc: bool,
) -> Result<Response, CallError> {
    let observed = windows::observe(ssm, &policy.owner_tag).await?;
    let plan = plan(&Desired::nothing(policy.owner_tag.clone()), &observed);
    let windows = match action {
        Action::Plan => plan.predicted(),
        Action::Rollout | Action::Disable => windows::apply(ssm, place, &policy.owner_tag, &plan, 0).await?.windows,
    };
    let found = dhmc::observe(ssm).await?;
    let setting = if keep_dhmc { plan_keep(&policy.dhmc, &found) } else { plan_reset(&policy.dhmc, &found) };
    let (status, dhmc) = match action {
        Action::Plan => (Status::Planned, setting.outcome().planned()),
        Action::Rollout | Action::Disable => (Status::Succeeded, dhmc::apply(ssm, &setting).await?),
    };
    Ok(Response { status, dhmc, windows, warnings: plan.warnings })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn dhmc_is_reset_unless_the_request_says_otherwise() {
        let mut request = json!({
            "run": "r1", "action": "disable", "accountId": "111122223333", "region": "eu-west-1",
            "policy": {"windows": [], "dhmc": {"enabled": false}, "ownerTag": {"key": "createdBy", "value": "us"}}
        });
        assert!(!from_value::<Request>(request.clone()).unwrap().keep_dhmc);
        request["keepDhmc"] = true.into();
        assert!(from_value::<Request>(request).unwrap().keep_dhmc);
    }
}
