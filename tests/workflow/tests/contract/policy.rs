//! The policy files beside the templates, and the schema with which editors complete and check them.

use policy::PatchPolicy;
use proptest::prelude::{ProptestConfig, proptest};
use serde_json::{Value, json, to_value};
use support::arbitrary;
use workflow::rendering::Rendering;
use workflow::{read, schema, template};

const SCHEMA: &str = "templates/policy.schema.json";

#[test]
fn the_schema_is_that_of_the_types() {
    schema::is_up_to_date(SCHEMA, &schemars::schema_for!(PatchPolicy));
}

#[test]
fn the_policy_file_is_what_the_template_composes() {
    let composed = Rendering::new(&template::load("main.yaml"), &[]).policy();
    assert_eq!(PatchPolicy::parse(&composed), PatchPolicy::parse(&file("policy.json")));
}

/// It says what the other solution does unless somebody changed it, and names the one role that differs.
#[test]
fn the_policy_for_a_takeover_is_the_default_one_where_the_other_solution_works() {
    let mut takeover = file("takeover-policy.json");
    assert_eq!(takeover["scope"], json!({"controlTowerRegionsOnly": true}));
    assert_eq!(takeover["dhmc"], json!({"role": "service-role/PatchManagerDefaultHostManagement", "overwrite": true}));
    for differs in ["scope", "dhmc"] {
        takeover.as_object_mut().unwrap().remove(differs);
    }
    assert_eq!(takeover, file("policy.json"));
}

#[test]
fn policy_files_follow_the_schema_that_they_name() {
    let validator = validator();
    for name in ["policy.json", "policy-waves.json", "takeover-policy.json"] {
        let policy = file(name);
        assert_eq!(policy["$schema"], "policy.schema.json");
        assert_eq!(problems(&validator, &policy), [""; 0]);
        PatchPolicy::parse(&policy).unwrap();
    }
}

#[test]
fn what_the_schema_refuses_the_policy_refuses() {
    let validator = validator();
    for (place, value) in [
        ("/windows", json!(null)),
        ("/window", json!([])),
        ("/windows/0/name", json!("a b")),
        ("/windows/0/schedule", json!("every day")),
        ("/windows/0/durationHours", json!(25)),
        ("/windows/0/cutOffHours", json!(1)),
        ("/windows/0/scheduleOffsetDays", json!(7)),
        ("/windows/0/target/key", json!("InstanceOS")),
        ("/windows/0/target/values", json!([])),
        ("/windows/0/target", json!([])),
        ("/windows/0/target", json!(vec![json!({"key": "tag:a", "values": ["x"]}); 6])),
        ("/windows/0/target", json!([{"key": "tag:a", "values": ["x"], "name": "the-target"}])),
        ("/windows/0/target", json!("tag:a")),
        ("/windows/0/task/maxErrors", json!("101%")),
        ("/windows/0/task/timeoutSeconds", json!(29)),
        ("/windows/0/task/cutoffBehavior", json!("STOP")),
        ("/windows/0/task/parameters", json!({"Operation": "Scan"})),
        ("/windows/0/task/output", json!({"bucket": "some-bucket"})),
        ("/scope/regions", json!("eu-west-1")),
        ("/dhmc/role", json!("arn:aws:iam::111122223333:role/x")),
        ("/onRegionDenied", json!("Fail")),
    ] {
        let mut policy = file("takeover-policy.json");
        let (parent, field) = place.rsplit_once('/').unwrap();
        policy.pointer_mut(parent).unwrap()[field] = value;
        assert_ne!(problems(&validator, &policy), [""; 0], "{place}");
        assert!(PatchPolicy::parse(&policy).is_err(), "{place}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_policy_takes_the_schema_takes(policy in arbitrary::policy_with_waves()) {
        assert_eq!(problems(&validator(), &to_value(policy).unwrap()), [""; 0]);
    }
}

fn file(name: &str) -> Value {
    serde_json::from_str(&read(format!("templates/{name}"))).unwrap()
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&read(SCHEMA)).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn problems(validator: &jsonschema::Validator, policy: &Value) -> Vec<String> {
    validator.iter_errors(policy).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
