//! What one part hands to another is what the other takes. Each value here went through the definition's own templates, from
//! one state to the next.

mod carried;
mod ends;
mod records;
mod regions;
mod taken;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// An execution that began before an update goes on with functions that came after it, and the other way round.
fn request<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value::<T>(newer(value)).unwrap_or_else(|why| panic!("{why}: {value}"));
    serde_json::from_value(value.clone()).unwrap_or_else(|why| panic!("{why}: {value}"))
}

/// With a field that nobody knows, wherever it is not a person who writes the fields, and names are not counted.
fn newer(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let given = |name: &str| ["input", "policy", "reasons", "skipped", "verdicts"].contains(&name);
            let mut fields: Map<_, _> = fields
                .iter()
                .map(|(name, value)| (name.clone(), if given(name) { value.clone() } else { newer(value) }))
                .collect();
            fields.insert("addedLater".to_owned(), json!("unknown"));
            fields.into()
        }
        Value::Array(items) => items.iter().map(newer).collect(),
        plain => plain.clone(),
    }
}
