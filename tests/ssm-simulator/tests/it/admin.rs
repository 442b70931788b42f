//! The simulator's own interface, through its client.

use std::collections::BTreeMap;

use serde_json::json;
use ssm_simulator::{Admin, ConfigChange, Fault, Faults, ScriptedFault};

use crate::setup::{ACCOUNT, REGION, client, create_window, register_target, simulator};

#[tokio::test]
async fn the_state_and_the_calls_are_the_same_from_inside_and_outside() {
    let simulator = simulator().await;
    let client = client(&simulator);
    let window = create_window(&client, "window").await.unwrap();
    register_target(&client, &window).await;
    let admin = Admin::new(&simulator.endpoint_url());
    assert!(admin.is_healthy().await);
    assert_eq!(admin.state().await.unwrap(), simulator.state());
    assert_eq!(admin.calls(0).await.unwrap(), simulator.calls());
    assert_eq!(
        admin.call_counts(1).await.unwrap().operations.into_keys().collect::<Vec<_>>(),
        ["RegisterTargetWithMaintenanceWindow"]
    );
    admin.reset().await.unwrap();
    assert!(admin.state().await.unwrap().0.is_empty());
}

#[tokio::test]
async fn a_change_of_the_configuration_leaves_the_rest() {
    let simulator = simulator().await;
    let admin = Admin::new(&simulator.endpoint_url());
    let scripted = vec![ScriptedFault::every_call(Fault::error("ThrottlingException")).in_account(ACCOUNT).nth(1)];
    let faults = Faults { scripted, ..Faults::default() };
    let change = ConfigChange { faults: Some(faults), page_size: Some(1), ..ConfigChange::default() };
    admin.configure(&change).await.unwrap();
    let account_regions = BTreeMap::from([("444455556666".to_owned(), vec![REGION.to_owned()])]);
    let config = admin.configure(&ConfigChange { account_regions, ..ConfigChange::default() }).await.unwrap();
    assert_eq!((config.page_size, config.account_regions.len()), (Some(1), 1));
    assert_eq!(config, simulator.config());
    assert!(create_window(&client(&simulator), "window").await.is_err());
    assert!(create_window(&client(&simulator), "window").await.is_ok());
}

#[tokio::test]
async fn a_document_hash_can_be_made_stale() {
    let simulator = simulator().await;
    let client = client(&simulator);
    let hash = async || {
        let document = client.describe_document().name("AWS-RunPatchBaseline").send().await.unwrap();
        document.document().unwrap().hash().unwrap().to_owned()
    };
    let before = hash().await;
    let document_hashes = BTreeMap::from([("AWS-RunPatchBaseline".to_owned(), "0".repeat(64))]);
    let change = ConfigChange { document_hashes, ..ConfigChange::default() };
    Admin::new(&simulator.endpoint_url()).configure(&change).await.unwrap();
    assert_ne!(hash().await, before);
}

#[tokio::test]
async fn a_change_with_a_mistake_is_refused_and_says_where() {
    let simulator = simulator().await;
    let page = format!("{}/_simulator/config", simulator.endpoint_url());
    let answer = reqwest::Client::new().post(page).json(&json!({ "latency": 5 })).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("unknown field `latency`"));
}
