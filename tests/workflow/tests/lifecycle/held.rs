//! What the accounts hold.

use std::collections::BTreeSet;

use local_aws::{LocalAws, RunResult};
use serde_json::Value;
use ssm_simulator::WindowSnapshot;

/// The windows of the stack's own policy.
const WINDOWS: usize = 3;
pub(crate) const NO_DHMC: &str = "$None";

/// The Regions in which each account has windows, in the order of the organization's accounts.
pub(crate) async fn regions_with_windows(aws: &LocalAws) -> Vec<BTreeSet<String>> {
    let state = aws.simulator.state().await.unwrap();
    let of = |account: &str| {
        let held = state.0.iter().filter(|one| one.account == account && !one.windows.is_empty());
        held.inspect(|one| assert_eq!(one.windows.len(), WINDOWS, "{account} {}", one.region))
            .map(|one| one.region.clone())
            .collect()
    };
    aws.organization.ready().map(|account| of(&account.id)).collect()
}

/// The Regions in which each account is to have windows.
pub(crate) fn regions_in_scope(aws: &LocalAws) -> Vec<BTreeSet<String>> {
    aws.organization.ready().map(|account| account.regions.iter().cloned().collect()).collect()
}

/// All windows of the organization.
pub(crate) async fn windows(aws: &LocalAws) -> Vec<WindowSnapshot> {
    aws.simulator.state().await.unwrap().0.into_iter().flat_map(|one| one.windows).collect()
}

/// The Operation of each task that has one.
pub(crate) async fn operations(aws: &LocalAws) -> BTreeSet<String> {
    let command = |window: &WindowSnapshot| window.tasks[0]["TaskInvocationParameters"]["RunCommand"].clone();
    let operations =
        windows(aws).await.into_iter().map(|window| command(&window)["Parameters"]["Operation"][0].clone());
    operations.filter_map(|operation| operation.as_str().map(ToOwned::to_owned)).collect()
}

/// The values of a window's field.
pub(crate) async fn values(aws: &LocalAws, field: &str) -> BTreeSet<String> {
    windows(aws).await.iter().map(|window| window.window[field].as_str().unwrap().to_owned()).collect()
}

/// The roles of Default Host Management Configuration, where an account was ever called.
pub(crate) async fn dhmc_roles(aws: &LocalAws) -> BTreeSet<String> {
    aws.simulator.state().await.unwrap().0.into_iter().map(|one| one.dhmc_role).collect()
}

/// The run that the stack started last.
pub(crate) async fn stacks_run(aws: &LocalAws, trigger: &str) -> RunResult {
    aws.follow(trigger, |_| {}).await.unwrap()
}

/// An attribute of the stack's custom resource, as an output shows it.
pub(crate) async fn output(aws: &LocalAws, name: &str) -> Value {
    let described = aws.clients.cloudformation().describe_stacks().stack_name("patch-manager").send().await.unwrap();
    let stack = described.stacks()[0].clone();
    let output = stack.outputs().iter().find(|output| output.output_key() == Some(name)).cloned();
    output.and_then(|output| output.output_value).into()
}
