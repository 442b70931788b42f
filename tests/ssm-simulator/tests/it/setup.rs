//! What the tests share: a simulator, and SDK clients that call it as an account in a Region.

use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ssm::types::{MaintenanceWindowResourceType, MaintenanceWindowTaskType, Target};
use ssm_simulator::{Builder, Simulator};

use crate::virtual_environment;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

pub(crate) fn builder() -> Builder {
    Simulator::builder().virtual_environment(virtual_environment::find())
}

pub(crate) async fn simulator() -> Simulator {
    builder().start().await.unwrap()
}

pub(crate) async fn with_latency(milliseconds: u64) -> Simulator {
    builder().latency(Duration::from_millis(milliseconds)).start().await.unwrap()
}

/// A client that calls with this access key and does not try again.
pub(crate) fn client_for(endpoint: &str, access_key: &str, region: &str) -> Client {
    let config = aws_sdk_ssm::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(access_key, "secret", Some("token".into()), None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

pub(crate) fn client(simulator: &Simulator) -> Client {
    client_for(&simulator.endpoint_url(), ACCOUNT, REGION)
}

pub(crate) async fn create_window(client: &Client, name: &str) -> Result<String, aws_sdk_ssm::Error> {
    let request = client.create_maintenance_window().name(name).schedule("cron(0 0 1 ? * FRI *)");
    let request = request.duration(6).cutoff(1).allow_unassociated_targets(false);
    Ok(request.send().await?.window_id.unwrap())
}

pub(crate) async fn register_target(client: &Client, window: &str) -> String {
    let target = Target::builder().key("tag:InstanceOS").values("Linux").build();
    let request = client.register_target_with_maintenance_window().window_id(window).targets(target);
    let request = request.resource_type(MaintenanceWindowResourceType::Instance);
    request.send().await.unwrap().window_target_id.unwrap()
}

pub(crate) async fn register_task(client: &Client, window: &str, target: &str) -> String {
    let target = Target::builder().key("WindowTargetIds").values(target).build();
    let request = client.register_task_with_maintenance_window().window_id(window).targets(target);
    let request = request.task_arn("AWS-RunPatchBaseline").task_type(MaintenanceWindowTaskType::RunCommand);
    request.max_concurrency("100").max_errors("1").send().await.unwrap().window_task_id.unwrap()
}

/// The code of the error that a call ended in.
pub(crate) fn code(error: &impl aws_sdk_ssm::error::ProvideErrorMetadata) -> &str {
    error.code().unwrap_or_default()
}
