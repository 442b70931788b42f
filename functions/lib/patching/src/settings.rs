//! The settings of a maintenance window, its target and its task, as SSM stores them.
//!
//! Wanted and observed settings have the same types, so that comparing them is comparing values.

use std::collections::{BTreeMap, BTreeSet};

use policy::{CutoffBehavior, Filter, OwnerTag, PatchPolicy, RoleArn, Schedule, Target, Task, Window};
use serde::Serialize;

use crate::documents::{Documents, document_key};

/// Everything `CreateMaintenanceWindow` and `UpdateMaintenanceWindow` write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowSettings {
    /// Not unique in SSM: windows are told apart by id and owner tag.
    pub name: String,
    /// Free text of 1 to 128 characters.
    pub description: Option<String>,
    /// `cron(…)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// IANA name of the zone in which the schedule is read.
    pub timezone: Option<String>,
    /// Days to wait after the date of a cron schedule.
    pub schedule_offset_days: Option<i32>,
    /// How long the window stays open.
    pub duration_hours: i32,
    /// How long before its end no new task starts.
    pub cutoff_hours: i32,
    /// A disabled window never runs.
    pub enabled: bool,
    /// Whether tasks may run on nodes that no registered target names.
    pub allow_unassociated_targets: bool,
    /// The window does not run before this moment; the policy never asks for one.
    pub start_date: Option<String>,
    /// The window does not run after this moment; the policy never asks for one.
    pub end_date: Option<String>,
}

impl WindowSettings {
    /// Schedule and offset in one: `cron(0 2 ? * TUE#3 *) and 2 days`.
    pub fn comes_round(&self) -> String {
        match self.schedule_offset_days {
            None => self.schedule.clone(),
            Some(1) => format!("{} and 1 day", self.schedule),
            Some(days) => format!("{} and {days} days", self.schedule),
        }
    }
}

/// Everything `RegisterTargetWithMaintenanceWindow` and `UpdateMaintenanceWindowTarget` write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetSettings {
    /// Shown in the console.
    pub name: Option<String>,
    /// Free text of 1 to 128 characters.
    pub description: Option<String>,
    /// Keys, such as `tag:InstanceOS`, all of which have to match, each with its values; neither order means anything.
    pub selectors: BTreeMap<String, BTreeSet<String>>,
    /// Fields that are set and that no policy can ask for, such as the owner's information, by SSM's names.
    pub beyond: BTreeSet<&'static str>,
}

impl TargetSettings {
    /// Whether it selects resource groups and not nodes: SSM keeps the two apart, and cannot make one into the other.
    pub fn is_of_resource_groups(&self) -> bool {
        self.selectors.keys().any(|key| key.starts_with("resource-groups:"))
    }
}

/// Everything `RegisterTaskWithMaintenanceWindow` and `UpdateMaintenanceWindowTask` write, but for the target's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskSettings {
    /// Shown in the console.
    pub name: Option<String>,
    /// Free text of 1 to 128 characters.
    pub description: Option<String>,
    /// The Run Command document.
    pub document: String,
    /// `$DEFAULT`, `$LATEST` or a number.
    pub document_version: Option<String>,
    /// SHA-256 that the document must have when the task runs.
    pub document_hash: Option<String>,
    /// Parameters of the document.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// ARN of the role that runs the task; absent, SSM uses its service-linked role.
    pub service_role: Option<String>,
    /// Lower runs first.
    pub priority: i32,
    /// A number, or a percentage such as `10%`.
    pub max_concurrency: Option<String>,
    /// A number, or a percentage such as `10%`.
    pub max_errors: Option<String>,
    /// What happens at the cutoff to what is still running.
    pub cutoff_behavior: Option<CutoffBehavior>,
    /// How long a node may take to begin.
    pub timeout_seconds: Option<i32>,
    /// Comment of the command; the policy never asks for one.
    pub comment: Option<String>,
    /// Bucket for the output.
    pub output_s3_bucket: Option<String>,
    /// Prefix of the keys of the output.
    pub output_s3_prefix: Option<String>,
    /// CloudWatch Logs group for the output.
    pub output_log_group: Option<String>,
    /// Fields that are set and that no policy can ask for, such as alarms, by SSM's names.
    pub beyond: BTreeSet<&'static str>,
}

/// What one account and Region should hold: the policy with the account's own role and the Region's own hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// The tag that every window of ours carries.
    pub owner_tag: OwnerTag,
    /// The windows with their target and task.
    pub windows: Vec<DesiredWindow>,
}

/// One window of the policy, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredWindow {
    /// The window itself.
    pub window: WindowSettings,
    /// Its schedule as the policy says it.
    pub schedule: Schedule,
    /// Its one target.
    pub target: TargetSettings,
    /// Its one task.
    pub task: TaskSettings,
}

impl Desired {
    /// The policy for the account that `task_role` belongs to, with the hashes that its documents have now, where they are pinned.
    pub fn new(policy: &PatchPolicy, task_role: Option<&RoleArn>, documents: &Documents) -> Self {
        let pinned = |task: &Task| documents.get(&document_key(task)).filter(|_| policy.pin_document_hash);
        let hash = |task: &Task| pinned(task).and_then(|document| document.hash.clone());
        let windows = policy.windows.iter().map(|window| DesiredWindow {
            window: window.into(),
            schedule: window.schedule.clone(),
            target: (&window.target).into(),
            task: TaskSettings::new(&window.task, task_role, hash(&window.task)),
        });
        Self { owner_tag: policy.owner_tag.clone(), windows: windows.collect() }
    }
}

impl From<&Window> for WindowSettings {
    fn from(window: &Window) -> Self {
        Self {
            name: window.name.to_string(),
            description: window.description.as_ref().map(ToString::to_string),
            schedule: window.schedule.expression().into_owned(),
            timezone: Some(window.timezone.to_string()),
            schedule_offset_days: window.offset_days().map(|offset| offset.get().into()),
            duration_hours: window.duration_hours.get().into(),
            cutoff_hours: window.cutoff_hours.get().into(),
            enabled: window.enabled,
            allow_unassociated_targets: false,
            start_date: None,
            end_date: None,
        }
    }
}

impl From<&Target> for TargetSettings {
    fn from(target: &Target) -> Self {
        let selector = |filter: &Filter| (filter.key.to_string(), filter.values.iter().cloned().collect());
        Self {
            name: target.name().map(ToString::to_string),
            description: target.description().map(ToString::to_string),
            selectors: target.filters().iter().map(selector).collect(),
            beyond: BTreeSet::new(),
        }
    }
}

impl TaskSettings {
    fn new(task: &Task, service_role: Option<&RoleArn>, document_hash: Option<String>) -> Self {
        Self {
            name: Some(task.name.to_string()),
            description: task.description.as_ref().map(ToString::to_string),
            document: task.document.to_string(),
            document_version: Some(task.document_version.to_string()),
            document_hash,
            parameters: task.parameters.clone(),
            service_role: service_role.map(ToString::to_string),
            priority: task.priority.get(),
            max_concurrency: Some(task.max_concurrency.to_string()),
            max_errors: Some(task.max_errors.to_string()),
            cutoff_behavior: Some(task.cutoff_behavior),
            timeout_seconds: Some(task.timeout_seconds.get()),
            comment: None,
            output_s3_bucket: task.output.s3_bucket.as_ref().map(ToString::to_string),
            output_s3_prefix: task.output.s3_prefix.as_ref().map(ToString::to_string),
            output_log_group: task.output.cloud_watch_log_group.as_ref().map(ToString::to_string),
            beyond: BTreeSet::new(),
        }
    }
}
