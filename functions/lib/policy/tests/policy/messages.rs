//! How problems are put into words.

use policy::PatchPolicy;
use serde_json::{Value, json};

use crate::documents::{policy, policy_with};

fn message(policy: &Value) -> String {
    PatchPolicy::parse(policy).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_policy_with_many_problems_reports_them_all_at_once() {
    let policy = json!({
        "scope": {"regions": ["Ireland"], "accounts": []},
        "windows": [
            {
                "name": "a window",
                "schedule": "cron(0 2 * * THU)",
                "timezone": "CET/Berlin",
                "durationHours": "6",
                "cutoffHours": 30,
                "enabled": "yes",
                "target": {"key": "Name", "values": "Linux"},
                "task": {
                    "name": "Linux_Scan",
                    "document": "AWS-RunPatchBaseline",
                    "parameters": {"Operation": ["Patch"], "a b": []},
                    "maxConcurrency": 100,
                    "cutoffBehavior": "STOP",
                    "output": {"s3Prefix": "x"}
                }
            },
            17
        ],
        "dhmc": {"enabled": true},
        "taskRole": "/task"
    });
    assert_eq!(message(&policy), include_str!("many-problems.txt").trim_end());
}

#[test]
fn one_problem_is_one_line() {
    assert_eq!(
        message(&policy_with("/ownerTag/key", json!("aws:x"))),
        "the policy has 1 problem:\n  $.ownerTag.key: \"aws:x\" — allowed: 1 to 128 letters, digits, spaces and _.:/=+-@, up to U+00FF, not \
         beginning with aws:"
    );
}

#[test]
fn a_long_value_is_cut_at_80_characters() {
    let error = PatchPolicy::parse(&policy_with("/windows/0/name", json!("ä".repeat(200)))).unwrap_err();
    assert_eq!(error.problems[0].value, format!("\"{}…", "ä".repeat(78)));
    assert_eq!(error.problems[0].value.chars().count(), 80);
    let fits = format!("{}!", "x".repeat(77));
    let error = PatchPolicy::parse(&policy_with("/windows/0/name", json!(fits))).unwrap_err();
    assert_eq!(error.problems[0].value, format!("\"{fits}\""));
}

#[test]
fn a_member_whose_name_is_no_word_is_quoted_in_the_path() {
    let error = PatchPolicy::parse(&policy_with("/a \"b\"", json!(1))).unwrap_err();
    assert_eq!(error.problems[0].path, r#"$["a \"b\""]"#);
}

#[test]
fn a_missing_field_is_called_missing() {
    let mut policy = policy();
    policy["windows"][0].as_object_mut().unwrap().remove("schedule");
    let error = PatchPolicy::parse(&policy).unwrap_err();
    assert_eq!(
        (error.problems[0].path.as_str(), error.problems[0].value.as_str()),
        ("$.windows[0].schedule", "missing")
    );
}
