//! Waves: what differs in each, whom each takes, and what is refused.

use policy::{InvalidPolicy, PatchPolicy, Problem};
use serde_json::{Value, json};

use crate::documents::{policy, policy_with};

const PILOT: &str = "ou-ab12-11111111";

/// The policy, whose one window is `sra_linux_maintenance`, with waves.
fn with_waves(waves: &Value) -> Value {
    policy_with("/waves", waves.clone())
}

fn problems(waves: &Value) -> Vec<String> {
    let refused = PatchPolicy::parse(&with_waves(waves)).err();
    refused.into_iter().flat_map(|error| error.problems).map(|problem| problem.to_string()).collect()
}

/// Waves of which the first has these fields.
fn first(fields: &Value) -> Value {
    let mut wave = json!({"name": "pilot", "organizationalUnits": [PILOT]});
    for (name, value) in fields.as_object().into_iter().flatten() {
        wave[name.as_str()] = value.clone();
    }
    json!([wave, {"name": "rest"}])
}

#[test]
fn without_waves_there_are_none_and_nothing_halts() {
    let policy = PatchPolicy::parse(&policy()).unwrap();
    assert_eq!((policy.waves.len(), policy.halt_above_percent.get()), (0, 100));
    assert!(policy.wave_of(&"111122223333".parse().unwrap(), &[]).is_none());
}

#[test]
fn a_window_of_a_wave_is_the_policys_with_what_differs() {
    let policy = PatchPolicy::parse(&with_waves(&first(&json!({
        "windows": {"sra_linux_maintenance": {"schedule": "cron(0 2 ? * TUE *)", "task": {"parameters": {"Operation": ["Install"]}}}},
        "dhmc": {"overwrite": true}
    })))).unwrap();
    let [pilot, rest] = policy.waves.as_slice() else { panic!("{:?}", policy.waves) };
    let window = &pilot.policy.windows[0];
    assert_eq!(window.schedule.as_str(), "cron(0 2 ? * TUE *)");
    assert_eq!(window.task.parameters["Operation"], ["Install"]);
    assert_eq!(window.task.document, policy.windows[0].task.document);
    assert!(pilot.policy.dhmc.overwrite && pilot.policy.dhmc.role == policy.dhmc.role);
    assert_eq!(rest.policy.windows, policy.windows);
    assert!(!rest.policy.dhmc.overwrite);
}

#[test]
fn null_takes_a_field_or_a_window_away_and_a_new_name_adds_a_window() {
    let window = policy()["windows"][0].clone();
    let added = json!({"schedule": "rate(7 days)", "target": window["target"], "task": window["task"]});
    let mut both = policy_with("/windows/-", window);
    both["windows"][1]["name"] = json!("second");
    both["windows"][1]["description"] = json!("every Friday");
    both["waves"] =
        first(&json!({"windows": {"sra_linux_maintenance": null, "second": {"description": null}, "third": added}}));
    let policy = PatchPolicy::parse(&both).unwrap();
    let names: Vec<_> = policy.waves[0].policy.windows.iter().map(|window| window.name.as_str()).collect();
    assert_eq!(names, ["second", "third"]);
    assert_eq!(policy.waves[0].policy.windows[0].description, None);
    assert_eq!(policy.windows[1].description.as_ref().map(AsRef::as_ref), Some("every Friday"));
}

#[test]
fn the_first_wave_that_names_an_account_or_a_unit_above_it_takes_it_and_the_last_one_the_rest() {
    let policy = PatchPolicy::parse(&with_waves(&json!([
        {"name": "pilot", "organizationalUnits": [PILOT], "accounts": ["111122223333"]},
        {"name": "early", "organizationalUnits": ["ou-ab12-22222222", PILOT]},
        {"name": "rest"}
    ])))
    .unwrap();
    let wave = |account: &str, path: &[&str]| {
        let path: Vec<_> = path.iter().map(|unit| unit.parse().unwrap()).collect();
        policy.wave_of(&account.parse().unwrap(), &path).unwrap().name.to_string()
    };
    assert_eq!(wave("111122223333", &["r-ab12", "ou-ab12-22222222"]), "pilot");
    assert_eq!(wave("111122224444", &["r-ab12", PILOT, "ou-ab12-22222222"]), "pilot");
    assert_eq!(wave("111122224444", &["r-ab12", "ou-ab12-22222222", "ou-ab12-33333333"]), "early");
    assert_eq!(wave("111122224444", &["r-ab12"]), "rest");
    assert_eq!(wave("111122224444", &[]), "rest");
}

#[test]
fn only_the_last_wave_takes_the_rest() {
    let pilot = json!({"name": "pilot", "organizationalUnits": [PILOT]});
    assert_eq!(
        problems(&json!([{"name": "one"}, {"name": "two"}, pilot])),
        [
            "$.waves[0]: {\"name\":\"one\"} — allowed: organizationalUnits or accounts: only the last wave takes the rest",
            "$.waves[1]: {\"name\":\"two\"} — allowed: organizationalUnits or accounts: only the last wave takes the rest",
            "$.waves[2]: {\"name\":\"pilot\",\"organizationalUnits\":[\"ou-ab12-11111111\"]} — allowed: no organizationalUnits and \
             no accounts: the last wave takes the rest",
        ]
    );
    assert_eq!(problems(&json!([{"name": "all"}])), [""; 0]);
    let many = vec![pilot; 11];
    for waves in [json!([]), json!(many), json!({})] {
        let found = problems(&waves);
        assert!(
            found.len() == 1 && found[0].ends_with("a list of 1 to 10 waves; leave it out for all accounts at once")
        );
    }
}

#[test]
fn what_is_wrong_in_a_wave_is_said_at_its_place_all_at_once() {
    let found = problems(&first(&json!({
        "windows": {
            "sra_linux_maintenance": {"schedule": "rate(1 day)", "scheduleOffsetDays": 2, "cutoffHours": 6, "colour": "red"},
            "sra_linx_maintenance": {"enabled": false},
            "away": null,
        },
        "dhmc": {"overwrite": "yes"},
        "name": "a wave"
    })));
    assert_eq!(
        found,
        [
            "$.waves[0].name: \"a wave\" — allowed: 1 to 32 letters, digits, _ and -",
            "$.waves[0].windows.away: null — allowed: a window of the policy (sra_linux_maintenance), or a whole one with schedule, \
             target and task",
            "$.waves[0].windows.sra_linx_maintenance: {\"enabled\":false} — allowed: a window of the policy \
             (sra_linux_maintenance), or a whole one with schedule, target and task",
            "$.waves[0].windows.sra_linux_maintenance.scheduleOffsetDays: 2 — allowed: only with a \"cron(…)\" schedule",
            "$.waves[0].windows.sra_linux_maintenance.cutoffHours: 6 — allowed: less than durationHours (6)",
            "$.waves[0].windows.sra_linux_maintenance.colour: \"red\" — allowed: only name, description, schedule, timezone, \
             scheduleOffsetDays, durationHours, cutoffHours, enabled, target, task",
            "$.waves[0].dhmc.overwrite: \"yes\" — allowed: true or false",
        ]
    );
}

#[test]
fn what_is_wrong_without_waves_is_said_once() {
    let differs = json!({"windows": {"sra_linux_maintenance": {"enabled": false}, "other": {"enabled": false}}});
    let mut document = with_waves(&first(&differs));
    document["windows"][0]["cutoffHours"] = json!(30);
    document["windows"].as_array_mut().unwrap().push(json!({"name": "other"}));
    document["dhmc"]["role"] = json!("/role");
    let error = PatchPolicy::parse(&document).unwrap_err();
    let places: Vec<_> = error.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        places,
        [
            "$.windows[0].cutoffHours",
            "$.windows[1].schedule",
            "$.windows[1].target",
            "$.windows[1].task",
            "$.dhmc.role"
        ]
    );
}

#[test]
fn a_wave_has_at_most_fifty_windows() {
    let window = policy()["windows"][0].clone();
    let added = |number| {
        let window = json!({"schedule": "rate(7 days)", "target": window["target"], "task": window["task"]});
        (format!("added-{number}"), window)
    };
    let added: serde_json::Map<_, _> = (0..50).map(added).collect();
    let mut fits = added.clone();
    fits.insert("sra_linux_maintenance".to_owned(), Value::Null);
    assert_eq!(problems(&first(&json!({"windows": fits}))), [""; 0]);
    let found = problems(&first(&json!({"windows": added})));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("$.waves[0].windows: ") && found[0].ends_with("a list of 0 to 50 windows"),
        "{found:?}"
    );
}

#[test]
fn fields_of_a_wave_that_mean_nothing_there_are_refused() {
    let one = |fields: Value| problems(&first(&fields)).join("\n");
    assert!(
        one(json!({"windows": {"sra_linux_maintenance": {"name": "other"}}}))
            .ends_with("allowed: no name: the key of the window is its name")
    );
    assert!(
        one(json!({"windows": {"sra_linux_maintenance": []}}))
            .starts_with("$.waves[0].windows.sra_linux_maintenance: []")
    );
    assert!(one(json!({"dhmc": {"onDelete": "reset"}})).starts_with("$.waves[0].dhmc.onDelete: \"reset\""));
    assert!(one(json!({"dhmc": []})).starts_with("$.waves[0].dhmc: []"));
    assert!(
        one(json!({"taskRole": "x"})).starts_with(
            "$.waves[0].taskRole: \"x\" — allowed: only name, organizationalUnits, accounts, windows, dhmc"
        )
    );
    assert!(
        problems(&json!([{"name": "x", "accounts": ["111122223333"]}, {"name": "x"}]))[0]
            .ends_with("a name of its own (waves[0] has this one)")
    );
    let halt = |percent: Value| PatchPolicy::parse(&policy_with("/haltAbovePercent", percent)).is_ok();
    assert!(halt(json!(0)) && halt(json!(100)) && !halt(json!(101)) && !halt(json!(-1)) && !halt(json!("20")));
}

/// Checks that need more than the policy, as the one of the member roles, find what they look for in the waves, too.
#[test]
fn what_else_is_checked_is_said_at_its_place() {
    let policy = PatchPolicy::parse(&with_waves(&first(
        &json!({"windows": {"sra_linux_maintenance": {"enabled": false}}, "dhmc": {"overwrite": true}}),
    )))
    .unwrap();
    let problem = |path: &str| Problem { path: path.to_owned(), value: "v".into(), allowed: "a".into() };
    let problems = || ["$.windows[0].schedule", "$.dhmc.role", "$.taskRole"].map(problem).to_vec();
    let places = |found: Result<(), InvalidPolicy>| {
        found.unwrap_err().problems.into_iter().map(|problem| problem.path).collect::<Vec<_>>()
    };
    let only_there = policy.check(|policy| if policy.windows[0].enabled { Vec::new() } else { problems() });
    assert_eq!(places(only_there), ["$.waves[0].windows.sra_linux_maintenance.schedule", "$.waves[0].dhmc.role"]);
    assert_eq!(places(policy.check(|_| problems())), ["$.windows[0].schedule", "$.dhmc.role", "$.taskRole"]);
}
