//! JSON for a page's script: what is the same in many places is there once, and nothing ends the element that it stands in.

use indexmap::IndexSet;
use serde_json::Value;

/// Values as JSON, each with the number under which the page knows it.
#[derive(Debug, Default)]
pub(crate) struct Once(IndexSet<String>);

impl Once {
    pub(crate) fn number(&mut self, value: &Value) -> usize {
        self.0.insert_full(value.to_string()).0
    }

    /// A list in the order of the numbers.
    pub(crate) fn json(&self) -> String {
        let values: Vec<_> = self.0.iter().map(String::as_str).collect();
        format!("[{}]", values.join(","))
    }
}

/// JSON as it may stand in a script element, whatever is in its texts.
pub(crate) fn json_in_script(json: &str) -> String {
    let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
