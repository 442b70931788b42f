//! What a window does.

use std::collections::BTreeMap;

use crate::number::{Priority, TimeoutSeconds};
use crate::output::Output;
use crate::parameters;
use crate::reader::{FromNode, Node, Read, choice, read_object};
use crate::text::{ConcurrencyLimit, Description, DocumentName, DocumentVersion, ErrorLimit, Name};

/// What a window does: a Run Command task (`RegisterTaskWithMaintenanceWindow`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The task's name.
    pub name: Name,
    /// What the task is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// The document to run.
    pub document: DocumentName,
    /// The document's version; `$DEFAULT` by default, which is the one that its owner wants to be run.
    #[serde(default)]
    pub document_version: DocumentVersion,
    /// The document's parameters, each with its values.
    #[serde(default)]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// On how many hosts at once; `100` by default.
    #[serde(default)]
    pub max_concurrency: ConcurrencyLimit,
    /// After how many errors no more hosts follow; `100%` by default, so that no host stays unpatched because of others.
    #[serde(default)]
    pub max_errors: ErrorLimit,
    /// In how many seconds the command has to start on a host; 3,600 by default.
    #[serde(default)]
    pub timeout_seconds: TimeoutSeconds,
    /// The task's place in the window; 1 by default.
    #[serde(default)]
    pub priority: Priority,
    /// What happens at the cutoff to a task that runs.
    #[serde(default)]
    pub cutoff_behavior: CutoffBehavior,
    /// Where the output goes.
    #[serde(default)]
    pub output: Output,
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

impl FromNode for Task {
    const EXPECTED: &'static str = "an object with name and document";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            name: object.required("name"),
            description: object.optional("description"),
            document: object.required("document"),
            document_version: object.or("documentVersion", DocumentVersion::default()),
            parameters: parameters::read(&mut object, document.as_ref().ok()),
            max_concurrency: object.or("maxConcurrency", ConcurrencyLimit::default()),
            max_errors: object.or("maxErrors", ErrorLimit::default()),
            timeout_seconds: object.or("timeoutSeconds", TimeoutSeconds::default()),
            priority: object.or("priority", Priority::default()),
            cutoff_behavior: object.or("cutoffBehavior", CutoffBehavior::default()),
            output: object.or("output", Output::default()),
        })
    }
}
