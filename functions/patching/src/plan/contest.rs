//! Whether another run may be at work on the same windows.
//!
//! Two runs that find a window missing both create it. Neither can see that beforehand, but the one that writes last can
//! see it afterwards. So a run looks again after whatever another run could have done as well, and is done when such a
//! look leaves nothing to do. All choose alike which of several stays.

use std::collections::BTreeSet;

use super::{Plan, Reconciliation, Step, WindowPlan};

/// What is there after a plan was carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// The name of each window of the account and Region, whosever it is.
    pub names: Vec<String>,
    /// The names of the created windows that hold one target and one task.
    pub whole: BTreeSet<String>,
}

impl Plan {
    /// Whether another run may have done what this plan did, at the same time, so that there is now too much or too little.
    #[must_use]
    pub fn is_contested(&self, afterwards: &Afterwards) -> bool {
        self.windows.iter().any(|window| match window {
            WindowPlan::Create(wanted) => {
                let name = &wanted.window.name;
                let namesakes = afterwards.names.iter().filter(|found| *found == name).count();
                namesakes != 1 || !afterwards.whole.contains(name)
            }
            WindowPlan::Reconcile(window) => window.adds_or_removes_parts(),
            // Of several windows of one name the others go; another run may have let another one stay.
            WindowPlan::Delete { name, .. } => self.keeps(name),
        })
    }

    fn keeps(&self, name: &str) -> bool {
        self.windows.iter().any(|window| !matches!(window, WindowPlan::Delete { .. }) && window.name() == name)
    }
}

impl Reconciliation {
    fn adds_or_removes_parts(&self) -> bool {
        matches!(self.target, Step::Register(_))
            || matches!(self.task, Step::Register(_))
            || !self.surplus_targets.is_empty()
            || !self.surplus_tasks.is_empty()
    }
}
