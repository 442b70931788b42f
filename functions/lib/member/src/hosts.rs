//! What AWS says of the hosts of one account and Region. Only reads.

mod baselines;
mod commands;
mod executions;
mod instances;
mod nodes;
mod pages;
mod patch_groups;
mod patch_states;
mod windows;

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use futures::try_join;
use jiff::Timestamp;
use lambda::CallError;
use patching::hosts::observation::{Instance, ManagedNode, Observation};
use policy::OwnerTag;

use crate::dhmc;

/// Everything that is to be known of the hosts, at `now`; none where there are no hosts, which two calls tell.
///
/// `config` has a session's credentials and the Region. What fails, fails the whole: half of it would look like hosts of which
/// nothing is to be said.
pub async fn observe(
    config: &SdkConfig,
    owner_tag: &OwnerTag,
    now: Timestamp,
) -> Result<Option<Observation>, CallError> {
    let ssm = &Client::new(config);
    let (instances, nodes) = try_join!(instances::all(config), nodes::all(ssm))?;
    if instances.is_empty() && nodes.is_empty() {
        return Ok(None);
    }
    let (dhmc, nodes, states, windows) = try_join!(
        dhmc_role(ssm),
        nodes::with_tags(ssm, nodes.clone()),
        patch_states::of(ssm, with_a_state(&instances, &nodes)),
        windows::with_executions(ssm, owner_tag, now),
    )?;
    let (baselines, patch_groups) =
        try_join!(baselines::that_occur(ssm, &states, &nodes), patch_groups::that_count(ssm, &instances, &nodes),)?;
    Ok(Some(Observation { dhmc, instances, nodes, patch_states: states, windows, baselines, patch_groups }))
}

/// The role that is set; none also where the Region has no such setting.
async fn dhmc_role(ssm: &Client) -> Result<Option<String>, CallError> {
    match dhmc::observe(ssm).await {
        Err(error) if error.code.as_deref() == Some("ServiceSettingNotFound") => Ok(None),
        role => role.map(|role| Some(role).filter(|role| role != patching::dhmc::UNSET)),
    }
}

/// The hosts that may have a patch state: those that are managed, and stopped ones, which were.
fn with_a_state(instances: &[Instance], nodes: &[ManagedNode]) -> Vec<String> {
    let stopped = instances.iter().filter(|instance| instance.state != "running" && instance.operator.is_none());
    let mut ids: Vec<_> =
        stopped.map(|instance| &instance.id).chain(nodes.iter().map(|node| &node.id)).cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests;
