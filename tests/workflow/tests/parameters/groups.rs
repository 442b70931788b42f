//! How the console shows the parameters.

use std::collections::BTreeMap;

use workflow::template;

#[test]
fn each_parameter_has_a_description_a_label_and_one_group() {
    let template = template::load("main.yaml");
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for group in interface["ParameterGroups"].as_array().unwrap() {
        assert!(group["Label"]["default"].is_string());
        for parameter in group["Parameters"].as_array().unwrap() {
            *shown.entry(parameter.as_str().unwrap()).or_default() += 1;
        }
    }
    for (parameter, body) in template["Parameters"].as_object().unwrap() {
        assert_eq!(shown.remove(parameter.as_str()), Some(1), "{parameter}");
        assert!(interface["ParameterLabels"][parameter]["default"].is_string(), "{parameter}");
        assert!(body["Description"].as_str().is_some_and(|text| text.len() > 10), "{parameter}");
    }
    assert!(shown.is_empty(), "{shown:?}");
}

/// What a window can have beside what most people change is in a policy file.
#[test]
fn there_are_no_more_parameters_than_one_can_read() {
    for (name, most) in [("main.yaml", 72), ("control-plane.yaml", 35)] {
        let count = template::load(name)["Parameters"].as_object().unwrap().len();
        assert!(count <= most, "{name}: {count}");
    }
}
