//! What the AWS SDK sees.

use aws_sdk_ssm::operation::RequestId as _;
use serde_json::{Value, json};
use ssm_simulator::DHMC_SETTING;

use crate::setup::{
    ACCOUNT, REGION, builder, client, client_for, code, create_window, register_target, register_task, simulator,
};

#[tokio::test]
async fn a_window_with_its_target_and_task_is_read_back() {
    let simulator = simulator().await;
    let client = client(&simulator);
    let window = create_window(&client, "sra_linux_maintenance").await.unwrap();
    let target = register_target(&client, &window).await;
    let task = register_task(&client, &window, &target).await;

    let read = client.get_maintenance_window().window_id(&window).send().await.unwrap();
    assert_eq!((read.name(), read.duration(), read.enabled()), (Some("sra_linux_maintenance"), Some(6), true));
    assert!(read.next_execution_time().is_some() && read.created_date().is_some());
    let read = client.get_maintenance_window_task().window_id(&window).window_task_id(&task).send().await.unwrap();
    assert_eq!(read.targets()[0].values(), [target]);

    let state = simulator.state();
    let held = state.get(ACCOUNT, REGION).and_then(|region| region.window("sra_linux_maintenance")).unwrap();
    assert_eq!((held.targets.len(), held.tasks.len()), (1, 1));
}

#[tokio::test]
async fn errors_are_those_of_the_model_and_have_a_request_id() {
    let simulator = simulator().await;
    let missing = client(&simulator).get_maintenance_window().window_id("mw-0123456789abcdef0").send().await;
    let error = missing.unwrap_err();
    assert!(error.request_id().is_some());
    let error = error.into_service_error();
    assert!(error.is_does_not_exist_exception());
    assert_eq!(error.meta().message(), Some("Maintenance window mw-0123456789abcdef0 does not exist"));
}

#[tokio::test]
async fn the_paginator_of_the_sdk_goes_through_small_pages() {
    let simulator = builder().page_size(2).start().await.unwrap();
    let client = client(&simulator);
    for number in 0..5 {
        create_window(&client, &format!("window-{number}")).await.unwrap();
    }
    let pages = client.describe_maintenance_windows().into_paginator().items().send();
    assert_eq!(pages.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 5);
    assert_eq!(simulator.calls().count("DescribeMaintenanceWindows"), 3);
}

#[tokio::test]
async fn accounts_and_regions_do_not_see_each_other() {
    let simulator = simulator().await;
    let endpoint = simulator.endpoint_url();
    create_window(&client(&simulator), "sra_linux_maintenance").await.unwrap();
    for (account, region) in [(ACCOUNT, "us-east-1"), ("444455556666", REGION)] {
        let other = client_for(&endpoint, account, region);
        let windows = other.describe_maintenance_windows().send().await.unwrap();
        assert!(windows.window_identities().is_empty(), "{account} {region}");
    }
}

#[tokio::test]
async fn a_region_that_is_not_enabled_refuses_the_credentials() {
    let simulator = builder().account_regions("444455556666", [REGION, "eu-south-2"]).start().await.unwrap();
    let endpoint = simulator.endpoint_url();
    let opted_in = client_for(&endpoint, "444455556666", "eu-south-2");
    assert!(opted_in.describe_maintenance_windows().send().await.is_ok());
    let not_opted_in = client_for(&endpoint, ACCOUNT, "eu-south-2");
    let error = not_opted_in.describe_maintenance_windows().send().await.unwrap_err();
    assert_eq!(code(&error), "UnrecognizedClientException");
}

#[tokio::test]
async fn an_access_key_that_nobody_knows_is_refused() {
    let simulator = builder().access_key("AKIAKNOWN", ACCOUNT).start().await.unwrap();
    let endpoint = simulator.endpoint_url();
    assert!(client_for(&endpoint, "AKIAKNOWN", REGION).describe_maintenance_windows().send().await.is_ok());
    let stranger = client_for(&endpoint, "AKIASTRANGER", REGION);
    let error = stranger.describe_maintenance_windows().send().await.unwrap_err();
    assert_eq!(code(&error), "UnrecognizedClientException");
}

#[tokio::test]
async fn dhmc_is_set_and_reset() {
    let simulator = simulator().await;
    let client = client(&simulator);
    let update = client.update_service_setting().setting_id(DHMC_SETTING).setting_value("service-role/Role");
    update.send().await.unwrap();
    let state = simulator.state();
    let region = state.get(ACCOUNT, REGION).unwrap();
    assert_eq!((region.dhmc_role.as_str(), region.dhmc_status.as_str()), ("service-role/Role", "Customized"));
    let reset = client.reset_service_setting().setting_id(DHMC_SETTING).send().await.unwrap();
    assert_eq!(reset.service_setting().unwrap().setting_value(), Some("$None"));
}

#[tokio::test]
async fn regions_are_listed_for_the_account_that_asks() {
    let regions = ["eu-west-1", "eu-south-2"];
    let simulator = builder().regions(["eu-west-1"]).account_regions("444455556666", regions).start().await.unwrap();
    let authorization = "AWS4-HMAC-SHA256 Credential=444455556666/20261123/us-east-1/account/aws4_request, Signature=0";
    let request = reqwest::Client::new().post(format!("{}/listRegions", simulator.endpoint_url()));
    let answer: Value = request
        .header("authorization", authorization)
        .json(&json!({ "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["Regions"][0], json!({ "RegionName": "eu-south-2", "RegionOptStatus": "ENABLED" }));
    assert_eq!(answer["Regions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_operation_that_is_not_answered_here_needs_an_upstream() {
    let simulator = simulator().await;
    let error = client(&simulator).get_parameter().name("/a").send().await.unwrap_err();
    assert_eq!(code(&error), "UnknownOperationException");
}

#[tokio::test]
async fn a_call_without_credentials_is_refused() {
    let simulator = simulator().await;
    let request = reqwest::Client::new().post(simulator.endpoint_url());
    let answer = request.header("x-amz-target", "AmazonSSM.GetMaintenanceWindow").body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["x-amzn-errortype"], "MissingAuthenticationTokenException");
}
