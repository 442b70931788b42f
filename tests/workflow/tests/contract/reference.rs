//! The policy's reference, which is made of its types: `UPDATE_SCHEMA=1` writes it.

use policy::PatchPolicy;
use serde_json::Value;
use workflow::{read, root};

const README: &str = "functions/lib/policy/README.md";
const HEADING: &str = "## Reference\n";

#[test]
fn the_reference_is_that_of_the_types() {
    let schema = schemars::schema_for!(PatchPolicy).to_value();
    let mut table = "| field | what it says | by default |\n| --- | --- | --- |\n".to_owned();
    add_rows(&schema, &schema, "", &mut table);
    let found = read(README);
    let (before, _) = found.split_once(HEADING).unwrap();
    let wanted = format!("{before}{HEADING}\n{table}");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(root().join(README), &wanted).unwrap();
    }
    assert_eq!(read(README), wanted, "UPDATE_SCHEMA=1 cargo test -p workflow the_reference_is writes it");
}

/// A row for each field of the object, and for those of the objects in it.
fn add_rows(schema: &Value, object: &Value, path: &str, table: &mut String) {
    let required: Vec<&str> = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in object["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "$schema") {
        let (inner, suffix) = if field["type"] == "array" { (&field["items"], "[]") } else { (field, "") };
        let kind = definition(schema, inner);
        let path = format!("{path}{name}{suffix}");
        if kind["properties"].is_object() {
            add_rows(schema, kind, &format!("{path}."), table);
            continue;
        }
        let default = match &field["default"] {
            Value::Null if required.contains(&name.as_str()) => "has to be there".to_owned(),
            Value::Null => "–".to_owned(),
            default => format!("`{default}`"),
        };
        let said = [&field["description"], &kind["description"]].map(|text| text.as_str().unwrap_or_default());
        let choices = kind["oneOf"].as_array().into_iter().flatten();
        let choices = choices.map(|choice| {
            format!("`{}`: {}", choice["const"].as_str().unwrap(), choice["description"].as_str().unwrap())
        });
        let mut texts: Vec<_> = said.into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect();
        texts.dedup();
        texts.extend(choices);
        let text = texts.join(" ").replace('\n', " ").replace('|', "\\|");
        *table += &["| `", path.as_str(), "` | ", text.as_str(), " | ", default.as_str(), " |\n"].concat();
        // One of several forms, each an object or a list of objects.
        for form in kind["anyOf"].as_array().into_iter().flatten() {
            let (inner, suffix) = if form["type"] == "array" { (&form["items"], "[]") } else { (form, "") };
            let object = definition(schema, inner);
            if object["properties"].is_object() {
                add_rows(schema, object, &format!("{path}{suffix}."), table);
            }
        }
    }
}

/// What a field refers to, where it may also be left out.
fn definition<'a>(schema: &'a Value, field: &'a Value) -> &'a Value {
    let referred = field["$ref"].as_str().or_else(|| field["anyOf"][0]["$ref"].as_str());
    referred.map_or(field, |name| &schema["$defs"][name.rsplit('/').next().unwrap()])
}
