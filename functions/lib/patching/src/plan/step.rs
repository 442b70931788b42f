//! The steps of a plan: calls that write, and what each of them changes.

use crate::diff::Change;
use crate::settings::{TargetSettings, TaskSettings, WindowSettings};

/// A call to make, and what it changes in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The call.
    pub call: Call,
    /// Field by field; none in a window that is new, or goes.
    pub changes: Vec<Change>,
}

/// An operation of SSM that writes a window, its target or its task: parts that are there are named by their ids. What the settings
/// of an update do not name is to be unset.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// `CreateMaintenanceWindow`, which leaves it enabled.
    CreateWindow(WindowSettings),
    /// `UpdateMaintenanceWindow`.
    UpdateWindow(WindowSettings),
    /// `DeleteMaintenanceWindow`.
    DeleteWindow,
    /// `RegisterTargetWithMaintenanceWindow`.
    RegisterTarget(TargetSettings),
    /// `UpdateMaintenanceWindowTarget`.
    UpdateTarget(String, TargetSettings),
    /// `DeregisterTargetFromMaintenanceWindow`.
    DeregisterTarget(String),
    /// `RegisterTaskWithMaintenanceWindow`, on the window's one target.
    RegisterTask(TaskSettings),
    /// `UpdateMaintenanceWindowTask`, on the window's one target.
    UpdateTask(String, TaskSettings),
    /// `DeregisterTaskFromMaintenanceWindow`.
    DeregisterTask(String),
}

impl Call {
    /// The step that makes this change.
    pub(super) fn with(self, change: Change) -> Step {
        Step { call: self, changes: vec![change] }
    }

    /// The step that makes these changes, when there are any.
    pub(super) fn unless_same(self, changes: Vec<Change>) -> Option<Step> {
        (!changes.is_empty()).then_some(Step { call: self, changes })
    }
}
