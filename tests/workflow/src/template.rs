//! The CloudFormation templates.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

use crate::{functions, read, root};

/// A template of the folder `templates`, with its short forms (`!Ref`) written out (`{"Ref": …}`).
///
/// # Panics
///
/// When it is not YAML.
pub fn load(name: &str) -> Value {
    let yaml =
        serde_yaml_ng::from_str(&read(format!("templates/{name}"))).unwrap_or_else(|why| panic!("{name}: {why}"));
    plain(yaml)
}

/// The names of all templates.
///
/// # Panics
///
/// When the folder cannot be read.
pub fn files() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("templates")).unwrap_or_else(|why| panic!("templates: {why}"));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let templates = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    templates.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
}

/// The template that holds the state machine and the functions but one.
pub fn control_plane() -> Value {
    load("control-plane.yaml")
}

/// The template that holds the function that looks at hosts.
pub fn inspection() -> Value {
    load("inspection.yaml")
}

/// The resources of both.
pub fn resources() -> Map<String, Value> {
    let of = |template: Value| template["Resources"].as_object().cloned().unwrap_or_default();
    of(control_plane()).into_iter().chain(of(inspection())).collect()
}

/// The properties of a resource of one of the two.
pub fn properties(resource: &str) -> Value {
    resources().get(resource).map_or(Value::Null, |resource| resource["Properties"].clone())
}

/// The ARN of a function as the control plane writes it: of one in another template, which comes later, by its name.
pub fn function_arn(name: &str) -> Value {
    let id = format!("{}Function", functions::pascal(name));
    if control_plane()["Resources"][&id].is_object() {
        return json!({ "Fn::GetAtt": [id, "Arn"] });
    }
    let arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${ResourcePrefix}";
    json!({ "Fn::Sub": format!("{arn}-{name}") })
}

/// The function's resource.
pub fn function(name: &str) -> Value {
    properties(&format!("{}Function", functions::pascal(name)))
}

/// The statements of a role's inline policies, policies written as text included.
///
/// # Panics
///
/// When such a text is not JSON.
pub fn statements(role: &Value) -> Vec<Value> {
    let documents =
        list(&role["Policies"]).into_iter().map(|policy| match policy["PolicyDocument"]["Fn::Sub"].as_str() {
            Some(text) => serde_json::from_str(text).unwrap_or_else(|why| panic!("a policy document: {why}")),
            None => policy["PolicyDocument"].clone(),
        });
    documents.flat_map(|document| list(&document["Statement"])).collect()
}

/// The actions that a role's inline policies allow.
pub fn actions(role: &Value) -> BTreeSet<String> {
    let actions = statements(role).into_iter().flat_map(|statement| list(&statement["Action"]));
    actions.filter_map(|action| action.as_str().map(ToOwned::to_owned)).collect()
}

/// The members of a list; of anything else, itself.
pub fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => vec![],
        one => vec![one.clone()],
    }
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => intrinsic(&tagged.tag.to_string(), plain(tagged.value)),
        Yaml::Mapping(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (key(&name), plain(value))).collect::<Map<_, _>>())
        }
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        scalar => serde_json::to_value(scalar).unwrap_or_default(),
    }
}

fn key(name: &Yaml) -> String {
    name.as_str().unwrap_or_default().to_owned()
}

fn intrinsic(tag: &str, value: Value) -> Value {
    match tag.trim_start_matches('!') {
        name @ ("Condition" | "Ref") => json!({ name: value }),
        "GetAtt" => json!({ "Fn::GetAtt": value.as_str().map(|path| path.split('.').collect::<Vec<_>>()) }),
        name => {
            let mut field = Map::new();
            field.insert(format!("Fn::{name}"), value);
            Value::Object(field)
        }
    }
}
