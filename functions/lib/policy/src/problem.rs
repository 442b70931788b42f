//! What is wrong with a document, said so that its author can put it right without looking anything up.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::json;

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

/// What is allowed instead, in words.
pub(crate) type Allowed = Cow<'static, str>;

/// A text that may not stand in this place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no {kind}; allowed: {allowed}")]
pub struct NotAllowed {
    /// The type that it was to be.
    pub kind: &'static str,
    /// The text as it was given.
    pub value: String,
    /// What is allowed.
    pub allowed: Allowed,
}

/// How many characters of a value are shown.
const SHOWN: usize = 80;

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

impl Problem {
    /// What is wrong with a value.
    pub fn new(path: impl Into<String>, value: &impl Serialize, allowed: impl Into<String>) -> Self {
        let text = json!(value).to_string();
        let value = match text.char_indices().nth(SHOWN) {
            Some(_) => text.chars().take(SHOWN - 1).chain(['…']).collect(),
            None => text,
        };
        Self { path: path.into(), value, allowed: allowed.into() }
    }
}

/// `the policy has 2 problems:` and a line for each of the first ones.
pub(crate) fn listed(what: &str, problems: &[Problem]) -> String {
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let mut lines = vec![format!("the {what} has {count} {noun}:")];
    lines.extend(problems.iter().take(LISTED).map(|problem| format!("  {problem}")));
    lines.extend((count > LISTED).then(|| format!("  … and {} more", count - LISTED)));
    lines.join("\n")
}

/// A policy that is not valid, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed("policy", problems))]
pub struct InvalidPolicy {
    /// The problems, in the order in which the policy's fields are documented; never empty.
    pub problems: Vec<Problem>,
}

/// An execution's input that is not valid, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed("input", problems))]
pub struct InvalidInput {
    /// The problems, in the order in which the input's fields are documented; never empty.
    pub problems: Vec<Problem>,
}
