//! What was done so far, for the next try to go on from.

use serde::{Deserialize, Serialize};

use super::dhmc::DhmcOutcome;
use super::status::Status;
use super::told::Warning;
use super::window::{WindowOutcome, WindowStatus};

/// What the tries of a run have done in a Region so far: a function is given it, and answers it with what it did itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// Whether the Region is as the policy wants it: failed as long as something is left to do.
    pub status: Status,
    /// Whether something is left to do that may be done by another try.
    pub again: bool,
    /// What became of the DHMC setting.
    pub dhmc: Option<DhmcOutcome>,
    /// One entry a window of ours, present or deleted.
    pub windows: Vec<WindowOutcome>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// How many tries have ended with something left to do.
    pub tries: u32,
    /// Why the last of them did not do all.
    pub left: Option<Left>,
    /// Whether this try has written anything.
    #[serde(skip)]
    pub has_written: bool,
}

/// Why a try that has done something did not do all: a [`Failure`](super::Failure) as Step Functions would have caught it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The state, such as `ConfigureWindows`.
    pub step: String,
    /// The error's name.
    pub name: String,
    /// What the function or the service said.
    pub cause: String,
}

impl Progress {
    /// Takes in what became of windows since: those that stay by their names, which are theirs alone, each that was deleted by itself.
    pub fn follow(&mut self, windows: Vec<WindowOutcome>) {
        for later in windows {
            self.has_written |= later.status.is_change();
            let is_deleted = later.status == WindowStatus::Deleted;
            // A list that lags behind shows what was deleted already.
            if is_deleted && self.windows.contains(&later) {
                continue;
            }
            let stays = |window: &&mut WindowOutcome| {
                !is_deleted && window.name == later.name && window.status != WindowStatus::Deleted
            };
            match self.windows.iter_mut().find(stays) {
                Some(window) => *window = window.clone().followed_by(later),
                None => self.windows.push(later),
            }
        }
    }

    /// Takes in what became of the DHMC setting since.
    pub fn follow_dhmc(&mut self, later: DhmcOutcome) {
        self.has_written |= later.is_change();
        match &self.dhmc {
            Some(earlier) if earlier.is_change() && !later.is_change() => {}
            _ => self.dhmc = Some(later),
        }
    }
}
