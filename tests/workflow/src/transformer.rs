//! What EventBridge hands to a target, as its user guide describes input paths and input transformers.

#![expect(clippy::missing_panics_doc, reason = "panics when a target is not as CloudFormation takes it")]

use serde_json::Value;

/// The target's input for an event, as text.
///
/// A path that leads nowhere is an empty text in a template, and `null` without one.
pub fn input(target: &Value, event: &Value) -> String {
    if let Some(path) = target["InputPath"].as_str() {
        return follow(path, event).unwrap_or(&Value::Null).to_string();
    }
    let transformer = &target["InputTransformer"];
    let template = transformer["InputTemplate"].as_str().expect("a template").to_owned();
    let paths = transformer["InputPathsMap"].as_object().expect("paths");
    // A string gets its quotes, anything else is put in as JSON.
    paths.iter().fold(template, |text, (name, path)| {
        let placeholder = format!("<{name}>");
        assert!(text.contains(&placeholder), "{placeholder} is not in {text}");
        let found = follow(path.as_str().expect("a path is a text"), event);
        text.replace(&placeholder, &found.map(Value::to_string).unwrap_or_default())
    })
}

fn follow<'a>(path: &str, event: &'a Value) -> Option<&'a Value> {
    let pointer = path.strip_prefix('$').expect("a path begins with $").replace('.', "/");
    event.pointer(&pointer).filter(|found| !found.is_null())
}
