//! The rules of the templates, and the samples.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use workflow::{read, root, template};

/// The state machine that the samples name.
const STATE_MACHINE: &str = "arn:aws:states:eu-west-1:111111111111:stateMachine:patch-manager-rollout";

/// The rules of the control plane by their ids without `Rule`.
pub(crate) fn control_plane() -> BTreeMap<String, Value> {
    of(&template::control_plane())
}

/// The rules that hand events on to the control plane's Region.
pub(crate) fn forwarding() -> BTreeMap<String, Value> {
    of(&template::load("org-events.yaml"))
}

fn of(template: &Value) -> BTreeMap<String, Value> {
    let resources = template["Resources"].as_object().unwrap().iter();
    let rules = resources.filter(|(_, resource)| resource["Type"] == "AWS::Events::Rule");
    rules
        .map(|(id, rule)| (id.strip_suffix("Rule").unwrap().to_owned(), resolved(rule["Properties"].clone())))
        .collect()
}

/// With the state machine's ARN, the account and the policy's name where the template refers to them.
fn resolved(value: Value) -> Value {
    match value {
        reference if reference == json!({"Ref": "RolloutStateMachine"}) => json!(STATE_MACHINE),
        reference if reference == json!({"Ref": "AWS::AccountId"}) => json!("111111111111"),
        reference if reference == json!({"Fn::Sub": "/${ResourcePrefix}/policy"}) => json!("/patch-manager/policy"),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, resolved(value))).collect(),
        Value::Array(items) => items.into_iter().map(resolved).collect(),
        scalar => scalar,
    }
}

/// A sample by its file's name.
pub(crate) fn sample(name: &str) -> Value {
    serde_json::from_str(&read(format!("tests/workflow/fixtures/events/{name}.json"))).unwrap()
}

/// The names of all samples.
pub(crate) fn samples() -> Vec<String> {
    let files = fs::read_dir(root().join("tests/workflow/fixtures/events")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.strip_suffix(".json").unwrap().to_owned()).collect()
}
