//! What the last patching operation of each node found.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::InstancePatchState;
use futures::stream::{self, StreamExt, TryStreamExt};
use lambda::CallError;
use lambda::call::every;
use patching::hosts::observation::{PatchCounts, PatchState};

use super::pages::{CONCURRENT_CALLS, timestamp};

const OPERATION: &str = "ssm:DescribeInstancePatchStates";
/// The most that it takes.
const IDS: usize = 50;
/// The most that it takes.
const PAGE_SIZE: i32 = 100;

/// The states of those of the nodes that have one.
pub(super) async fn of(ssm: &Client, ids: Vec<String>) -> Result<Vec<PatchState>, CallError> {
    let asked: Vec<Vec<String>> = ids.chunks(IDS).map(<[String]>::to_vec).collect();
    stream::iter(asked)
        .map(|ids| async move {
            let asked = ssm.describe_instance_patch_states().set_instance_ids(Some(ids)).max_results(PAGE_SIZE);
            let states = every(asked.into_paginator().items().send(), OPERATION).await?;
            states.into_iter().map(state).collect::<Result<Vec<_>, _>>()
        })
        .buffered(CONCURRENT_CALLS)
        .try_concat()
        .await
}

/// What the model says is always there, the SDK makes up where it is not.
fn state(state: InstancePatchState) -> Result<PatchState, CallError> {
    for (member, text) in [
        ("InstanceId", state.instance_id.as_str()),
        ("BaselineId", &state.baseline_id),
        ("Operation", state.operation.as_str()),
    ] {
        if text.is_empty() {
            return Err(CallError::left_out(OPERATION, member));
        }
    }
    let count = Option::unwrap_or_default;
    Ok(PatchState {
        counts: PatchCounts {
            installed: state.installed_count,
            pending_reboot: count(state.installed_pending_reboot_count),
            rejected: count(state.installed_rejected_count),
            missing: state.missing_count,
            failed: state.failed_count,
            critical: count(state.critical_non_compliant_count),
            security: count(state.security_non_compliant_count),
            other: count(state.other_non_compliant_count),
            available_security: count(state.available_security_update_count),
        },
        id: state.instance_id,
        baseline: state.baseline_id,
        operation: state.operation.as_str().to_owned(),
        ended_at: timestamp(state.operation_end_time),
        reboot_option: state.reboot_option.map(|option| option.as_str().to_owned()),
    })
}
