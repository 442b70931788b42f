//! JSON for a page's script: what is the same in many places is there once, and nothing ends the element that it stands in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

/// Values by what they are, each with the number under which the page knows it.
#[derive(Debug, Default)]
pub(crate) struct Once {
    values: Vec<Value>,
    numbers: BTreeMap<String, usize>,
}

impl Once {
    pub(crate) fn number(&mut self, value: Value) -> usize {
        match self.numbers.entry(value.to_string()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.values.push(value);
                *new.insert(self.values.len() - 1)
            }
        }
    }

    /// In the order of their numbers.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// JSON as it may stand in a script element, whatever is in its texts.
pub(crate) fn json_in_script(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            plain => escaped.push(plain),
        }
    }
    escaped
}
