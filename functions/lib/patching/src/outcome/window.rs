//! What became of one window.

use serde::{Deserialize, Serialize};
use strum::Display;

use crate::diff::Change;

/// What became of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowOutcome {
    /// The window's name.
    pub name: String,
    /// The window's id; `null` for one that would be created.
    pub id: Option<String>,
    /// What was done.
    pub status: WindowStatus,
    /// What was updated, field by field.
    pub changes: Vec<Change>,
    /// When it runs next, as SSM states it; `null` when it will not or SSM does not say.
    pub next_execution: Option<String>,
}

/// What was done with a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum WindowStatus {
    /// It was not there.
    Created,
    /// It, its target or its task differed.
    Updated,
    /// It was as it should be.
    Unchanged,
    /// It was ours and is not in the policy.
    Deleted,
    /// A rollout would create it.
    WouldCreate,
    /// A rollout would update it.
    WouldUpdate,
    /// A rollout would delete it.
    WouldDelete,
}

impl WindowStatus {
    /// Whether something was written.
    pub fn is_change(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Deleted)
    }
}

impl WindowOutcome {
    /// What became of the window, of which a later look found or did `later`: what was done stays done.
    pub(super) fn followed_by(self, later: Self) -> Self {
        let status = if self.status == WindowStatus::Unchanged { later.status } else { self.status };
        let changes = match status {
            WindowStatus::Updated => [self.changes, later.changes].concat(),
            _ => self.changes,
        };
        Self { status, changes, ..later }
    }

    /// Whether targets or tasks were added or taken away, as another run may have done as well.
    pub fn adds_or_removes_parts(&self) -> bool {
        let is_part = |change: &Change| change.field == "target" || change.field == "task";
        self.status == WindowStatus::Created || self.changes.iter().any(is_part)
    }

    /// What a plan says of it: that it would be created, updated or deleted, where a rollout says that it was.
    #[must_use]
    pub fn planned(self) -> Self {
        let status = match self.status {
            WindowStatus::Created => WindowStatus::WouldCreate,
            WindowStatus::Updated => WindowStatus::WouldUpdate,
            WindowStatus::Deleted => WindowStatus::WouldDelete,
            unchanged => unchanged,
        };
        Self { status, ..self }
    }
}
