//! What is found wrong with a policy file, and when.

use std::io::Write;

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use workflow::read;

use crate::script::stand_in::{Ended, StandIn};

fn deploy(policy: &Value, arguments: &[&str]) -> Ended {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(policy.to_string().as_bytes()).unwrap();
    StandIn::new().run(&[&["--policy", file.path().to_str().unwrap()], arguments].concat())
}

#[test]
fn a_policy_file_is_checked_before_anything_else_with_every_problem() {
    let ended = deploy(&json!({"windows": [{"name": "a b"}], "taskRole": "/task", "dhmc": {"onDelete": "Keep"}}), &[]);
    assert!(!ended.succeeded && ended.asked.is_empty(), "{:?}", ended.asked);
    for path in ["$.windows[0].name: \"a b\"", "$.windows[0].schedule: missing", "$.taskRole", "$.dhmc.onDelete"] {
        assert!(ended.said.contains(path), "no {path} in {}", ended.said);
    }
    assert!(ended.said.ends_with("deploy.sh: nothing was done\n"), "{}", ended.said);
}

#[test]
fn what_the_stacks_roles_are_not_made_for_is_said_before_anything_is_built() {
    let takeover: Value = serde_json::from_str(&read("templates/takeover-policy.json")).unwrap();
    let ended = deploy(&takeover, &[]);
    assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
    let wanted =
        "\"service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom\", as the stack's DhmcRoleName says";
    assert!(ended.said.contains("$.dhmc.role") && ended.said.contains(wanted), "{}", ended.said);
    assert!(ended.said.contains("has 1 problem") && !ended.said.contains("Building"), "{}", ended.said);
}

#[test]
fn where_nothing_is_built_it_says_that_the_stack_checks_the_file() {
    let ended = deploy(&json!({}), &["--artifacts", "/tmp"]);
    assert!(ended.said.contains("is not checked here") && ended.said.contains("the stack checks it"), "{}", ended.said);
    assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
}
