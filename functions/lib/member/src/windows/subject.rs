//! The window that a writing call is about, as the log tells it.

use patching::diff::Change;

/// A window, and what is to be changed in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    /// None of a window that is new, or goes.
    pub(super) changes: &'a [Change],
}

/// What is changed by one step of a reconciliation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    Settings,
    Target,
    Task,
    SurplusTargets,
    SurplusTasks,
}

impl Part {
    pub(super) fn of(change: &Change) -> Self {
        match (change.field.split('.').next(), change.to.is_null()) {
            (Some("target"), true) if change.field == "target" => Self::SurplusTargets,
            (Some("task"), true) if change.field == "task" => Self::SurplusTasks,
            (Some("target"), _) => Self::Target,
            (Some("task"), _) => Self::Task,
            _ => Self::Settings,
        }
    }
}

impl Subject<'_> {
    /// The one line of a writing call that succeeded.
    pub(super) fn written(&self, operation: &'static str, part: Part, request_id: Option<&str>) {
        let changes = self.changes.iter().filter(|change| Part::of(change) == part);
        let changes: Vec<_> = changes.map(|Change { field, from, to }| format!("{field}: {from} -> {to}")).collect();
        let changes = (!changes.is_empty()).then(|| changes.join("; "));
        tracing::info!(
            operation,
            window = self.name,
            window_id = self.id,
            changes,
            request_id,
            "{operation}: {}",
            self.name
        );
    }
}
