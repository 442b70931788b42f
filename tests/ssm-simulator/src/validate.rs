//! Checks a request against the service model, and words what is wrong as AWS does.

use serde_json::Value;

use crate::error::{ServiceError, quoted};
use crate::model::{Kind, Model, Shape, ShapeId};

/// Checks a request's body against the input shape of its operation.
pub(crate) fn validate(model: &Model, input: ShapeId, body: &Value) -> Result<(), ServiceError> {
    let mut check = Check { model, violations: Vec::new() };
    check.value(input, body, "")?;
    match check.violations.len() {
        0 => Ok(()),
        1 => Err(ServiceError::validation(format!("1 validation error detected: {}", check.violations[0]))),
        n => Err(ServiceError::validation(format!("{n} validation errors detected: {}", check.violations.join("; ")))),
    }
}

/// The service itself ignores a member that it does not know; here it is a mistake to be shown.
const UNKNOWN: &str = "Member must be one of the service model";

struct Check<'a> {
    model: &'a Model,
    violations: Vec<String>,
}

impl Check<'_> {
    /// A value of the wrong type ends the check: the service cannot read such a request at all.
    fn value(&mut self, id: ShapeId, value: &Value, path: &str) -> Result<(), ServiceError> {
        let shape = self.model.shape(id);
        match (&shape.kind, value) {
            (Kind::Structure { members, required }, Value::Object(fields)) => {
                for name in required {
                    if fields.get(name).is_none_or(Value::is_null) {
                        self.refuse(shape, &Value::Null, &below(path, name), "Member must not be null");
                    }
                }
                for (name, field) in fields.iter().filter(|(_, field)| !field.is_null()) {
                    match members.get(name) {
                        Some(member) => self.value(member.shape, field, &below(path, name))?,
                        None => self.refuse(shape, field, &below(path, name), UNKNOWN),
                    }
                }
            }
            (Kind::List { member }, Value::Array(items)) => {
                self.size(shape, items.len(), value, path, "length");
                for (index, item) in items.iter().enumerate() {
                    self.value(*member, item, &format!("{path}.{}.member", index + 1))?;
                }
            }
            (Kind::Map { key, value: item }, Value::Object(entries)) => {
                self.size(shape, entries.len(), value, path, "length");
                for (name, entry) in entries {
                    self.value(*key, &Value::String(name.clone()), &format!("{path}.{name}.key"))?;
                    self.value(*item, entry, &format!("{path}.{name}.value"))?;
                }
            }
            (Kind::String { .. }, Value::String(text)) => self.text(shape, text, value, path),
            (Kind::Integer, Value::Number(number)) if number.is_i64() => self.number(shape, value, path),
            (Kind::Boolean, Value::Bool(_)) | (Kind::Other, _) => {}
            (kind, _) => return Err(wrong_type(kind, value, path)),
        }
        Ok(())
    }

    fn text(&mut self, shape: &Shape, text: &str, value: &Value, path: &str) {
        let Kind::String { pattern, allowed } = &shape.kind else { return };
        if !allowed.is_empty() && !allowed.iter().any(|one| one == text) {
            let constraint = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
            self.refuse(shape, value, path, &constraint);
        }
        self.size(shape, text.chars().count(), value, path, "length");
        if let Some(pattern) = pattern.as_ref().filter(|pattern| !pattern.regex.is_match(text)) {
            let constraint = format!("Member must satisfy regular expression pattern: {}", pattern.text);
            self.refuse(shape, value, path, &constraint);
        }
    }

    fn number(&mut self, shape: &Shape, value: &Value, path: &str) {
        self.bounds(shape, value.as_i64().unwrap_or_default(), value, path, "value");
    }

    fn size(&mut self, shape: &Shape, size: usize, value: &Value, path: &str, what: &str) {
        self.bounds(shape, i64::try_from(size).unwrap_or(i64::MAX), value, path, what);
    }

    fn bounds(&mut self, shape: &Shape, actual: i64, value: &Value, path: &str, what: &str) {
        if let Some(min) = shape.min.filter(|min| actual < *min) {
            self.refuse(shape, value, path, &format!("Member must have {what} greater than or equal to {min}"));
        }
        if let Some(max) = shape.max.filter(|max| actual > *max) {
            self.refuse(shape, value, path, &format!("Member must have {what} less than or equal to {max}"));
        }
    }

    fn refuse(&mut self, shape: &Shape, value: &Value, path: &str, constraint: &str) {
        let value = if shape.sensitive { String::new() } else { format!("{} ", quoted(value)) };
        self.violations.push(format!("Value {value}at '{path}' failed to satisfy constraint: {constraint}"));
    }
}

/// The service names members in lower camel case, and the elements of a list from one: `targets.1.member.key`.
fn below(path: &str, member: &str) -> String {
    let mut name = member.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

fn wrong_type(kind: &Kind, value: &Value, path: &str) -> ServiceError {
    let expected = match kind {
        Kind::Structure { .. } => "a structure",
        Kind::List { .. } => "a list",
        Kind::Map { .. } => "a map",
        Kind::String { .. } => "a String",
        Kind::Integer => "an Integer",
        Kind::Boolean => "a Boolean",
        Kind::Other => "a value",
    };
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(_) => "BOOLEAN_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_OF_LIST",
        Value::Object(_) => "START_OF_OBJECT",
    };
    ServiceError::new("SerializationException", format!("{found} at '{path}' can not be converted to {expected}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::operation::Operation;
    use crate::testing::{Region, a_target, a_window, with};

    const WINDOW: &str = "mw-0123456789abcdef0";

    fn refusal(operation: Operation, input: serde_json::Value) -> String {
        let refused = Region::new().refused(operation, input);
        assert_eq!(refused.code, "ValidationException");
        refused.message
    }

    #[test]
    fn a_missing_member_is_worded_as_the_service_does() {
        let message = refusal(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "Schedule": null })));
        let expected = "1 validation error detected: Value null at 'schedule' failed to satisfy constraint: \
                        Member must not be null";
        assert_eq!(message, expected);
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        let message = refusal(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "Name": "two words" })));
        let expected = "1 validation error detected: Value 'two words' at 'name' failed to satisfy constraint: \
                        Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$";
        assert_eq!(message, expected);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let message =
            refusal(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "Duration": 25, "Cutoff": -1 })));
        assert!(message.starts_with("2 validation errors detected: "), "{message}");
        assert!(message.contains(
            "Value '25' at 'duration' failed to satisfy constraint: Member must have value less than or equal to 24"
        ));
        assert!(message.contains(
            "Value '-1' at 'cutoff' failed to satisfy constraint: Member must have value greater than or equal to 0"
        ));
    }

    #[test]
    fn an_enum_lists_what_is_allowed() {
        let request = with(a_target(WINDOW), json!({ "ResourceType": "COMPUTER" }));
        let message = refusal(Operation::RegisterTargetWithMaintenanceWindow, request);
        assert!(message.ends_with("Member must satisfy enum value set: [INSTANCE, RESOURCE_GROUP]"), "{message}");
    }

    #[test]
    fn the_elements_of_lists_are_checked_and_counted_from_one() {
        let targets =
            json!({ "Targets": [{ "Key": "tag:a", "Values": ["x"] }, { "Key": "k".repeat(164), "Values": [] }] });
        let message = refusal(Operation::RegisterTargetWithMaintenanceWindow, with(a_target(WINDOW), targets));
        assert!(message.contains("at 'targets.2.member.key'"), "{message}");
        let six: Vec<_> = (0..6).map(|n| json!({ "Key": format!("tag:{n}"), "Values": ["x"] })).collect();
        let message =
            refusal(Operation::RegisterTargetWithMaintenanceWindow, with(a_target(WINDOW), json!({ "Targets": six })));
        assert!(message.ends_with("Member must have length less than or equal to 5"), "{message}");
    }

    #[test]
    fn what_is_sensitive_is_not_repeated() {
        let request = with(a_window(), json!({ "Description": "s".repeat(129) }));
        let message = refusal(Operation::CreateMaintenanceWindow, request);
        assert!(message.contains("Value at 'description' failed"), "{message}");
    }

    #[test]
    fn a_member_that_the_model_does_not_have_is_refused() {
        let message = refusal(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "Timezone": "UTC" })));
        assert!(message.contains("'timezone'"), "{message}");
    }

    #[test]
    fn a_value_of_another_type_cannot_be_read() {
        let request = with(a_window(), json!({ "Duration": "6" }));
        let refused = Region::new().refused(Operation::CreateMaintenanceWindow, request);
        assert_eq!(refused.code, "SerializationException");
    }

    #[test]
    fn letters_of_every_language_are_allowed_in_tags() {
        let tags = json!({ "Tags": [{ "Key": "équipe", "Value": "été 2026" }] });
        Region::new().ok(Operation::CreateMaintenanceWindow, with(a_window(), tags));
        let tags = json!({ "Tags": [{ "Key": "what?", "Value": "" }] });
        refusal(Operation::CreateMaintenanceWindow, with(a_window(), tags));
    }
}
