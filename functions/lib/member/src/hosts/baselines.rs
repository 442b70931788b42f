//! The patch baselines that occur.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_patch_baseline::GetPatchBaselineOutput;
use aws_sdk_ssm::types::{OperatingSystem, PatchComplianceStatus, PatchRule, PatchRuleGroup};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lambda::call::Called;
use lambda::{CallError, Cause};
use patching::hosts::observation::{ManagedNode, ObservedBaseline, PatchState};
use patching::hosts::operating_system;

use super::pages::{CONCURRENT_CALLS, some_text, timestamp};
use crate::windows::gone_is_none;

const DEFAULT: &str = "ssm:GetDefaultPatchBaseline";
const READING: &str = "ssm:GetPatchBaseline";

/// Those that the patch states name, and the defaults of the operating systems that occur. Left out are one that somebody deletes
/// meanwhile, or has deleted since a host was scanned with it, the default of a system that the Region does not know, and one of another
/// account that does not let itself be read.
pub(super) async fn that_occur(
    ssm: &Client,
    states: &[PatchState],
    nodes: &[ManagedNode],
) -> Result<Vec<ObservedBaseline>, CallError> {
    let systems: BTreeSet<&str> = nodes.iter().filter_map(system).collect();
    let defaults: Vec<Option<String>> =
        stream::iter(systems).map(|system| default(ssm, system)).buffered(CONCURRENT_CALLS).try_collect().await?;
    let defaults: BTreeSet<String> = defaults.into_iter().flatten().collect();
    // By its id alone or by its ARN: both are the same baseline.
    let mut named: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for id in states.iter().map(|state| &state.baseline).chain(&defaults) {
        named.entry(own_id(id).to_owned()).or_default().insert(id);
    }
    let is_default = |id: &str| defaults.iter().any(|default| own_id(default) == own_id(id));
    let found: Vec<_> = stream::iter(named)
        .map(|(_, ids)| async move {
            let Some(first) = ids.first() else { return Ok(Vec::new()) };
            let read = match gone_is_none(read(ssm, first)).await {
                Err(error) if !is_default(first) && is_not_for_us(&error) => None,
                read => read?,
            };
            let Some(read) = read else { return Ok(Vec::new()) };
            ids.iter().map(|id| baseline(id, &read, is_default(id))).collect::<Result<Vec<_>, CallError>>()
        })
        .buffered(CONCURRENT_CALLS)
        .try_concat()
        .await?;
    Ok(found)
}

fn system(node: &ManagedNode) -> Option<&'static str> {
    operating_system(node.platform_name.as_deref()?, node.platform_version.as_deref())
}

/// `pb-…` also of an ARN.
fn own_id(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn is_not_for_us(error: &CallError) -> bool {
    matches!(error.cause, Cause::AccessDenied | Cause::RequestRefused)
}

async fn default(ssm: &Client, system: &str) -> Result<Option<String>, CallError> {
    let asked = ssm.get_default_patch_baseline().operating_system(OperatingSystem::from(system)).send().await;
    let id = match asked.called(DEFAULT) {
        // New systems come to one Region after the other.
        Err(error) if error.cause == Cause::RequestRefused => return Ok(None),
        answer => answer?.baseline_id,
    };
    some_text(id).map(Some).ok_or_else(|| CallError::left_out(DEFAULT, "BaselineId"))
}

async fn read(ssm: &Client, id: &str) -> Result<GetPatchBaselineOutput, CallError> {
    ssm.get_patch_baseline().baseline_id(id).send().await.called(READING)
}

fn baseline(id: &str, read: &GetPatchBaselineOutput, is_default: bool) -> Result<ObservedBaseline, CallError> {
    let system = read.operating_system().ok_or_else(|| CallError::left_out(READING, "OperatingSystem"))?;
    let rules = read.approval_rules().map(PatchRuleGroup::patch_rules).unwrap_or_default();
    let waits = rules.iter().filter_map(PatchRule::approve_after_days);
    Ok(ObservedBaseline {
        id: id.to_owned(),
        name: read.name().unwrap_or_default().to_owned(),
        operating_system: system.as_str().to_owned(),
        is_default,
        approve_after_days: waits.max().and_then(|days| days.try_into().ok()),
        approves_nothing: rules.is_empty() && read.approved_patches().is_empty(),
        approves_until: approves_until(read),
        is_strict: read.available_security_updates_compliance_status() == Some(&PatchComplianceStatus::NonCompliant),
    })
}

/// A list of approved patches grows by hand only.
fn approves_until(read: &GetPatchBaselineOutput) -> Option<Date> {
    let rules = read.approval_rules().map(PatchRuleGroup::patch_rules).unwrap_or_default();
    if rules.iter().any(|rule| rule.approve_until_date().is_none_or(str::is_empty)) {
        return None;
    }
    // A date that nobody can read approves nothing that is known of.
    let dates = rules.iter().filter_map(PatchRule::approve_until_date).map(|date| date.parse().unwrap_or(Date::MIN));
    let changed = read.modified_date().filter(|_| !read.approved_patches().is_empty());
    let changed = changed.and_then(|moment| timestamp(*moment)).map(|moment| TimeZone::UTC.to_datetime(moment).date());
    dates.chain(changed).max()
}
