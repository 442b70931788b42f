//! What creating and updating the stack does.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use local_aws::{LocalAws, RunResult};
use patching::outcome::{WindowOutcome, WindowStatus};
use serde_json::{Value, from_str, json};

use crate::lifecycle::held;

pub(crate) async fn creating_the_stack_waits_until_everything_is_set_up(aws: &LocalAws) {
    // Looked at first: nothing but the stack's own waiting has taken any time.
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    let run = held::stacks_run(aws, "stack-create").await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let bucket = &aws.deployment().unwrap().data_bucket;
    assert_eq!(held::output(aws, "RolloutReport").await, format!("s3://{bucket}/runs/{}/report.html", run.run));
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["America/New_York".to_owned()].into());
    assert_eq!(held::operations(aws).await, ["Scan".to_owned()].into());
}

pub(crate) async fn another_time_zone_reaches_every_window(aws: &mut LocalAws) {
    aws.update(&[("Timezone", "Europe/Berlin"), ("RegionConcurrency", "3")]).await.unwrap();
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["Europe/Berlin".to_owned()].into());
    let run = held::stacks_run(aws, "stack-update").await;
    is_of_the_definition_as_it_is_now(aws, &run).await;
    let windows = run.summary().unwrap().totals.windows;
    assert_eq!((windows.created, windows.updated), (0, held::windows(aws).await.len()));
}

async fn is_of_the_definition_as_it_is_now(aws: &LocalAws, run: &RunResult) {
    let sfn = aws.clients.sfn();
    let execution = sfn.describe_execution().execution_arn(&run.execution_arn).send().await.unwrap();
    let version = sfn.describe_state_machine().state_machine_arn(execution.state_machine_version_arn().unwrap());
    let machine = sfn.describe_state_machine().state_machine_arn(execution.state_machine_arn());
    let (version, machine) = (version.send().await.unwrap(), machine.send().await.unwrap());
    assert_eq!(version.definition(), machine.definition());
    assert!(version.definition().contains("\"MaxConcurrency\": 3"));
}

pub(crate) async fn install_reaches_every_task(aws: &mut LocalAws) {
    aws.update(&[("PatchOperation", "Install")]).await.unwrap();
    assert_eq!(held::operations(aws).await, ["Install".to_owned()].into());
}

pub(crate) async fn another_owner_tag_is_refused_while_windows_carry_the_old_one(aws: &mut LocalAws) {
    let refused = aws.update(&[("OwnerTagValue", "somebody-new")]).await.unwrap_err().to_string();
    assert!(refused.contains("$.ownerTag") && refused.contains("DisablePatchManager"), "{refused}");
    // CloudFormation has gone back to the former properties since, which are taken.
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    let ours = |tags: &BTreeMap<String, String>| tags["createdBy"] == "SRA_Patch_Management";
    assert!(held::windows(aws).await.iter().all(|window| ours(&window.tags)));
}

/// The scheduled rollout saves itself these calls; a stack update looks wherever a run may have left something.
pub(crate) async fn a_region_that_leaves_the_scope_is_emptied(aws: &mut LocalAws) {
    let before = aws.organization.regions.join(",");
    let kept = aws.organization.regions[0].clone();
    aws.update(&[("Regions", &kept)]).await.unwrap();
    for regions in held::regions_with_windows(aws).await {
        assert_eq!(regions, [kept.clone()].into());
    }
    aws.update(&[("Regions", &before)]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}

pub(crate) async fn an_account_that_leaves_the_scope_is_emptied(aws: &mut LocalAws) {
    let left = leaving(aws);
    aws.update(&[("ExcludedAccounts", &left)]).await.unwrap();
    let held = held::regions_with_windows(aws).await;
    let mut expected = held::regions_in_scope(aws);
    *expected.last_mut().unwrap() = BTreeSet::new();
    assert_eq!(held, expected);
    let run = held::stacks_run(aws, "stack-update").await.summary().unwrap();
    let outcome = run.outcomes.iter().find(|account| account.id.as_str() == left).unwrap();
    assert!(outcome.regions.iter().all(|region| region.windows.len() == 3), "{:?}", outcome.regions);
    // What it had is known to be gone: the next update leaves it alone.
    aws.update(&[("Timezone", "Europe/Paris")]).await.unwrap();
    let run = held::stacks_run(aws, "stack-update").await.summary().unwrap();
    assert!(run.outcomes.iter().all(|account| account.id.as_str() != left));
    assert_eq!(run.skipped["excluded"], 1);
    aws.update(&[("ExcludedAccounts", ""), ("Timezone", "Europe/Berlin")]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}

/// With all that is below it; and what is included beside it stays.
pub(crate) async fn an_organizational_unit_that_leaves_the_scope_is_emptied(aws: &mut LocalAws) {
    let (root, unit) = (aws.organization.root.clone(), aws.organization.units["Workloads"].clone());
    aws.update(&[("IncludedOrganizationalUnits", &root), ("ExcludedOrganizationalUnits", &unit)]).await.unwrap();
    let run = held::stacks_run(aws, "stack-update").await.summary().unwrap();
    let emptied: Vec<_> = run
        .outcomes
        .iter()
        .filter(|account| account.regions.iter().any(|region| region.windows.iter().any(is_deleted)))
        .map(|account| account.organizational_unit.clone().unwrap())
        .collect();
    assert!(!emptied.is_empty() && emptied.iter().all(|unit| unit.starts_with("Root/Workloads/")), "{emptied:?}");
    let held = held::regions_with_windows(aws).await;
    assert_eq!(held.iter().filter(|regions| regions.is_empty()).count(), emptied.len(), "{held:?}");
    assert!(held.iter().any(|regions| !regions.is_empty()), "{held:?}");
    aws.update(&[("IncludedOrganizationalUnits", ""), ("ExcludedOrganizationalUnits", "")]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}

fn is_deleted(window: &WindowOutcome) -> bool {
    window.status == WindowStatus::Deleted
}

/// As if the update that excludes the account had been aborted before it reached the account.
pub(crate) async fn a_disable_reaches_an_account_that_left_the_scope(aws: &mut LocalAws) {
    let before = policy(aws).await;
    let mut without = before.clone();
    without["scope"]["excludedAccounts"] = json!([leaving(aws)]);
    put_policy(aws, &without).await;
    let disabled = aws.run("disable-after-exclusion", &json!({"action": "disable"})).await.unwrap();
    assert_eq!(disabled.status, "SUCCEEDED", "{:?}", disabled.cause);
    assert_eq!(held::windows(aws).await, []);
    put_policy(aws, &before).await;
}

/// Everything is disabled, and one account is as if its execution had been aborted.
pub(crate) async fn a_retry_does_what_the_run_did_also_where_no_outcome_was_left(aws: &LocalAws) {
    let aborted = leaving(aws);
    aws.run("roll-out-again", &json!({})).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    aws.run("disable-one", &json!({"action": "disable", "accounts": [aborted]})).await.unwrap();
    aws.run("one-again", &json!({"accounts": [aborted]})).await.unwrap();
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let ledger = &aws.deployment().unwrap().ledger;
    let forgotten = aws.clients.dynamodb().delete_item().table_name(ledger);
    forgotten.key("run", key("disable-one")).key("account", key(&aborted)).send().await.unwrap();

    let refused = aws.run("not-a-rollout", &json!({"retryOf": "disable-one", "action": "rollout"})).await.unwrap();
    assert_eq!(refused.error.as_deref(), Some("InvalidInput"), "{:?}", refused.cause);
    let retried = aws.run("disable-one-again", &json!({"retryOf": "disable-one"})).await.unwrap();
    assert_eq!(retried.status, "SUCCEEDED", "{:?}", retried.cause);
    let held = held::regions_with_windows(aws).await;
    let (last, others) = held.split_last().unwrap();
    assert!(last.is_empty() && others.iter().all(|regions| !regions.is_empty()), "{held:?}");
    aws.run("all-again", &json!({})).await.unwrap();
}

fn leaving(aws: &LocalAws) -> String {
    aws.organization.ready().last().unwrap().id.clone()
}

async fn policy(aws: &LocalAws) -> Value {
    let name = &aws.deployment().unwrap().policy_parameter;
    let found = parameters(aws).get_parameter().name(name).send().await.unwrap();
    from_str(found.parameter.unwrap().value.as_deref().unwrap()).unwrap()
}

async fn put_policy(aws: &LocalAws, policy: &Value) {
    let name = &aws.deployment().unwrap().policy_parameter;
    let put = parameters(aws).put_parameter().name(name).overwrite(true);
    put.value(policy.to_string()).send().await.unwrap();
}

fn parameters(aws: &LocalAws) -> aws_sdk_ssm::Client {
    aws.clients.ssm_for(&aws.organization.accounts[0].id, &aws.clients.home_region)
}
