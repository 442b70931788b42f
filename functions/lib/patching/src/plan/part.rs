//! A window is to have one target and one task: which of several stays, independent of the order in which SSM listed them.

use super::step::{Call, Step};
use crate::diff::Change;

/// A target or a task that a window has.
pub(super) struct Part<'a> {
    pub(super) id: &'a String,
    pub(super) name: Option<&'a String>,
    /// What is to change in it; none where SSM cannot make it into the wanted one.
    pub(super) changes: Option<Vec<Change>>,
}

/// The one with the least to change stays, else that of the lowest id; the others go in the order of their ids.
pub(super) fn one_stays<'a>(parts: impl Iterator<Item = Part<'a>>) -> (Option<(String, Vec<Change>)>, Vec<Part<'a>>) {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by_key(|part| part.id);
    let fitting = parts.iter().enumerate().filter_map(|(index, part)| Some((part.changes.as_ref()?.len(), index)));
    let Some((_, index)) = fitting.min() else { return (None, parts) };
    let Part { id, changes, .. } = parts.remove(index);
    (changes.map(|changes| (id.clone(), changes)), parts)
}

impl Part<'_> {
    /// The step that takes it away.
    pub(super) fn removed(&self, kind: &str, deregister: fn(String) -> Call) -> Step {
        deregister(self.id.clone()).with(Change::surplus(kind, self.name.unwrap_or(self.id)))
    }
}
