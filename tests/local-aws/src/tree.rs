//! An execution as a tree: its states, the executions of its Distributed Maps, their Regions and states.
//!
//! [`read::run`] asks Step Functions, on AWS or the local AWS; [`states::states`] makes states of a history's events, without
//! asking anybody; [`text::text`] writes the tree.

mod cause;
mod failures;
pub(crate) mod read;
pub(crate) mod states;
pub(crate) mod text;

#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::local_aws::LocalAws;

impl LocalAws {
    /// An execution as a tree, in so many columns and without colours: what failed in full, what succeeded in a line.
    ///
    /// # Errors
    /// When Step Functions refuses, as for an unknown execution.
    pub async fn tree(&self, execution_arn: &str, columns: usize) -> Result<String> {
        let run = read::run(&self.clients.sfn(), execution_arn, false).await?;
        Ok(anstream::adapter::strip_str(&text::text(&run, columns, false)).to_string())
    }
}

/// How far something got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Status {
    /// No end is recorded.
    #[default]
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// What an attempt, a state or an execution failed with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Failure {
    /// The error's name: what `ErrorEquals` matches.
    pub(crate) error: String,
    /// What is said about it; JSON where a function failed.
    pub(crate) cause: String,
}

/// A state, an iteration of a Map, or an execution of a Distributed Map.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Node {
    /// The state's name; an iteration's Region; an execution's account.
    pub(crate) name: String,
    /// How it ended. A state whose error was caught has failed as well.
    pub(crate) status: Status,
    /// From its beginning to its end.
    pub(crate) seconds: Option<f64>,
    /// How often its task was started: more than once when it was retried.
    pub(crate) attempts: usize,
    /// What its attempts failed with, in order.
    pub(crate) failures: Vec<Failure>,
    /// What is inside of it, in order.
    pub(crate) children: Vec<Node>,
    /// Of a Distributed Map: what its executions are found by.
    pub(crate) map_run: Option<String>,
    /// How many executions were not read, by how they ended.
    pub(crate) unread: Vec<(Status, usize)>,
    /// Whether it is a Map, whose children are iterations or executions.
    pub(crate) is_map: bool,
}

/// A whole execution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// When it was started, as RFC 3339.
    pub(crate) started: String,
    /// The name of the error that it ended with.
    pub(crate) error: Option<String>,
    /// Its name, end and states.
    pub(crate) execution: Node,
    /// Executions of its Distributed Maps, by how they ended.
    pub(crate) counts: Vec<(Status, usize)>,
    /// States entered and entered again for a retry; known when every history was read.
    pub(crate) transitions: Option<usize>,
}

impl Status {
    /// As Step Functions writes it.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "SUCCEEDED" => Self::Succeeded,
            "FAILED" => Self::Failed,
            "TIMED_OUT" => Self::TimedOut,
            "ABORTED" => Self::Aborted,
            _ => Self::Running,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Aborted => "aborted",
        }
    }
}

impl Node {
    /// Whether there is nothing in it that somebody has to look at.
    pub(crate) fn is_fine(&self) -> bool {
        self.status == Status::Succeeded && self.unread.is_empty() && self.children.iter().all(Self::is_fine)
    }

    /// Retries in it and in what is inside of it.
    pub(crate) fn retries(&self) -> usize {
        self.attempts.saturating_sub(1) + self.children.iter().map(Self::retries).sum::<usize>()
    }

    /// Whether it or something inside of it says why it failed.
    pub(crate) fn explains(&self) -> bool {
        !self.failures.is_empty() || self.children.iter().any(Self::explains)
    }
}
