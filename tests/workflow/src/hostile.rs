//! Inputs and policies that nobody should send, each with the places that its refusal has to name.

use serde_json::{Value, json};

/// A document, and where it is wrong.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// The document.
    pub document: Value,
    /// The paths that the refusal names, such as `$.accounts[0]`; none for one that is odd and valid.
    pub wrong_at: Vec<&'static str>,
}

fn row(document: Value, wrong_at: &[&'static str]) -> Hostile {
    Hostile { document, wrong_at: wrong_at.to_vec() }
}

/// Inputs of an execution.
pub fn inputs() -> Vec<Hostile> {
    let many: Vec<String> = (0..100_000).map(|number| format!("{number:012}")).collect();
    let long = "x".repeat(100_000);
    let deep = (0..100).fold(json!("x"), |inner, _| json!([inner]));
    let joined = |id: Value| json!({"serviceEventDetails": {"accountId": id}});
    vec![
        // no object
        row(json!([]), &["$:"]),
        row(json!("rollout"), &["$:"]),
        row(json!(0), &["$:"]),
        row(json!(null), &["$:"]),
        row(json!(true), &["$:"]),
        row(deep.clone(), &["$:"]),
        // action
        row(json!({"action": "ROLLOUT"}), &["$.action"]),
        row(json!({"action": " rollout"}), &["$.action"]),
        row(json!({"action": ""}), &["$.action"]),
        row(json!({"action": 1}), &["$.action"]),
        row(json!({"action": ["disable"]}), &["$.action"]),
        row(json!({"action": {"disable": true}}), &["$.action"]),
        row(json!({"action": "delete"}), &["$.action"]),
        row(json!({"action": long}), &["$.action"]),
        // accounts
        row(json!({"accounts": "111122223333"}), &["$.accounts"]),
        row(json!({"accounts": 111_122_223_333_u64}), &["$.accounts"]),
        row(json!({"accounts": [111_122_223_333_u64]}), &["$.accounts[0]"]),
        row(json!({"accounts": []}), &["$.accounts"]),
        row(json!({"accounts": {}}), &["$.accounts"]),
        row(json!({"accounts": [null]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["11112222333"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["1111222233334"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["11112222333x"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["١١١١٢٢٢٢٣٣٣٣"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["111122223333 "]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["111122223333\n"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["*"]}), &["$.accounts[0]"]),
        row(json!({"accounts": ["111122223333", "x", "y"]}), &["$.accounts[1]", "$.accounts[2]"]),
        row(json!({"accounts": [["111122223333"]]}), &["$.accounts[0]"]),
        row(json!({"accounts": [long]}), &["$.accounts[0]"]),
        row(json!({"accounts": vec!["x"; 10_000]}), &["$.accounts[0]", "$.accounts[49]"]),
        row(json!({"accounts": ["111122223333", "111122223333"]}), &[]),
        row(json!({"accounts": ["999999999999"]}), &[]),
        row(json!({"accounts": many}), &[]),
        // regions
        row(json!({"regions": "eu-west-1"}), &["$.regions"]),
        row(json!({"regions": []}), &["$.regions"]),
        row(json!({"regions": ["EU-WEST-1"]}), &["$.regions[0]"]),
        row(json!({"regions": ["eu-west-1a"]}), &["$.regions[0]"]),
        row(json!({"regions": ["eu-west-1;drop"]}), &["$.regions[0]"]),
        row(json!({"regions": ["../../etc"]}), &["$.regions[0]"]),
        row(json!({"regions": ["global"]}), &["$.regions[0]"]),
        row(json!({"regions": [long]}), &["$.regions[0]"]),
        row(json!({"regions": ["eu-west-1", "eu-west-1"]}), &[]),
        // retryOf and replaces: they become parts of keys
        row(json!({"retryOf": ""}), &["$.retryOf"]),
        row(json!({"retryOf": "../other"}), &["$.retryOf"]),
        row(json!({"retryOf": "a/b"}), &["$.retryOf"]),
        row(json!({"retryOf": "a b"}), &["$.retryOf"]),
        row(json!({"retryOf": "x".repeat(81)}), &["$.retryOf"]),
        row(json!({"retryOf": 7}), &["$.retryOf"]),
        row(json!({"retryOf": "läuft"}), &["$.retryOf"]),
        row(json!({"replaces": "run"}), &["$.replaces"]),
        row(json!({"replaces": ["run", ".."]}), &["$.replaces[1]"]),
        // trigger
        row(json!({"trigger": "stack_update"}), &["$.trigger"]),
        row(json!({"trigger": ["schedule"]}), &["$.trigger"]),
        // joined: an event without the account must not become a rollout to all
        row(json!({"joined": null}), &["$.joined"]),
        row(json!({"joined": []}), &["$.joined"]),
        row(json!({"joined": {"accountId": "111122223333"}}), &["$.joined"]),
        row(json!({"joined": joined(json!("x"))}), &["$.joined"]),
        row(json!({"joined": joined(json!({"accountId": []}))}), &["$.joined"]),
        row(json!({"joined": joined(json!("111122223333")), "accounts": ["111122223333"]}), &["$.joined"]),
        // fields that nobody knows
        row(json!({"account": ["111122223333"]}), &["$.account:"]),
        row(json!({"Accounts": ["111122223333"]}), &["$.Accounts"]),
        row(json!({"": 1}), &["$[\"\"]"]),
        row(json!({"a b\n\u{202e}": 1}), &["$[\"a b\\n"]),
        row(json!({"__proto__": {}}), &["$[\"__proto__\"]"]),
        row(json!({"x".repeat(50_000): 1}), &["$.xxxxxxxx"]),
        row(json!({"dryRun": true, "action": "plans"}), &["$.action", "$.dryRun"]),
    ]
}

/// Inputs that are JSON for Step Functions, each with what its refusal has to say: not every reader takes them.
pub fn texts() -> Vec<(String, &'static str)> {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    vec![
        (r#"{"accounts": ["\ud800"]}"#.to_owned(), "hex escape"),
        (r#"{"action": "\udfff\ud800"}"#.to_owned(), "hex escape"),
        (format!(r#"{{"accounts": {deep}}}"#), "recursion"),
        (format!(r#"{{"accounts": [{}]}}"#, "1".repeat(300)), "$.accounts[0]"),
        (r#"{"action": "plan", "action": "all"}"#.to_owned(), "$.action"),
        (r#"{"accounts": ["1111\u00002222333"]}"#.to_owned(), "$.accounts[0]"),
    ]
}

/// Texts that Step Functions refuses itself.
pub fn no_json() -> Vec<&'static str> {
    vec![
        "{",
        "",
        "rollout",
        "{\"accounts\": }",
        "{\"accounts\": [\"111122223333\",]}",
        "{'accounts': []}",
        "{} {}",
        "\u{feff}{}",
    ]
}

/// Policies: a valid one, made wrong in a place.
pub fn policies() -> Vec<Hostile> {
    let long = "x".repeat(100_000);
    let with = |pointer: &str, value: Value, wrong_at: &[&'static str]| {
        let mut document = policy();
        if let Some(found) = document.pointer_mut(pointer) {
            *found = value;
        }
        row(document, wrong_at)
    };
    let schedule = |text: &str| with("/windows/0/schedule", json!(text), &["$.windows[0].schedule"]);
    vec![
        row(json!([]), &["$:"]),
        row(json!({}), &["$.windows"]),
        row(json!({"windows": "all"}), &["$.windows"]),
        with("/windows", json!(vec![policy()["windows"][0].clone(); 2]), &["$.windows[1].name"]),
        with("/windows", json!(vec![json!({}); 51]), &["$.windows"]),
        with("/windows/0/name", json!("a b"), &["$.windows[0].name"]),
        with("/windows/0/name", json!(long), &["$.windows[0].name"]),
        with("/windows/0/durationHours", json!(25), &["$.windows[0].durationHours"]),
        with("/windows/0/durationHours", json!(-1), &["$.windows[0].durationHours"]),
        with("/windows/0/durationHours", json!(1e300), &["$.windows[0].durationHours"]),
        with("/windows/0/durationHours", json!("6"), &["$.windows[0].durationHours"]),
        with("/windows/0/durationHours", json!(6.5), &["$.windows[0].durationHours"]),
        with("/windows/0/cutoffHours", json!(6), &["$.windows[0].cutoffHours"]),
        with("/windows/0/target/values", json!([]), &["$.windows[0].target.values"]),
        with("/windows/0/target/values", json!(vec!["x"; 6]), &["$.windows[0].target.values"]),
        with("/windows/0/target", json!([]), &["$.windows[0].target:"]),
        with("/windows/0/target", json!(vec![json!({"values": ["x"]}); 2]), &["$.windows[0].target[1]:"]),
        with(
            "/windows/0/target",
            json!([{"values": ["x"]}, {"key": "InstanceIds", "values": ["i-12345678"]}]),
            &["$.windows[0].target[1].key"],
        ),
        with("/windows/0/target/key", json!("tag:"), &["$.windows[0].target.key"]),
        with("/windows/0/task/document", json!("rm -rf /"), &["$.windows[0].task.document"]),
        with("/windows/0/task/parameters", json!({"Operation": "Scan"}), &["$.windows[0].task.parameters.Operation"]),
        with("/windows/0/task/parameters", json!({"Operation": ["scan"]}), &["$.windows[0].task.parameters.Operation"]),
        with("/ownerTag/value", json!(""), &["$.ownerTag.value"]),
        with("/ownerTag/key", json!("aws:createdBy"), &["$.ownerTag.key"]),
        with("/dhmc", json!({"enabled": true, "role": ""}), &["$.dhmc.role"]),
        with("/dhmc", json!({"enabled": "true"}), &["$.dhmc.enabled"]),
        schedule(""),
        schedule("cron()"),
        schedule("cron(0 0 * * THU)"),
        schedule("cron(0 0 1 ? * THU *) "),
        schedule("cron(99 99 99 ? * THU *)"),
        schedule("rate(1 days)"),
        schedule("rate(0 days)"),
        schedule("rate(4294967296 days)"),
        schedule("at(2026-02-30T00:00:00)"),
        schedule("cron(0 0 1 ? * THU#6 *)"),
        schedule("patch-tuesday(21, 02:00)"),
        schedule("patch-tuesday(-1, 02:00)"),
        schedule("patch-tuesday(9, 25:00)"),
        schedule("patch-tuesday(9)"),
        schedule("cron(0/0 0 1 ? * THU *)"),
        schedule(&format!("cron({})", "* ".repeat(1000))),
        schedule("cron(０ 0 1 ? * THU *)"),
    ]
}

/// A valid policy with one window.
pub fn policy() -> Value {
    json!({
        "windows": [crate::cell::window("one-window", "THU", "AWS-RunPatchBaseline", &crate::cell::scan())],
        "dhmc": {"enabled": false},
        "ownerTag": {"key": "createdBy", "value": "us"}
    })
}
