//! What AWS says of the hosts of one account and Region. The order of every list is of no meaning, and an id may be there twice:
//! pages move while they are read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// How far back openings of windows are read: as long as Systems Manager keeps the commands that they sent, and long enough for a
/// window that opens monthly. What each host got has to be read of the last one that has ended, and of no other.
pub const HISTORY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What was read of one account and Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The role of Default Host Management Configuration; none when it is not set.
    pub dhmc: Option<String>,
    /// EC2's instances that are not terminated (`ec2:DescribeInstances`, with those that services operate).
    pub instances: Vec<Instance>,
    /// What the agents report (`ssm:DescribeInstanceInformation`): nothing of hosts that are stopped.
    pub nodes: Vec<ManagedNode>,
    /// What the last patching operation of each node found (`ssm:DescribeInstancePatchStates`).
    pub patch_states: Vec<PatchState>,
    /// The windows that carry the owner tag.
    pub windows: Vec<ObservedWindow>,
    /// The baselines that occur in the patch states, and the defaults of the operating systems that occur.
    pub baselines: Vec<ObservedBaseline>,
    /// Which patch groups have a baseline of their own (`DescribePatchGroups`); not read where no host is in one.
    pub patch_groups: Vec<PatchGroup>,
}

/// An EC2 instance (`Instance`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// `i-` and 8 or 17 characters.
    pub id: String,
    /// Its tags; keys and values are case-sensitive.
    pub tags: BTreeMap<String, String>,
    /// `pending`, `running`, `stopping` or `stopped`.
    pub state: String,
    /// `StateTransitionReason`: often with the time of the stop; its format is not promised.
    pub state_reason: Option<String>,
    /// The last start.
    pub launched_at: Option<Timestamp>,
    /// Whether `Platform` says Windows.
    pub is_windows: bool,
    /// `Linux/UNIX`, `Red Hat Enterprise Linux` and the like.
    pub platform_details: Option<String>,
    /// The ARN of its instance profile.
    pub profile: Option<String>,
    /// Whether its metadata service is switched off (`HttpEndpoint` = `disabled`).
    pub has_metadata_off: bool,
    /// The network that it is in; an unmanaged host is often one of all in its network.
    pub vpc: Option<String>,
    /// The AWS service that operates it (`Operator.Principal` where `Operator.Managed`).
    pub operator: Option<String>,
}

/// A node that Systems Manager manages (`InstanceInformation`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedNode {
    /// `i-…` of an EC2 instance, `mi-…` of another machine.
    pub id: String,
    /// The name of the machine: what its activation, or it itself, says.
    pub name: Option<String>,
    /// `Online`, `ConnectionLost` or `Inactive`.
    pub ping_status: String,
    /// When the agent was last heard of.
    pub last_ping_at: Option<Timestamp>,
    /// The agent's version, such as `3.3.1611.0`.
    pub agent_version: Option<String>,
    /// `Windows`, `Linux` or `MacOS`.
    pub platform_type: Option<String>,
    /// `Amazon Linux`, `Microsoft Windows Server 2022 Datacenter`, `Bottlerocket` and the like.
    pub platform_name: Option<String>,
    /// The operating system's version.
    pub platform_version: Option<String>,
    /// When it was registered, where that is known.
    pub registered_at: Option<Timestamp>,
    /// `AWS::EC2::Instance`, `AWS::SSM::ManagedInstance`, `Microsoft.Compute/virtualMachines` and the like.
    pub source_type: Option<String>,
    /// The tags that Systems Manager keeps of a machine that is not EC2's.
    pub tags: BTreeMap<String, String>,
}

/// What the last patching operation of a node found (`InstancePatchState`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatchState {
    /// The node.
    pub id: String,
    /// The baseline's id or ARN.
    pub baseline: String,
    /// `Scan` or `Install`.
    pub operation: String,
    /// When it ended; 1970 when it failed.
    pub ended_at: Option<Timestamp>,
    /// `RebootIfNeeded` or `NoReboot`; said of an `Install`.
    pub reboot_option: Option<String>,
    /// Patches, counted; -1 when the operation failed.
    pub counts: PatchCounts,
}

/// Patches of a node by state; a negative count is no count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatchCounts {
    /// `InstalledCount`.
    pub installed: i32,
    /// `InstalledPendingRebootCount`: installed, and the host was not restarted since.
    pub pending_reboot: i32,
    /// `InstalledRejectedCount`: installed though the baseline rejects them.
    pub rejected: i32,
    /// `MissingCount`: approved and not installed.
    pub missing: i32,
    /// `FailedCount`: approved and could not be installed.
    pub failed: i32,
    /// `CriticalNonCompliantCount`.
    pub critical: i32,
    /// `SecurityNonCompliantCount`.
    pub security: i32,
    /// `OtherNonCompliantCount`.
    pub other: i32,
    /// `AvailableSecurityUpdateCount`: out, and not approved yet.
    pub available_security: i32,
}

/// A window of ours with what its last openings did.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedWindow {
    /// `mw-…`.
    pub id: String,
    /// Its name, by which the policy knows it.
    pub name: String,
    /// Whether it opens at all.
    pub enabled: bool,
    /// When it runs next, as SSM states it.
    pub next_execution: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed, after which it may open by another schedule.
    pub modified_at: Option<Timestamp>,
    /// `cron(…)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone of the schedule; UTC where none is set.
    pub timezone: Option<String>,
    /// Days after the one that `cron` names.
    pub schedule_offset_days: Option<i32>,
    /// What is registered with it to find hosts (`DescribeMaintenanceWindowTargets`).
    pub targets: Vec<RegisteredTarget>,
    /// Its tasks of Run Command (`GetMaintenanceWindowTask`): without one it does nothing when it opens.
    pub tasks: Vec<RegisteredTask>,
    /// What its openings of [`HISTORY`] did (`DescribeMaintenanceWindowExecutions`).
    pub executions: Vec<Execution>,
}

/// A target that is registered with a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegisteredTarget {
    /// Its id.
    pub id: String,
    /// Keys with their values: each key has to find a host, by any of its values.
    pub filters: BTreeMap<String, BTreeSet<String>>,
}

/// A task of Run Command that is registered with a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegisteredTask {
    /// The document's name or ARN.
    pub document: String,
    /// The document's parameters.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// The ids of the window's targets that it runs on, or of hosts.
    pub targets: Vec<String>,
}

/// One opening of a window (`MaintenanceWindowExecution`) with the commands that its tasks sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// `SUCCESS`, `FAILED`, `TIMED_OUT`, `SKIPPED_OVERLAPPING` and the like.
    pub status: String,
    /// A sentence of the service, such as `No invocations to execute.`; its wording is not promised.
    pub details: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What its tasks sent.
    pub commands: Vec<Command>,
}

/// A command of a task (`Command` of Run Command) with what it did on each host.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    /// Its id.
    pub id: String,
    /// `StatusDetails`: `Success`, `Failed`, `Incomplete`, `NoInstancesInTag` and the like.
    pub details: String,
    /// Of the invocation of the task, where the command was never sent.
    pub task_details: Option<String>,
    /// How many hosts it was for.
    pub targets: u32,
    /// The error limit that it was sent with.
    pub max_errors: Option<String>,
    /// Whether it was sent, and Run Command keeps it no more: nobody knows what it did.
    pub is_gone: bool,
    /// What it did on each host.
    pub invocations: Vec<Invocation>,
}

/// What a command did on one host (`CommandInvocation`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invocation {
    /// The host.
    pub host: String,
    /// `Success`, `Failed`, `Terminated`, `DeliveryTimedOut` and the like.
    pub status_details: String,
    /// When it was asked for.
    pub requested_at: Option<Timestamp>,
}

/// A patch baseline (`GetPatchBaseline`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedBaseline {
    /// Its id or ARN, as the patch states name it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `AMAZON_LINUX_2023`, `WINDOWS` and the like.
    pub operating_system: String,
    /// Whether it is the default of its operating system here.
    pub is_default: bool,
    /// The longest wait of its rules, in days; none where no rule waits for days.
    pub approve_after_days: Option<u32>,
    /// Whether it has neither rules nor approved patches.
    pub approves_nothing: bool,
    /// The day after which nothing that is released is approved: the last `ApproveUntilDate` of its rules, or when its list of approved
    /// patches was last changed; none where a rule goes on.
    pub approves_until: Option<Date>,
    /// Whether a host counts as non-compliant while security updates are out that are not approved yet
    /// (`AvailableSecurityUpdatesComplianceStatus`); of Windows only.
    pub is_strict: bool,
}

/// The tags that put a host into a patch group.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html>
pub const PATCH_GROUP_TAGS: [&str; 2] = ["Patch Group", "PatchGroup"];

/// A patch group that is registered with a baseline (`PatchGroupPatchBaselineMapping`); a group may be so once an operating system.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatchGroup {
    /// The value of the tag.
    pub name: String,
    /// The baseline's id or ARN.
    pub baseline: String,
    /// The baseline's name.
    pub baseline_name: String,
    /// The operating system that the baseline is for.
    pub operating_system: String,
}
