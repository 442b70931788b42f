//! Field by field, what differs between two values of one type.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One field that differs: what it was and what it is to be. `null` stands for "not set".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Where, such as `schedule`, `target.selectors.tag:InstanceOS` or `task.parameters.Operation`.
    pub field: String,
    /// The value found.
    pub from: Value,
    /// The value wanted.
    pub to: Value,
}

impl Change {
    /// Something that is there and should not be.
    pub fn surplus(field: &str, name: &str) -> Self {
        Self { field: field.to_owned(), from: name.into(), to: Value::Null }
    }

    /// Something that should be there and is not, by the field when it has no name.
    pub fn missing(field: &str, name: Option<&str>) -> Self {
        Self { field: field.to_owned(), from: Value::Null, to: name.unwrap_or(field).into() }
    }
}

/// The fields in which `to` differs from `from`, their names behind `prefix` (empty for none) and a dot.
pub fn changes<T: Serialize>(prefix: &str, from: &T, to: &T) -> Vec<Change> {
    let mut found = Vec::new();
    collect(prefix, &fields(from), &fields(to), &mut found);
    found
}

/// Two values that cannot be made JSON must never look alike: a panic is an error of the run.
fn fields(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|problem| panic!("settings cannot be made JSON: {problem}"))
}

fn collect(field: &str, from: &Value, to: &Value, found: &mut Vec<Change>) {
    let (Value::Object(before), Value::Object(after)) = (from, to) else {
        if from != to {
            found.push(Change { field: field.to_owned(), from: from.clone(), to: to.clone() });
        }
        return;
    };
    let added = after.keys().filter(|key| !before.contains_key(*key));
    for key in before.keys().chain(added) {
        let path = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
        collect(&path, before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null), found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_no_changes() {
        assert_eq!(changes("task", &json!({"a": [1], "b": {"c": null}}), &json!({"a": [1], "b": {"c": null}})), []);
    }

    #[test]
    fn every_differing_field_is_named_by_its_path() {
        let from = json!({"schedule": "rate(1 day)", "parameters": {"Operation": ["Scan"], "Old": ["x"]}});
        let to = json!({"schedule": "rate(2 days)", "parameters": {"Operation": ["Install"], "New": ["y"]}});
        let fields: Vec<_> = changes("task", &from, &to).into_iter().map(|change| change.field).collect();
        assert_eq!(
            fields,
            ["task.parameters.Old", "task.parameters.Operation", "task.parameters.New", "task.schedule"]
        );
    }

    #[test]
    fn a_field_that_one_side_lacks_is_null_there() {
        let found = changes("", &json!({}), &json!({"a": 1}));
        assert_eq!(found, [Change { field: "a".into(), from: Value::Null, to: json!(1) }]);
    }
}
