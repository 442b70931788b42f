//! An organization that denies Regions, and one of its accounts everything, as many do.

use local_aws::{Account, LocalAws};
use patching::outcome::{AccountOutcome, Status};
use serde_json::{Value, json};
use ssm_simulator::ConfigChange;

use crate::lifecycle::held;

/// To an account a Region is denied, to another one everything.
pub(crate) async fn what_service_control_policies_deny_is_skipped_by_name(aws: &mut LocalAws) {
    let [allowed, denied] = [0, 1].map(|at| aws.organization.regions[at].clone());
    let [one, other] = [1, 2].map(|at| aws.organization.ready().nth(at).unwrap().clone());
    set(aws, &one, &[without_region(&denied)]).await;
    set(aws, &other, &[everything()]).await;

    aws.update(&[("Timezone", "Africa/Nairobi")]).await.unwrap();
    let run = held::stacks_run(aws, "stack-update").await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let summary = run.summary().unwrap();
    assert_eq!((summary.totals.accounts.failed, summary.skipped["AccountDenied"]), (0, 1));
    let (one_outcome, other_outcome) = (outcome(&summary.outcomes, &one), outcome(&summary.outcomes, &other));
    let reason = region(one_outcome, &denied).skipped.clone().unwrap();
    assert_eq!((one_outcome.status, reason.name.as_str()), (Status::Succeeded, "RegionDenied"));
    assert!(reason.message.contains("explicit deny in a service control policy"), "{}", reason.message);
    assert_eq!(region(one_outcome, &allowed).status, Status::Succeeded);
    assert_eq!(other_outcome.status, Status::Skipped);
    assert!(!aws.dead_letters().await.unwrap().iter().any(|letter| letter.attribute("run") == run.run));

    sweeping_a_denied_region_is_a_warning(aws, &one, &allowed, &denied).await;
    a_policy_may_want_it_red(aws, &one, &denied).await;
    set(aws, &other, &[]).await;
    what_fails_for_good_is_taken_back_all_the_same(aws, &one, &denied).await;
    set(aws, &other, &[everything()]).await;
    the_off_switch_ends_in_off(aws, &one, &denied).await;
    for account in [&one, &other] {
        set(aws, account, &[]).await;
    }
    let regions = aws.organization.regions.join(",");
    aws.update(&[("DisablePatchManager", "false"), ("Regions", &regions)]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}

async fn sweeping_a_denied_region_is_a_warning(aws: &mut LocalAws, account: &Account, allowed: &str, denied: &str) {
    aws.update(&[("Regions", allowed)]).await.unwrap();
    let run = held::stacks_run(aws, "stack-update").await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let summary = run.summary().unwrap();
    let swept = region(outcome(&summary.outcomes, account), denied);
    assert_eq!((swept.status, swept.warnings[0].name.as_str()), (Status::Skipped, "RegionDenied"));
    aws.update(&[("Regions", &aws.organization.regions.join(","))]).await.unwrap();
}

async fn a_policy_may_want_it_red(aws: &mut LocalAws, account: &Account, denied: &str) {
    let refused = aws.update(&[("OnRegionDenied", "Fail")]).await.unwrap_err().to_string();
    assert!(refused.contains("FailureTolerancePercent is 0"), "{refused}");
    assert!(refused.contains("RegionDenied"), "{refused}");
    let summary = held::stacks_run(aws, "stack-update").await.summary().unwrap();
    let error = region(outcome(&summary.outcomes, account), denied).error.clone();
    // CloudFormation has gone back to the former properties since, with a run of its own.
    assert_eq!((summary.totals.accounts.failed, error), (0, None));
}

async fn the_off_switch_ends_in_off(aws: &mut LocalAws, account: &Account, denied: &str) {
    aws.update(&[("DisablePatchManager", "true")]).await.unwrap();
    let run = held::stacks_run(aws, "stack-update").await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let summary = run.summary().unwrap();
    let left = region(outcome(&summary.outcomes, account), denied);
    assert_eq!((left.status, left.warnings[0].name.as_str()), (Status::Skipped, "RegionDenied"));
    assert!(summary.warnings >= 2, "the account to which everything is denied has one, too");
}

/// As in AWS's examples and Control Tower's own: only services that are not in any Region are let through.
fn without_region(region: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "NotAction": ["account:*", "iam:*", "organizations:*", "sts:*"], "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": [region]}}
    }]})
}

fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
}

/// Going back fails for the same reason, and a stack whose rollback failed would take no update any more.
async fn what_fails_for_good_is_taken_back_all_the_same(aws: &mut LocalAws, account: &Account, denied: &str) {
    set(aws, account, &[]).await;
    aws.update(&[("OnRegionDenied", "Fail")]).await.unwrap();
    set(aws, account, &[without_region(denied)]).await;
    for timezone in ["Africa/Cairo", "Africa/Lagos"] {
        let refused = aws.update(&[("Timezone", timezone)]).await.unwrap_err().to_string();
        assert!(refused.contains(" UPDATE_ROLLBACK_COMPLETE") && refused.contains("RegionDenied"), "{refused}");
        let run = held::stacks_run(aws, "stack-update").await;
        assert_eq!(run.status, "FAILED", "the run that went back");
    }
    aws.update(&[("OnRegionDenied", "Skip")]).await.unwrap();
}

async fn set(aws: &LocalAws, account: &Account, policies: &[Value]) {
    let service_control_policies = [(account.id.clone(), policies.to_vec())].into();
    let change = ConfigChange { service_control_policies, ..ConfigChange::default() };
    aws.simulator.configure(&change).await.unwrap();
}

fn outcome<'a>(outcomes: &'a [AccountOutcome], account: &Account) -> &'a AccountOutcome {
    outcomes.iter().find(|outcome| outcome.id.as_str() == account.id).unwrap()
}

fn region<'a>(outcome: &'a AccountOutcome, region: &str) -> &'a patching::outcome::RegionOutcome {
    outcome.regions.iter().find(|one| one.region.as_str() == region).unwrap_or_else(|| panic!("{outcome:?}"))
}
