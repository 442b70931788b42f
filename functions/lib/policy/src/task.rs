//! What a window does.

use std::collections::BTreeMap;

use crate::number::{Priority, TimeoutSeconds};
use crate::output::Output;
use crate::parameters;
use crate::reader::{choice, object};
use crate::text::{ConcurrencyLimit, Description, DocumentName, DocumentVersion, ErrorLimit, Name};

object! {
    /// What a window does: a Run Command task (`RegisterTaskWithMaintenanceWindow`).
    Task, "an object with name and document" {
        /// The task's name.
        name: Name,
        /// What the task is for.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Description>,
        /// The document to run.
        document: DocumentName,
        /// The document's version; `$DEFAULT` by default, which is the one that its owner wants to be run.
        document_version: DocumentVersion = default,
        /// The document's parameters, each with its values.
        parameters: BTreeMap<String, Vec<String>> = default => |task, field| parameters::read(task, field, document.as_ref().ok()),
        /// On how many hosts at once; `100` by default.
        max_concurrency: ConcurrencyLimit = default,
        /// After how many errors no more hosts follow; `100%` by default, so that no host stays unpatched because of others.
        max_errors: ErrorLimit = default,
        /// In how many seconds the command has to start on a host; 3,600 by default.
        timeout_seconds: TimeoutSeconds = default,
        /// The task's place in the window; 1 by default.
        priority: Priority = default,
        /// What happens at the cutoff to a task that runs.
        cutoff_behavior: CutoffBehavior = default,
        /// Where the output goes.
        output: Output = default,
    }
}

choice! {
    /// What happens at the cutoff to a task that runs (`MaintenanceWindowTaskCutoffBehavior`).
    CutoffBehavior in "SCREAMING_SNAKE_CASE", "CONTINUE_TASK or CANCEL_TASK" {
        /// It runs to its end.
        #[default]
        ContinueTask,
        /// It is cancelled as far as it can be.
        CancelTask,
    }
}

impl CutoffBehavior {
    /// The name that the service gives it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
