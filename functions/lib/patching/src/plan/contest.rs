//! Whether another run is at work on the same windows.
//!
//! Two runs that find a window missing both create it. Neither can see that beforehand, but the one that writes last can
//! see it afterwards. So a run looks again after each change that another run could have made as well, and is done when such a
//! look leaves nothing to do. All choose alike which of several stays.
//!
//! SSM's lists may lag behind: that something is not listed yet says nothing of other runs.

use std::collections::BTreeSet;

use crate::outcome::{WindowOutcome, WindowStatus};

/// What is there after a plan was carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// The names of windows that are listed now and are neither of this run nor foreign ones that were there before.
    pub names: BTreeSet<String>,
    /// The ids of windows that should be there and are not, however they are asked for.
    pub gone: BTreeSet<String>,
    /// The ids of windows with more than one target or task.
    pub doubled: BTreeSet<String>,
}

impl Afterwards {
    /// Whether another run has done what this one did, so that there is now too much of `windows` or too little.
    pub fn is_contested(&self, windows: &[WindowOutcome]) -> bool {
        let mut kept = windows.iter().filter(|window| window.status != WindowStatus::Deleted);
        let is_amiss = |id: &String| self.gone.contains(id) || self.doubled.contains(id);
        kept.any(|window| self.names.contains(&window.name) || window.id.as_ref().is_some_and(is_amiss))
    }
}
