//! Names are mechanical: the folder `configure-windows` is the state `ConfigureWindows`, the resource
//! `ConfigureWindowsFunction` and the substitution `${ConfigureWindowsFunctionArn}`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workflow::functions::{self, pascal};
use workflow::{definition, template};

#[test]
fn each_function_is_the_state_of_its_name_and_of_no_other() {
    let invoking: BTreeSet<_> =
        definition::tasks().into_iter().filter(is_invocation).map(|state| (state.function(), state.name)).collect();
    let expected: BTreeSet<_> =
        functions::states().into_iter().map(|name| (Some(name.clone()), pascal(&name))).collect();
    assert_eq!(invoking, expected);
}

#[test]
fn each_function_is_a_resource_and_there_are_no_others() {
    let resources = template::resources();
    let found: BTreeSet<_> = resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function")
        .map(|(id, _)| id.clone())
        .collect();
    let expected: BTreeSet<_> = functions::names().iter().map(|name| format!("{}Function", pascal(name))).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_functions_name_role_logs_and_zip_are_named_after_it() {
    for name in functions::names() {
        let id = pascal(&name);
        let function = template::function(&name);
        let sub = |text: String| json!({ "Fn::Sub": text });
        assert_eq!(function["FunctionName"], sub(format!("${{ResourcePrefix}}-{name}")));
        assert_eq!(function["Code"]["S3Key"], sub(format!("${{ArtifactsPrefix}}{name}.zip")));
        assert_eq!(function["Role"], json!({ "Fn::GetAtt": [format!("{id}Role"), "Arn"] }));
        assert_eq!(function["LoggingConfig"]["LogGroup"], json!({ "Ref": format!("{id}LogGroup") }));
        assert_eq!(template::properties(&format!("{id}Role"))["RoleName"], function["FunctionName"]);
        assert_eq!(
            template::properties(&format!("{id}LogGroup"))["LogGroupName"],
            sub(format!("/aws/lambda/${{ResourcePrefix}}-{name}"))
        );
    }
}

#[test]
fn the_template_gives_each_substitution_that_the_definition_uses_and_no_other() {
    let given = template::properties("RolloutStateMachine")["DefinitionSubstitutions"].clone();
    let names: BTreeSet<_> = given.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, definition::substitutions());
    for name in functions::states() {
        let id = pascal(&name);
        assert_eq!(given[format!("{id}FunctionArn")], template::function_arn(&name));
    }
}

#[test]
fn the_template_sets_each_variable_that_a_function_reads_and_no_other() {
    for name in functions::names() {
        let set = template::function(&name)["Environment"]["Variables"].clone();
        let set: BTreeSet<_> = set.as_object().unwrap().keys().cloned().collect();
        assert_eq!(set, functions::variables(&name), "{name}");
    }
}

#[test]
fn the_definition_names_no_partition() {
    for state in definition::tasks() {
        let resource = state.body["Resource"].as_str().unwrap().to_owned();
        assert!(resource.starts_with("arn:${Partition}:states:::"), "{}: {resource}", state.name);
    }
    assert!(!definition::text().contains("arn:aws"));
}

fn is_invocation(state: &definition::State) -> bool {
    state.body["Resource"].as_str().is_some_and(|resource| resource.ends_with(":lambda:invoke"))
        && state.body["Parameters"]["FunctionName"] != Value::Null
}
