//! What is wrong with a policy as it is written, and does not show in its JSON: readers take the last of two keys without a word, so that
//! what the author meant with the first is lost; and Systems Manager takes `{{` for a reference to a parameter, and refuses a parameter
//! whose value has one.

use std::collections::BTreeSet;
use std::{fmt, iter};

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error, Value, from_str};

use crate::problem::Problem;
use crate::reader::member_path;

const OPENING: &str = "{{";
const NO_OPENING: &str = "no {{, which a parameter of Systems Manager may not hold; written as {\\u007b it may";

/// A text's JSON as every reader understands it, and a problem for each key that is in an object once more, and for each text and key
/// with `{{`.
pub(super) fn read(text: &str) -> Result<(Value, Vec<Problem>), Error> {
    let (value, mut problems) = (from_str(text)?, Vec::new());
    find("$", from_str(text)?, &mut problems)?;
    Ok((value, problems))
}

fn find(path: &str, written: &RawValue, problems: &mut Vec<Problem>) -> Result<(), Error> {
    let text = written.get();
    if text.starts_with('{') {
        let mut keys = BTreeSet::new();
        for (written, value) in Deserializer::from_str(text).deserialize_map(Members)? {
            let key: String = from_str(written.get())?;
            let path = member_path(path, &key);
            if !keys.insert(key) {
                problems.push(problem(&path, value, "each key once in an object")?);
            }
            if written.get().contains(OPENING) {
                problems.push(problem(&path, value, NO_OPENING)?);
            } else {
                find(&path, value, problems)?;
            }
        }
    } else if text.starts_with('[') {
        for (index, item) in from_str::<Vec<&RawValue>>(text)?.into_iter().enumerate() {
            find(&format!("{path}[{index}]"), item, problems)?;
        }
    } else if text.contains(OPENING) {
        problems.push(problem(path, written, NO_OPENING)?);
    }
    Ok(())
}

fn problem(path: &str, written: &RawValue, allowed: &str) -> Result<Problem, Error> {
    Ok(Problem::new(path, &from_str::<Value>(written.get())?, allowed))
}

/// The members of an object, also those that are there twice.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        iter::from_fn(|| members.next_entry().transpose()).collect()
    }
}
