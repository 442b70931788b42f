//! The managed nodes, and the tags of those that are not EC2's.

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{InstanceInformation, ResourceTypeForTagging};
use futures::stream::{self, StreamExt, TryStreamExt};
use lambda::CallError;
use lambda::call::{Called, every};
use patching::hosts::observation::ManagedNode;

use super::pages::{CONCURRENT_CALLS, some_text, timestamp};
use crate::windows::gone_is_none;

const LISTING: &str = "ssm:DescribeInstanceInformation";
/// The most that it takes.
const PAGE_SIZE: i32 = 50;

/// Every node that is managed, but those that are stopped or terminated: SSM leaves them out.
pub(super) async fn all(ssm: &Client) -> Result<Vec<ManagedNode>, CallError> {
    let pages = ssm.describe_instance_information().max_results(PAGE_SIZE).into_paginator().items().send();
    let nodes = every(pages, LISTING).await?;
    nodes.into_iter().map(node).collect()
}

fn node(node: InstanceInformation) -> Result<ManagedNode, CallError> {
    Ok(ManagedNode {
        id: some_text(node.instance_id).ok_or_else(|| CallError::left_out(LISTING, "InstanceId"))?,
        name: some_text(node.name).or_else(|| some_text(node.computer_name)),
        // A node of which this is not said is not online.
        ping_status: node.ping_status.map_or_else(|| "Unknown".to_owned(), |status| status.as_str().to_owned()),
        last_ping_at: node.last_ping_date_time.and_then(timestamp),
        agent_version: some_text(node.agent_version),
        platform_type: node.platform_type.map(|platform| platform.as_str().to_owned()),
        platform_name: some_text(node.platform_name),
        platform_version: some_text(node.platform_version),
        registered_at: node.registration_date.and_then(timestamp),
        source_type: node.source_type.map(|source| source.as_str().to_owned()),
        tags: BTreeMap::new(),
    })
}

/// The same, with the tags that SSM keeps of machines that are not EC2's (`ssm:ListTagsForResource`). One that somebody takes out
/// meanwhile is left out.
pub(super) async fn with_tags(ssm: &Client, nodes: Vec<ManagedNode>) -> Result<Vec<ManagedNode>, CallError> {
    let nodes: Vec<_> = stream::iter(nodes)
        .map(|node| async move {
            if !node.id.starts_with("mi-") {
                return Ok(Some(node));
            }
            let tags = gone_is_none(tags(ssm, &node.id)).await?;
            Ok::<_, CallError>(tags.map(|tags| ManagedNode { tags, ..node }))
        })
        .buffered(CONCURRENT_CALLS)
        .try_collect()
        .await?;
    Ok(nodes.into_iter().flatten().collect())
}

async fn tags(ssm: &Client, id: &str) -> Result<BTreeMap<String, String>, CallError> {
    let answer = ssm
        .list_tags_for_resource()
        .resource_type(ResourceTypeForTagging::ManagedInstance)
        .resource_id(id)
        .send()
        .await
        .called("ssm:ListTagsForResource")?;
    Ok(answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}
