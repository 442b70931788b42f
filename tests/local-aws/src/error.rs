//! What can go wrong while the local AWS is built, started, deployed and driven.

use std::path::{Path, PathBuf};

/// A failure, with the step that failed and, where there is one, what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No Python of a version that `MiniStack` runs on.
    #[error("Python 3.10 or later is needed ({found}); install it, or name one in the environment variable PYTHON")]
    Python {
        /// What was tried, and what it answered.
        found: String,
    },
    /// A program that was run to its end failed.
    #[error("{step}: `{command}` failed ({outcome})\n{output}")]
    Command {
        /// What was being done.
        step: &'static str,
        /// The program and its arguments.
        command: String,
        /// Exit status, or why it could not be started.
        outcome: String,
        /// The end of what it wrote.
        output: String,
    },
    /// A file could not be read or written.
    #[error("{step}: {}: {source}", path.display())]
    File {
        /// What was being done.
        step: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Something had another form than this program expects.
    #[error("{step}: {problem}")]
    Unexpected {
        /// What was being done.
        step: &'static str,
        /// What was wrong.
        problem: String,
    },
    /// A program of the local AWS did not get ready.
    #[error("{name} did not start: {problem}; the end of its log {}:\n{tail}", log.display())]
    Start {
        /// Which program.
        name: &'static str,
        /// What happened instead.
        problem: String,
        /// Where its output is.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// An AWS operation was refused.
    #[error("{step}: {message}")]
    Service {
        /// What was being done.
        step: String,
        /// The service's answer.
        message: String,
    },
    /// A stack ended in another state than the wanted one.
    #[error("stack {stack} in account {account}: {status}\n{reasons}")]
    Stack {
        /// The stack's name.
        stack: String,
        /// The account that it is in.
        account: String,
        /// Its status.
        status: String,
        /// Each failed resource, with its reason.
        reasons: String,
    },
    /// An execution did not end in time.
    #[error("{execution} is still {status} after {seconds} s; its history and the logs tell where it waits")]
    Unfinished {
        /// The execution's ARN.
        execution: String,
        /// Its status.
        status: String,
        /// How long was waited.
        seconds: u64,
    },
}

/// The result of every fallible function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Names the step that a failure belongs to.
pub(crate) trait During<T> {
    /// Turns the failure into [`Error::Service`] of this step.
    fn during(self, step: impl Into<String>) -> Result<T>;
}

impl<T, E: std::error::Error> During<T> for std::result::Result<T, E> {
    fn during(self, step: impl Into<String>) -> Result<T> {
        self.map_err(|error| Error::Service { step: step.into(), message: chain(&error) })
    }
}

/// The error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut parts: Vec<String> = causes.map(ToString::to_string).collect();
    parts.dedup();
    parts.join(": ")
}

/// Names the step and the file that a failure belongs to.
pub(crate) trait At<T> {
    /// Turns the failure into [`Error::File`].
    fn at(self, step: &'static str, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, step: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::File { step, path: path.to_owned(), source })
    }
}

/// The last lines of a log, for a message.
pub(crate) fn tail(text: &str) -> String {
    const LINES: usize = 25;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
