//! What became of a host in one opening of a window.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// What became of a host in one opening of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Night {
    /// The window's name.
    pub window: String,
    /// The document of the task; none where the window did not come to a task.
    pub document: Option<String>,
    /// When the window opened.
    pub at: Timestamp,
    /// What became of the host.
    pub fate: Fate,
}

/// The first eight are how Run Command tells the details of a status; the others are what it does not tell.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
pub enum Fate {
    /// The document ran to its end.
    Success,
    /// The document failed.
    Failed,
    /// It was started and did not end in time.
    ExecutionTimedOut,
    /// The host did not take the command in time.
    DeliveryTimedOut,
    /// The host is gone.
    Undeliverable,
    /// The document is not for this platform.
    InvalidPlatform,
    /// Too many others had failed before.
    Terminated,
    /// The window ended first.
    Cancelled,
    /// No target of the window finds it.
    NotMatched,
    /// A target would find it, but it was stopped.
    Stopped,
    /// A target would find it, but it is not managed.
    NotManaged,
    /// The window did not run: the last run was not over, five others ran, or its role lacked permissions.
    WindowDidNotRun,
}

impl Fate {
    /// Whether it counts against `MaxErrors`.
    pub(super) fn is_error(self) -> bool {
        matches!(self, Self::Failed | Self::ExecutionTimedOut)
    }

    /// The status of which it is a detail.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::ExecutionTimedOut | Self::DeliveryTimedOut | Self::Undeliverable => "TimedOut",
            Self::Terminated | Self::Cancelled => "Cancelled",
            _ => "Failed",
        }
    }

    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
