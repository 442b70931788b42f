//! What a window does.

use std::collections::BTreeMap;

use crate::limit::{ConcurrencyLimit, ErrorLimit};
use crate::number::{Priority, TimeoutSeconds};
use crate::output::Output;
use crate::parameters;
use crate::reader::{FromNode, Node, Read};
use crate::text::{Description, DocumentName, DocumentVersion, Name};

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

/// What happens at the cutoff to a task that runs (`MaintenanceWindowTaskCutoffBehavior`).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CutoffBehavior {
    /// It runs to its end.
    #[default]
    ContinueTask,
    /// It is cancelled as far as it can be.
    CancelTask,
}

impl CutoffBehavior {
    /// The name that the service gives it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromNode for CutoffBehavior {
    const EXPECTED: &'static str = "CONTINUE_TASK or CANCEL_TASK";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.one_of()
    }
}

impl FromNode for Task {
    const EXPECTED: &'static str = "an object with name and document";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        let mut object = node.object(Self::EXPECTED)?;
        let name = object.required("name");
        let description = object.optional("description");
        let document = object.required("document");
        let document_version = object.or("documentVersion", DocumentVersion::default());
        let parameters = parameters::read(&mut object, document.as_ref().ok());
        let max_concurrency = object.or("maxConcurrency", ConcurrencyLimit::default());
        let max_errors = object.or("maxErrors", ErrorLimit::default());
        let timeout_seconds = object.or("timeoutSeconds", TimeoutSeconds::default());
        let priority = object.or("priority", Priority::default());
        let cutoff_behavior = object.or("cutoffBehavior", CutoffBehavior::default());
        let output = object.or("output", Output::default());
        object.finish();
        Ok(Self {
            name: name?,
            description: description?,
            document: document?,
            document_version: document_version?,
            parameters: parameters?,
            max_concurrency: max_concurrency?,
            max_errors: max_errors?,
            timeout_seconds: timeout_seconds?,
            priority: priority?,
            cutoff_behavior: cutoff_behavior?,
            output: output?,
        })
    }
}
