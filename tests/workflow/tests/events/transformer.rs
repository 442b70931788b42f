//! What EventBridge hands to a target, as its user guide describes input paths and input transformers.

use serde_json::Value;

/// The target's input for an event, as text.
///
/// A path that leads nowhere panics: what EventBridge then puts in its place is not documented.
pub(crate) fn input(target: &Value, event: &Value) -> String {
    if let Some(path) = target["InputPath"].as_str() {
        return follow(path, event).to_string();
    }
    let transformer = &target["InputTransformer"];
    let template = transformer["InputTemplate"].as_str().unwrap().to_owned();
    let paths = transformer["InputPathsMap"].as_object().unwrap();
    // A string gets its quotes, anything else is put in as JSON.
    paths.iter().fold(template, |text, (name, path)| {
        let placeholder = format!("<{name}>");
        assert!(text.contains(&placeholder), "{placeholder} is not in {text}");
        text.replace(&placeholder, &follow(path.as_str().unwrap(), event).to_string())
    })
}

fn follow(path: &str, event: &Value) -> Value {
    let pointer = path.strip_prefix('$').unwrap().replace('.', "/");
    match event.pointer(&pointer) {
        Some(Value::Null) | None => panic!("{path} leads nowhere in {event}"),
        Some(found) => found.clone(),
    }
}
