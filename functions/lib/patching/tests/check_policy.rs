//! The program that checks a policy file.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn check(file: &Path) -> Output {
    check_for(file, &[])
}

fn check_for(file: &Path, member_roles: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_check-policy")).arg(file).args(member_roles).output().unwrap()
}

fn beside_the_templates(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../templates").join(name)
}

#[test]
fn the_policy_files_beside_the_templates_are_valid() {
    for name in ["policy.json", "policy-waves.json", "takeover-policy.json"] {
        let checked = check(&beside_the_templates(name));
        assert!(checked.status.success() && checked.stderr.is_empty(), "{checked:?}");
    }
}

#[test]
fn what_the_member_roles_are_not_made_for_is_told_where_they_are_known() {
    let member_roles = r#"{"taskRole": "task", "dhmcRole": "service-role/Dhmc", "documents": ["AWS-RunPatchBaseline"],
        "ownerTag": {"key": "createdBy", "value": "SRA_Patch_Management"}}"#;
    let checked = check_for(&beside_the_templates("policy.json"), &[member_roles]);
    let said = String::from_utf8(checked.stderr).unwrap();
    for path in ["$.windows[0].task.document", "$.dhmc.role", "$.taskRole"] {
        assert!(said.contains(path), "no {path} in {said}");
    }
    assert!(said.contains("has 3 problems"), "{said}");
    assert_eq!(checked.status.code(), Some(1));
}

#[test]
fn every_problem_of_a_file_is_told_and_the_check_fails() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-policy.json");
    let window = r#"{"name": "one", "schedule": "cron(0 0 30 2 ? *)", "target": {"values": ["Linux"]},
        "task": {"name": "scan", "document": "My-Document"}}"#;
    for (text, problems) in [
        (r#"{"windows": [{"name": "a b"}], "taskRole": "/task"}"#.to_owned(), ["$.windows[0].name", "$.taskRole"]),
        (format!(r#"{{"windows": [{window}]}}"#), ["$.windows[0].schedule", "cron(0 0 30 2 ? *)"]),
        ("{".to_owned(), ["wrong-policy.json", "not JSON"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let checked = check(&file);
        let said = String::from_utf8(checked.stderr).unwrap();
        assert_eq!(checked.status.code(), Some(1), "{said}");
        assert!(problems.iter().all(|problem| said.contains(problem)), "{said}");
    }
    assert_eq!(check(Path::new("/nowhere")).status.code(), Some(1));
}
