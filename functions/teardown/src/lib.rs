//! Takes down in one Region of one account what a rollout set up there: the windows with the owner tag, then DHMC where
//! its value is ours.
//!
//! In: [`RegionRequest`]. Out: [`Progress`]. Errors: those of [`CallError`], and `InvalidInput`; a try that has
//! written something before an error answers that, and asks for another try.
//!
//! Needs `sts:AssumeRole` on the configuration role, which needs `ssm:DescribeMaintenanceWindows`,
//! `ssm:ListTagsForResource`, the other reading operations on windows with the owner tag,
//! `ssm:DeleteMaintenanceWindow`, `ssm:GetServiceSetting` and `ssm:ResetServiceSetting`.

use aws_sdk_ssm::Client;
use futures::join;
use lambda::{CallError, Cause};
use member::sessions::MemberSessions;
use member::windows::{self, Site};
use member::{dhmc, progress};
use patching::dhmc::plan_reset;
use patching::outcome::{DhmcOutcome, Progress};
use patching::request::RegionRequest;
use patching::settings::Desired;
use policy::input::Action;
use policy::{Dhmc, PatchPolicy};

/// Enters the account and [tears down](tear_down).
pub async fn handle(sessions: &MemberSessions, request: RegionRequest) -> Result<Progress, CallError> {
    let place = request.place();
    let RegionRequest { action, policy, keep_dhmc, earlier, .. } = request;
    let work = async |ssm: &Client| {
        let site = Site { ssm, place: &place, owner_tag: &policy.owner_tag, pause: Site::PAUSE };
        Box::pin(tear_down(&site, action, &policy, keep_dhmc, earlier.clone())).await
    };
    sessions.with_ssm(&place, work).await
}

/// Reconciles with nothing wanted, and resets DHMC unless it is to stay; for a plan only answers what that would do. When one of
/// the two fails, the other is done all the same.
pub async fn tear_down(
    site: &Site<'_>,
    action: Action,
    policy: &PatchPolicy,
    keep_dhmc: bool,
    earlier: Progress,
) -> Result<Progress, CallError> {
    let mut done = earlier;
    let (windows, dhmc) = join!(remove(site, action, &mut done), reset(site.ssm, action, &policy.dhmc, keep_dhmc));
    let dhmc = dhmc.map(|outcome| done.follow_dhmc(outcome));
    let result = match (windows, dhmc) {
        (Err(windows), Err(dhmc)) => Err(both(windows, dhmc)),
        (windows, dhmc) => windows.and(dhmc),
    };
    progress::answer("Teardown", action, done, result)
}

/// Both errors under the name of one: rather one that passes, and never that of a denied Region, which may be passed over, when
/// something else failed.
fn both(windows: CallError, dhmc: CallError) -> CallError {
    let is_denied = |error: &CallError| error.cause == Cause::RegionDenied;
    let after_dhmc = dhmc.is_passing() && !windows.is_passing() || is_denied(&windows) && !is_denied(&dhmc);
    if after_dhmc { dhmc.and(&windows) } else { windows.and(&dhmc) }
}

async fn remove(site: &Site<'_>, action: Action, done: &mut Progress) -> Result<(), CallError> {
    let observed = windows::observe(site, done).await?;
    let nothing = Desired { owner_tag: site.owner_tag.clone(), windows: Vec::new() };
    windows::carry_out(site, action, &nothing, observed, done).await
}

async fn reset(ssm: &Client, action: Action, policy: &Dhmc, keep: bool) -> Result<DhmcOutcome, CallError> {
    if !policy.enabled {
        return Ok(DhmcOutcome::default());
    }
    let found = dhmc::observe(ssm).await?;
    dhmc::carry_out(ssm, action, plan_reset(policy, &found, keep)).await
}

#[cfg(test)]
mod tests {
    use lambda::NamedError;
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn dhmc_is_reset_unless_the_request_says_otherwise() {
        let mut request = json!({
            "run": "r1", "action": "disable", "accountId": "111122223333", "region": "eu-west-1",
            "policy": {"windows": [], "dhmc": {"enabled": false}, "ownerTag": {"key": "createdBy", "value": "us"}}
        });
        assert!(!from_value::<RegionRequest>(request.clone()).unwrap().keep_dhmc);
        request["keepDhmc"] = true.into();
        assert!(from_value::<RegionRequest>(request).unwrap().keep_dhmc);
    }

    #[test]
    fn what_may_be_passed_over_hides_no_other_failure() {
        let failed = |cause| move || CallError::new(cause, "ssm:GetServiceSetting", "no");
        let (denied, throttled) = (failed(Cause::AccessDenied), failed(Cause::Throttled));
        let region_denied = failed(Cause::RegionDenied);
        for (windows, dhmc, name) in [
            (region_denied(), denied(), "AccessDenied"),
            (denied(), region_denied(), "AccessDenied"),
            (region_denied(), throttled(), "Throttled"),
            (throttled(), region_denied(), "Throttled"),
            (region_denied(), region_denied(), "RegionDenied"),
        ] {
            let error = both(windows, dhmc);
            assert_eq!((error.name(), error.message.matches("no").count()), (name, 2), "{error}");
        }
    }
}
