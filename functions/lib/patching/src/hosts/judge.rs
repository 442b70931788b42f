//! The judgement: what is said of each host of an account and Region.

use jiff::Timestamp;

use super::findings::{Case, Circumstances};
use super::observation::{Execution, Observation, ObservedBaseline, PatchState};
use super::opening::{Opening, latest};
use super::subject::{Subject, once, subjects};
use super::target::did_not_run;
use super::windows::{Window, by_name, windows};
use super::{Baseline, Cell, Host, Patch, WindowRun};
use policy::PatchPolicy;
use policy::ids::{AccountId, Region};

/// Gives each host one verdict and all its reasons, as of `now`.
///
/// Nothing is taken for granted: a host is patched when a scan that is not older than its window allows says so, and there is nothing
/// against it. What a document of somebody's own does to patches is told by its parameter `Operation`. Without one it counts only for
/// hosts that no other window patches, and then as one that installs. What a resource group holds is not known here: a window that
/// finds hosts by one finds those that it is seen to have come to.
pub fn judge(
    policy: &PatchPolicy,
    observation: &Observation,
    account: AccountId,
    region: Region,
    now: Timestamp,
) -> Cell {
    let baselines = once(&observation.baselines, |baseline| &baseline.id, |_| ());
    let windows = windows(policy, observation, now);
    let hosts = subjects(observation);
    let around = Circumstances {
        now,
        is_disabled: policy.disabled,
        has_dhmc: observation.dhmc.is_some(),
        baselines: baselines.clone(),
        patch_groups: &observation.patch_groups,
        windows: &windows,
    };
    Cell {
        account,
        region,
        inspected_at: now,
        dhmc: observation.dhmc.clone(),
        windows: runs(&windows, observation, &hosts),
        baselines: baselines.into_values().map(Baseline::from).collect(),
        hosts: hosts.into_iter().map(|host| Host::from(&Case::new(host, &around))).collect(),
    }
}

/// The windows by name: those of the policy, and what else is there of ours.
fn runs(windows: &[Window<'_>], observation: &Observation, hosts: &[Subject<'_>]) -> Vec<WindowRun> {
    let of_policy = windows.iter().map(|window| WindowRun {
        name: window.name().to_owned(),
        id: window.found.map(|found| found.id.clone()),
        enabled: window.found.is_some_and(|found| found.enabled),
        next_execution: window.found.and_then(|found| found.next_execution.clone()),
        last: window.last.as_ref().and_then(Opening::run),
        missed_at: window.missed,
        not_run: did_not_run(window, hosts),
    });
    let others =
        by_name(observation).into_values().filter(|found| windows.iter().all(|window| window.name() != found.name));
    let others = others.map(|found| WindowRun {
        name: found.name.clone(),
        id: Some(found.id.clone()),
        enabled: found.enabled,
        next_execution: found.next_execution.clone(),
        last: latest(found, Execution::has_ended).and_then(|last| Opening::new(last).run()),
        missed_at: None,
        not_run: false,
    });
    let mut runs: Vec<_> = of_policy.chain(others).collect();
    runs.sort_by(|one, other| one.name.cmp(&other.name));
    runs
}

impl From<&ObservedBaseline> for Baseline {
    fn from(baseline: &ObservedBaseline) -> Self {
        Self { id: baseline.id.clone(), name: baseline.name.clone(), approve_after_days: baseline.approve_after_days }
    }
}

impl From<&Case<'_>> for Host {
    fn from(case: &Case<'_>) -> Self {
        let (verdict, reasons) = case.judged();
        let host = case.host;
        let of_node = |field: fn(&super::observation::ManagedNode) -> Option<String>| host.node.and_then(field);
        Self {
            id: host.id.to_owned(),
            name: host.name().map(ToOwned::to_owned),
            kind: host.kind(),
            state: host.state().map(ToOwned::to_owned),
            platform: host.platform(),
            agent_version: of_node(|node| node.agent_version.clone()),
            ping_status: of_node(|node| Some(node.ping_status.clone())),
            last_ping_at: host.node.and_then(|node| node.last_ping_at),
            launched_at: host.instance.and_then(|instance| instance.launched_at),
            vpc: host.instance.and_then(|instance| instance.vpc.clone()),
            group: host.group(),
            windows: case
                .windows
                .iter()
                .filter(|window| window.found.is_some())
                .map(|window| window.name().to_owned())
                .collect(),
            next_execution: case.next_opening().map(ToOwned::to_owned),
            verdict,
            reasons,
            patch: host.patch.map(Patch::from),
            last_window: case.last_result(),
        }
    }
}

impl From<&PatchState> for Patch {
    fn from(patch: &PatchState) -> Self {
        let ended_at = patch.ended();
        let count = |count: i32| u32::try_from(count).ok().filter(|_| ended_at.is_some());
        let counts = patch.counts;
        Self {
            operation: patch.operation.clone(),
            ended_at,
            baseline: patch.baseline.clone(),
            missing_count: count(counts.missing),
            failed_count: count(counts.failed),
            installed_pending_reboot_count: count(counts.pending_reboot),
            critical_non_compliant_count: count(counts.critical),
            security_non_compliant_count: count(counts.security),
            other_non_compliant_count: count(counts.other),
            available_security_update_count: count(counts.available_security),
        }
    }
}
