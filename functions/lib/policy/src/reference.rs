//! `{{` in a policy's text: Systems Manager takes it for a reference to a parameter, and refuses a parameter whose value has one.

use serde_json::Value;

use crate::problem::Problem;
use crate::reader::{member_path, shown};

const OPENING: &str = "{{";
const ALLOWED: &str = "no {{, which a parameter of Systems Manager may not hold; written as {\\u007b it may";

/// A problem for each text and each key with `{{`, when the policy's own text has one.
pub(super) fn find(text: &str, value: &Value) -> Vec<Problem> {
    if text.contains(OPENING) { below("$", value) } else { Vec::new() }
}

fn below(path: &str, value: &Value) -> Vec<Problem> {
    match value {
        Value::String(text) if text.contains(OPENING) => vec![problem(path, value)],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(&format!("{path}[{index}]"), item)).collect()
        }
        Value::Object(members) => members.iter().flat_map(|(key, value)| member(path, key, value)).collect(),
        _ => Vec::new(),
    }
}

fn member(path: &str, key: &str, value: &Value) -> Vec<Problem> {
    let path = member_path(path, key);
    if key.contains(OPENING) { vec![problem(&path, value)] } else { below(&path, value) }
}

fn problem(path: &str, value: &Value) -> Problem {
    Problem { path: path.to_owned(), value: shown(value), allowed: ALLOWED.to_owned() }
}
