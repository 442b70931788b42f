//! What service control policies deny is denied to everybody in the account, with AWS's message.

use serde_json::{Value, json};
use ssm_simulator::{ConfigChange, Simulator};

use crate::setup::{ACCOUNT, REGION, client_for, code, simulator};

const DENIED: &str = "us-east-1";

async fn with(statement: Value) -> Simulator {
    let simulator = simulator().await;
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    let service_control_policies = [(ACCOUNT.to_owned(), vec![policy])].into();
    simulator.configure(ConfigChange { service_control_policies, ..ConfigChange::default() });
    simulator
}

async fn refusal(simulator: &Simulator, account: &str, region: &str) -> Option<(String, String)> {
    let client = client_for(&simulator.endpoint_url(), account, region);
    let error = client.describe_maintenance_windows().send().await.err()?;
    let message = error.as_service_error()?.meta().message().unwrap_or_default().to_owned();
    Some((code(&error).to_owned(), message))
}

#[tokio::test]
async fn a_region_is_denied_to_the_account_and_the_others_are_not() {
    let simulator = with(json!({
        "Effect": "Deny", "NotAction": ["account:*", "iam:*", "sts:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION]}}
    }))
    .await;
    let (code, message) = refusal(&simulator, ACCOUNT, DENIED).await.unwrap();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.ends_with("with an explicit deny in a service control policy"), "{message}");
    assert_eq!(refusal(&simulator, ACCOUNT, REGION).await, None);
    assert_eq!(refusal(&simulator, "444455556666", DENIED).await, None);
}

#[tokio::test]
async fn everything_may_be_denied() {
    let simulator = with(json!({"Effect": "Deny", "Action": "*", "Resource": "*"})).await;
    assert!(refusal(&simulator, ACCOUNT, REGION).await.is_some());
}
