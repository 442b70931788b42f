//! What is wrong with a document, said so that its author can put it right without looking anything up.

use std::fmt;

/// One thing that is wrong in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `$.windows[0].schedule`.
    pub path: String,
    /// What stands there, as compact JSON cut at 80 characters; `missing` when nothing does.
    pub value: String,
    /// What may stand there.
    pub allowed: String,
}

/// How many problems are listed, and how many characters of a path: the text has to fit into what Step Functions keeps of an
/// error's cause, 32,768 characters.
const LISTED: usize = 50;
const SHOWN_OF_PATH: usize = 200;

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, value, allowed } = self;
        match path.char_indices().nth(SHOWN_OF_PATH) {
            Some((end, _)) => write!(formatter, "{}…: {value} — allowed: {allowed}", &path[..end]),
            None => write!(formatter, "{path}: {value} — allowed: {allowed}"),
        }
    }
}

/// Writes `the policy has 2 problems:` and a line for each of the first ones.
pub(crate) fn write_problems(formatter: &mut fmt::Formatter<'_>, what: &str, problems: &[Problem]) -> fmt::Result {
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    write!(formatter, "the {what} has {count} {noun}:")?;
    problems.iter().take(LISTED).try_for_each(|problem| write!(formatter, "\n  {problem}"))?;
    match count.saturating_sub(LISTED) {
        0 => Ok(()),
        unlisted => write!(formatter, "\n  … and {unlisted} more"),
    }
}

/// A policy that is not valid, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPolicy {
    /// The problems, in the order in which the policy's fields are documented; never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_problems(formatter, "policy", &self.problems)
    }
}

impl std::error::Error for InvalidPolicy {}
