//! Tables that are made of types: `UPDATE_SCHEMA=1` writes them.

use patching::hosts::Reason;
use policy::PatchPolicy;
use serde_json::Value;
use workflow::{read, root};

#[test]
fn the_reference_is_that_of_the_types() {
    let schema = schemars::schema_for!(PatchPolicy).to_value();
    let mut rows = String::new();
    add_rows(&schema, &schema, "", "", &mut rows);
    assert_table(
        "functions/lib/policy/README.md",
        "| field | what it says | by default |\n| --- | --- | --- |\n",
        &rows,
    );
}

#[test]
fn the_reference_is_that_of_the_reasons() {
    let schema = schemars::schema_for!(Reason).to_value();
    let row = |reason: &Value| {
        format!("| `{}` | {} |\n", reason["const"].as_str().unwrap(), text(&reason["description"]).replace('\n', " "))
    };
    let rows: String = schema["oneOf"].as_array().unwrap().iter().map(row).collect();
    assert_table("functions/report/README.md", "| reason | what it says of a host |\n| --- | --- |\n", &rows);
}

/// The page has the table with this head and these rows.
fn assert_table(page: &str, head: &str, rows: &str) {
    let found = read(page);
    let (before, after) = found.split_once(head).unwrap();
    let after: String = after.split_inclusive('\n').skip_while(|line| line.starts_with('|')).collect();
    let wanted = [before, head, rows, &after].concat();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(root().join(page), &wanted).unwrap();
    }
    assert_eq!(read(page), wanted, "UPDATE_SCHEMA=1 cargo test -p workflow -- the_reference_is writes it");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A row for each field of the object, and for those of the objects in it; an object that `may_be_left_out` is named.
fn add_rows(schema: &Value, object: &Value, path: &str, may_be_left_out: &str, table: &mut String) {
    let required: Vec<&str> = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in object["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "$schema") {
        let (inner, suffix) = if field["type"] == "array" { (&field["items"], "[]") } else { (field, "") };
        let kind = definition(schema, inner);
        let path = format!("{path}{name}{suffix}");
        if kind["properties"].is_object() {
            let is_there = suffix == "[]" || required.contains(&name.as_str());
            add_rows(schema, kind, &format!("{path}."), if is_there { "" } else { name }, table);
            continue;
        }
        let default = match &field["default"] {
            Value::Null if required.contains(&name.as_str()) && may_be_left_out.is_empty() => {
                "has to be there".to_owned()
            }
            Value::Null if required.contains(&name.as_str()) => format!("has to be there if `{may_be_left_out}` is"),
            Value::Null => "–".to_owned(),
            default => format!("`{default}`"),
        };
        let choices = kind["oneOf"].as_array().into_iter().flatten();
        let choices: Vec<_> =
            choices.map(|choice| format!("`{}`: {}", text(&choice["const"]), text(&choice["description"]))).collect();
        let of_kind = if choices.is_empty() { text(&kind["description"]) } else { "" };
        let said = [text(&field["description"]), of_kind];
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
                add_rows(schema, object, &format!("{path}{suffix}."), "", table);
            }
        }
    }
}

/// What a field refers to, where it may also be left out.
fn definition<'a>(schema: &'a Value, field: &'a Value) -> &'a Value {
    let referred = field["$ref"].as_str().or_else(|| field["anyOf"][0]["$ref"].as_str());
    referred.map_or(field, |name| &schema["$defs"][name.rsplit('/').next().unwrap()])
}
