//! What the account-Regions hold, against what they should hold.

use serde_json::Value;
use ssm_simulator::{RegionSnapshot, Snapshot, WindowSnapshot};

use crate::organization::Organization;

/// A window of the default policy.
struct Window {
    name: &'static str,
    schedule: &'static str,
    document: &'static str,
    patches: bool,
}

/// The windows that the stack's own parameters describe.
const WINDOWS: [Window; 3] = [
    Window {
        name: "sra_ssm_agent_update",
        schedule: "cron(0 0 1 ? * WED *)",
        document: "AWS-UpdateSSMAgent",
        patches: false,
    },
    Window {
        name: "sra_windows_maintenance",
        schedule: "cron(0 0 1 ? * THU *)",
        document: "AWS-RunPatchBaseline",
        patches: true,
    },
    Window {
        name: "sra_linux_maintenance",
        schedule: "cron(0 0 1 ? * FRI *)",
        document: "AWS-RunPatchBaseline",
        patches: true,
    },
];
/// The windows of each account-Region.
pub(crate) const WINDOWS_PER_PAIR: usize = WINDOWS.len();
/// Those of them whose task takes an Operation.
pub(crate) const PATCHING_PER_PAIR: usize = 2;
const DHMC_ROLE: &str = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";
const NO_DHMC_ROLE: &str = "$None";

/// Every account-Region that can be entered is set up with this Operation, and no other one holds anything.
pub(crate) fn check_set_up(organization: &Organization, snapshot: &Snapshot, operation: &str) -> Vec<String> {
    let mut differences = Vec::new();
    for (account, region) in organization.ready_pairs() {
        let place = format!("{} {region}", account.name);
        match snapshot.get(&account.id, region) {
            Some(held) => check_region(held, operation, &place, &mut differences),
            None => differences.push(format!("{place}: nothing was set up")),
        }
    }
    differences.extend(untouched_elsewhere(organization, snapshot));
    differences
}

/// No account-Region holds a window or our role.
pub(crate) fn check_empty(snapshot: &Snapshot) -> Vec<String> {
    let holds = |held: &RegionSnapshot| !held.windows.is_empty() || held.dhmc_role != NO_DHMC_ROLE;
    snapshot
        .0
        .iter()
        .filter(|held| holds(held))
        .map(|held| {
            let windows = held.windows.len();
            format!("{} {}: {windows} windows are left, DHMC role {}", held.account, held.region, held.dhmc_role)
        })
        .collect()
}

/// No account-Region holds a window; every one that was set up has kept our role.
pub(crate) fn check_deleted(organization: &Organization, snapshot: &Snapshot) -> Vec<String> {
    let windows = snapshot.0.iter().filter(|held| !held.windows.is_empty());
    let mut differences: Vec<String> = windows
        .map(|held| format!("{} {}: {} windows are left", held.account, held.region, held.windows.len()))
        .collect();
    for (account, region) in organization.ready_pairs() {
        let role = snapshot.get(&account.id, region).map_or("", |held| held.dhmc_role.as_str());
        if role != DHMC_ROLE {
            differences.push(format!("{} {region}: DHMC role {role:?} instead of {DHMC_ROLE}", account.name));
        }
    }
    differences
}

fn untouched_elsewhere(organization: &Organization, snapshot: &Snapshot) -> Vec<String> {
    let ready: Vec<(&str, &str)> =
        organization.ready_pairs().map(|(account, region)| (account.id.as_str(), region)).collect();
    let others = snapshot.0.iter().filter(|held| !ready.contains(&(held.account.as_str(), held.region.as_str())));
    check_empty(&Snapshot(others.cloned().collect()))
}

fn check_region(held: &RegionSnapshot, operation: &str, place: &str, differences: &mut Vec<String>) {
    if held.windows.len() != WINDOWS_PER_PAIR {
        differences.push(format!("{place}: {} windows instead of {WINDOWS_PER_PAIR}", held.windows.len()));
    }
    if held.dhmc_role != DHMC_ROLE {
        differences.push(format!("{place}: DHMC role {} instead of {DHMC_ROLE}", held.dhmc_role));
    }
    for wanted in &WINDOWS {
        let problems = match held.window(wanted.name) {
            Some(window) => check_window(window, wanted, operation),
            None => vec!["is missing".to_owned()],
        };
        differences.extend(problems.into_iter().map(|problem| format!("{place} {}: {problem}", wanted.name)));
    }
}

fn check_window(window: &WindowSnapshot, wanted: &Window, operation: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |what: &str, found: &Value, wanted: &Value| {
        if found != wanted {
            problems.push(format!("{what} is {found} instead of {wanted}"));
        }
    };
    expect("the schedule", &window.window["Schedule"], &wanted.schedule.into());
    expect("it being enabled", &window.window["Enabled"], &true.into());
    expect("the number of targets", &window.targets.len().into(), &1.into());
    expect("the number of tasks", &window.tasks.len().into(), &1.into());
    let task = window.tasks.first().unwrap_or(&Value::Null);
    let command = &task["TaskInvocationParameters"]["RunCommand"];
    expect("the document", &task["TaskArn"], &wanted.document.into());
    if wanted.patches {
        expect("the Operation", &command["Parameters"]["Operation"][0], &operation.into());
    }
    let hash = command["DocumentHash"].as_str().unwrap_or_default();
    if !hash.is_empty() {
        problems.push(format!("the document hash {hash:?} is pinned, which the policy does not ask for"));
    }
    problems
}
