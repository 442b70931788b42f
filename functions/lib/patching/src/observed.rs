//! What SSM reports of one account and Region, reduced to what the decision needs.

use crate::settings::{TargetSettings, TaskSettings, WindowSettings};

/// The maintenance windows of one account and Region, in the order in which SSM listed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Windows that carry the owner tag.
    pub ours: Vec<ObservedWindow>,
    /// Windows that do not: known by name only, never touched.
    pub foreign: Vec<ForeignWindow>,
}

/// A window with the owner tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedWindow {
    /// `mw-…`, as SSM gave it out.
    pub id: String,
    /// The window's own settings.
    pub settings: WindowSettings,
    /// Its registered targets.
    pub targets: Vec<ObservedTarget>,
    /// Its registered tasks.
    pub tasks: Vec<ObservedTask>,
    /// When it runs next, as SSM states it: ISO 8601 with minutes, in the window's time zone.
    pub next_execution: Option<String>,
}

/// A target of a window with the owner tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedTarget {
    /// Given out by SSM.
    pub id: String,
    /// What it selects.
    pub settings: TargetSettings,
}

/// A task of a window with the owner tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedTask {
    /// Given out by SSM.
    pub id: String,
    /// Shown in the console.
    pub name: Option<String>,
    /// The window targets that it runs on; the nodes, where it names those instead.
    pub target_ids: Vec<String>,
    /// Absent for a task that is not a Run Command task; SSM cannot change a task's type.
    pub run_command: Option<TaskSettings>,
}

/// A window without the owner tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignWindow {
    /// `mw-…`, as SSM gave it out.
    pub id: String,
    /// May equal one of ours: names are not unique.
    pub name: String,
}
