//! The rules and the schedules, and events put on the bus.

use std::collections::BTreeMap;

use local_aws::{LocalAws, RunResult};
use serde_json::Value;

/// The state of each rule and of the schedules.
pub(crate) async fn states(aws: &LocalAws) -> BTreeMap<String, String> {
    let rules = aws.clients.events().list_rules().name_prefix("patch-manager-").send().await.unwrap();
    let mut states = BTreeMap::new();
    for rule in rules.rules() {
        let name = rule.name().unwrap();
        let described = aws.clients.events().describe_rule().name(name).send().await.unwrap();
        states.insert(name.replace("patch-manager-", ""), described.state().unwrap().to_string());
    }
    for name in ["rollout", "inspection"] {
        let schedule = format!("patch-manager-{name}");
        let schedule = aws.script.aws(&["scheduler", "get-schedule", "--name", &schedule]).await.unwrap();
        let schedule: Value = serde_json::from_str(&schedule).unwrap();
        states.insert(format!("schedule of {name}s"), schedule["State"].as_str().unwrap().to_owned());
    }
    states
}

/// Asks for a rollout as an account-vending pipeline does, and follows the execution that the rule starts.
pub(crate) async fn ask_for_a_rollout(aws: &LocalAws, input: &Value) -> RunResult {
    let execution = put(aws, input).await;
    aws.follow_execution(&execution).await.unwrap()
}

/// Puts the event, and answers the execution that it starts.
pub(crate) async fn put(aws: &LocalAws, input: &Value) -> String {
    let before = aws.executions().await.unwrap();
    aws.request_rollout(input).await.unwrap();
    aws.executions_started(&before, 1).await.unwrap().remove(0)
}
