//! Whether another run is at work on the same windows.
//!
//! Two runs that find a window missing both create it. Neither can see that beforehand, but the one that writes last can
//! see it afterwards. So a run looks again after each change that another run could have made as well, and is done when such a
//! look leaves nothing to do. All choose alike which of several stays.
//!
//! SSM's lists may lag behind: that something is not listed yet says nothing of other runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::outcome::{WindowOutcome, WindowStatus};

/// What is there after a plan was carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// The name of each listed window by its id, without foreign windows that were there before and those that this run deleted.
    pub listed: BTreeMap<String, String>,
    /// The ids of windows that should be there and are not, however they are asked for.
    pub gone: BTreeSet<String>,
    /// The ids of windows with more than one target or task.
    pub doubled: BTreeSet<String>,
}

impl Afterwards {
    /// Whether another run has done what this one did, so that there is now too much of `windows` or too little.
    pub fn is_contested(&self, windows: &[WindowOutcome]) -> bool {
        let kept = windows.iter().filter(|window| window.status != WindowStatus::Deleted);
        kept.filter_map(|window| Some((&window.name, window.id.as_ref()?))).any(|(name, id)| {
            let has_namesake = self.listed.iter().any(|(other, found)| found == name && other != id);
            has_namesake || self.gone.contains(id) || self.doubled.contains(id)
        })
    }
}
