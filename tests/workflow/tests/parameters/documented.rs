//! `templates/README.md` has the parameters as the templates have them.

use patching::advice::about;
use serde_json::Value;
use workflow::{read, template};

#[test]
fn the_tables_of_the_readme_are_those_of_the_template() {
    let documented = read("templates/README.md");
    let expected = tables(&template::load("main.yaml"));
    assert!(documented.contains(&expected), "templates/README.md has to hold, just so:\n\n{expected}");
}

#[test]
fn the_readme_says_what_to_do_about_each_error_as_the_report_does() {
    let errors = read("statemachine/README.md");
    let (documented, mut rows) = (read("templates/README.md"), 0);
    let table = errors.split("| error | class | what happened |").nth(1).unwrap().split("\n\n").next().unwrap();
    for name in table.lines().filter_map(|row| row.split('`').nth(1)) {
        let row = format!("| `{name}` | {} |\n", about(name).unwrap());
        assert!(documented.contains(&row), "templates/README.md has to hold, just so: {row}");
        rows += 1;
    }
    assert!(rows > 25, "{rows}");
}

#[test]
fn the_manifest_for_control_tower_gives_each_template_what_it_asks_for() {
    let resources = template::list(&template::load("cfct/manifest.yaml")["resources"]);
    let files: Vec<_> = resources.iter().map(|one| one["resource_file"].as_str().unwrap()).collect();
    assert_eq!(files, ["templates/org-dhmc-roles.yaml", "templates/main.yaml", "templates/org-events.yaml"]);
    for (file, resource) in files.iter().zip(&resources) {
        let asked = template::load(file.strip_prefix("templates/").unwrap())["Parameters"].as_object().unwrap().clone();
        let given = template::list(&resource["parameters"]);
        let given: Vec<_> = given.iter().map(|one| one["parameter_key"].as_str().unwrap()).collect();
        assert!(given.iter().all(|name| asked.contains_key(*name)), "{file}: {given:?}");
        let mut needed = asked.iter().filter(|(_, parameter)| parameter.get("Default").is_none());
        assert!(needed.all(|(name, _)| given.contains(&name.as_str())), "{file}: {given:?}");
    }
}

fn tables(template: &Value) -> String {
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let groups = template::list(&interface["ParameterGroups"]);
    let tables = groups.iter().map(|group| {
        let rows = template::list(&group["Parameters"]);
        let rows: String = rows.iter().map(|name| row(name.as_str().unwrap(), &template["Parameters"])).collect();
        format!(
            "### {}\n\n| parameter | default | |\n| --- | --- | --- |\n{rows}",
            group["Label"]["default"].as_str().unwrap()
        )
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn row(name: &str, parameters: &Value) -> String {
    let parameter = &parameters[name];
    let default = match &parameter["Default"] {
        Value::Null => "–".to_owned(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    };
    let description = parameter["Description"].as_str().unwrap().trim().replace('|', "\\|");
    let values = template::list(&parameter["AllowedValues"]);
    let values = if (1..=3).contains(&values.len()) && !values.contains(&"true".into()) {
        let values: Vec<_> = values.iter().filter_map(Value::as_str).filter(|value| !value.is_empty()).collect();
        format!(" `{}`.", values.join("`, `"))
    } else {
        String::new()
    };
    format!("| `{name}` | {default} | {description}{values} |\n")
}
