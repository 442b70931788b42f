//! Which patch groups have a baseline of their own.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::PatchGroupPatchBaselineMapping;
use lambda::CallError;
use lambda::call::every;
use patching::hosts::observation::{Instance, ManagedNode, PATCH_GROUP_TAGS, PatchGroup};

use super::pages::some_text;

const LISTING: &str = "ssm:DescribePatchGroups";
/// The most that it takes.
const PAGE_SIZE: i32 = 100;

/// All of them, where one of these hosts is in a group; else nobody needs to know.
pub(super) async fn that_count(
    ssm: &Client,
    instances: &[Instance],
    nodes: &[ManagedNode],
) -> Result<Vec<PatchGroup>, CallError> {
    let tags = instances.iter().map(|instance| &instance.tags).chain(nodes.iter().map(|node| &node.tags));
    if !tags.into_iter().any(|tags| PATCH_GROUP_TAGS.iter().any(|key| tags.contains_key(*key))) {
        return Ok(Vec::new());
    }
    let pages = ssm.describe_patch_groups().max_results(PAGE_SIZE).into_paginator().send();
    let mut groups = Vec::new();
    for page in every(pages, LISTING).await? {
        groups.extend(page.mappings.unwrap_or_default().into_iter().map(group).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(groups)
}

fn group(mapping: PatchGroupPatchBaselineMapping) -> Result<PatchGroup, CallError> {
    let left_out = |member| move || CallError::left_out(LISTING, member);
    let baseline = mapping.baseline_identity.ok_or_else(left_out("BaselineIdentity"))?;
    Ok(PatchGroup {
        name: some_text(mapping.patch_group).ok_or_else(left_out("PatchGroup"))?,
        baseline: some_text(baseline.baseline_id).ok_or_else(left_out("BaselineId"))?,
        baseline_name: baseline.baseline_name.unwrap_or_default(),
        operating_system: baseline.operating_system.ok_or_else(left_out("OperatingSystem"))?.as_str().to_owned(),
    })
}
