//! An account that may not tell which Regions it has enabled.

use local_aws::{Account, LocalAws};
use patching::outcome::{AccountOutcome, Status};
use serde_json::{Value, json};
use ssm_simulator::ConfigChange;

use crate::lifecycle::held;

pub(crate) async fn an_account_that_may_not_list_its_regions_is_set_up_and_swept_all_the_same(aws: &mut LocalAws) {
    let account = aws.organization.ready().nth(1).unwrap().clone();
    let [kept, left] = [0, 1].map(|at| aws.organization.regions[at].clone());
    deny(aws, &account, &["account:ListRegions"]).await;
    let run = aws.run("regions-described", &json!({"accounts": [account.id]})).await.unwrap();
    let [outcome] = run.summary().unwrap().outcomes.try_into().unwrap();
    assert_eq!((outcome.status, names(&outcome)), (Status::Succeeded, vec![]), "ec2:DescribeRegions tells as much");
    assert!(outcome.regions.len() > 1, "{outcome:?}");

    deny(aws, &account, &["account:ListRegions", "ec2:DescribeRegions"]).await;
    aws.update(&[("Regions", &kept)]).await.unwrap();
    let summary = held::stacks_run(aws, "stack-update").await.summary().unwrap();
    let outcome = summary.outcomes.iter().find(|outcome| outcome.id.as_str() == account.id).unwrap();
    assert_eq!((outcome.status, names(outcome)), (Status::Succeeded, vec!["RegionsNotListed"]));
    assert!(outcome.regions.iter().any(|region| region.region.as_str() == left), "{outcome:?}");
    for regions in held::regions_with_windows(aws).await {
        assert_eq!(regions, [kept.clone()].into());
    }
    deny(aws, &account, &[]).await;
    aws.update(&[("Regions", &aws.organization.regions.join(","))]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}

fn names(outcome: &AccountOutcome) -> Vec<&str> {
    outcome.warnings.iter().map(|warning| warning.name.as_str()).collect()
}

async fn deny(aws: &LocalAws, account: &Account, actions: &[&str]) {
    let statement = json!([{"Effect": "Deny", "Action": actions, "Resource": "*"}]);
    let policies: Vec<Value> =
        if actions.is_empty() { Vec::new() } else { vec![json!({"Version": "2012-10-17", "Statement": statement})] };
    let service_control_policies = [(account.id.clone(), policies)].into();
    let change = ConfigChange { service_control_policies, ..ConfigChange::default() };
    aws.simulator.configure(&change).await.unwrap();
}
