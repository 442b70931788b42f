//! How the console shows the parameters.

use std::collections::BTreeMap;

use workflow::template;

#[test]
fn each_parameter_has_a_description_a_label_and_one_group() {
    for name in ["control-plane.yaml", "main.yaml"] {
        let template = template::load(name);
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
        assert!(template["Parameters"].as_object().unwrap().len() <= 200, "CloudFormation takes no more");
    }
}
