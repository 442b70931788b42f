//! What a pattern lets through is what the policy takes, but for what is named here.

use policy::PatchPolicy;
use regex_lite::Regex;
use serde_json::Value;
use workflow::rendering::Rendering;
use workflow::template;

/// The policy takes these; composing JSON from them does not work. `PatchPolicy` takes them.
const NOT_COMPOSABLE: [char; 2] = ['"', '\\'];

#[test]
fn patterns_take_what_the_policy_takes_and_nothing_else() {
    let template = template::load("main.yaml");
    for (parameter, samples) in samples() {
        for sample in samples {
            let by_pattern = pattern_takes(&template["Parameters"][parameter], sample);
            if sample.contains(NOT_COMPOSABLE) {
                assert!(!by_pattern, "{parameter}: {sample:?} would break the JSON");
            } else {
                let policy = Rendering::new(&template, &[(parameter, sample)]).policy();
                assert_eq!(by_pattern, PatchPolicy::parse(&policy).is_ok(), "{parameter}: {sample:?}");
            }
        }
    }
}

#[test]
fn numbers_have_the_ranges_of_the_policy() {
    let template = template::load("main.yaml");
    for (parameter, lowest, highest) in [("LinuxDurationHours", 2, 24), ("LinuxCutoffHours", 0, 23)] {
        for number in [lowest - 1, lowest, highest, highest + 1].into_iter().filter(|number| *number != 1) {
            let text = number.to_string();
            let duration = if parameter == "LinuxCutoffHours" { "24" } else { &text };
            let policy = Rendering::new(&template, &[("LinuxDurationHours", duration), (parameter, &text)]).policy();
            let in_range = range_takes(&template["Parameters"][parameter], number);
            assert_eq!(in_range, PatchPolicy::parse(&policy).is_ok(), "{parameter}: {number}");
        }
    }
}

fn pattern_takes(parameter: &Value, sample: &str) -> bool {
    let pattern = Regex::new(parameter["AllowedPattern"].as_str().unwrap()).unwrap();
    match parameter["Type"].as_str() {
        Some("CommaDelimitedList") => sample.split(',').all(|one| pattern.is_match(one.trim())),
        _ => pattern.is_match(sample),
    }
}

fn range_takes(parameter: &Value, number: i64) -> bool {
    (parameter["MinValue"].as_i64().unwrap()..=parameter["MaxValue"].as_i64().unwrap()).contains(&number)
}

fn samples() -> Vec<(&'static str, Vec<&'static str>)> {
    let long = |letters: usize| -> &'static str { "x".repeat(letters).leak() };
    let names = vec!["abc", "a.b_c-D9", "ab", "a b", "a/b", "ä12", long(128), long(129)];
    let roles = vec!["a", "a+=,.@_-b", "a b", long(64), long(65)];
    vec![
        ("LinuxWindowName", names),
        (
            "LinuxSchedule",
            vec![
                "cron(0 2 ? * THU#3 *)",
                "rate(7 days)",
                "at(2030-01-31T22:00:00)",
                "patch-tuesday(9, 02:00)",
                "every day",
                "cron()",
                "",
            ],
        ),
        ("LinuxTargetValues", vec!["a", "a,b", "a b", "ä", "a\"b", long(256), long(257)]),
        ("DhmcRoleName", roles.clone()),
        ("TaskRoleName", roles),
        (
            "OwnerTagKey",
            vec!["a", "a b", "a.b:c/d=e+f@g-h", "Größe", "Ā", "{{a}}", "", "a;b", "a\"b", long(128), long(129)],
        ),
        (
            "OwnerTagValue",
            vec!["a", "a b", "a.b:c/d=e+f@g-h", "Größe", "Ā", "{{a}}", "", "a;b", "a\"b", long(256), long(257)],
        ),
        (
            "Regions",
            vec!["eu-west-1", "us-gov-east-1,us-west-2", "nowhere", "eu-west", "EU-west-1", "eu-west-1;eu-west-2"],
        ),
        ("ExcludedAccounts", vec!["111122223333", "111122223333,444455556666", "1111", "11112222333x"]),
        ("ExcludedOrganizationalUnits", vec!["ou-ab12-12345678", "r-ab12", "ou-ab12", "all"]),
        ("IncludedOrganizationalUnits", vec!["ou-ab12-12345678", "r-ab12", "ou-ab12", "ou-AB12-12345678", "all"]),
    ]
}
