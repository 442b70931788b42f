//! What the log tells of an invocation: whose it was, and how it ended.

use std::collections::BTreeMap;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::Span;

/// Names of runs, accounts and Regions are shorter.
const LONGEST_NAME: usize = 128;

/// The span of an invocation of `function` with this payload: each line has it, whatever its level. Payloads that say where something
/// is to be done do so by these names; any other has none of them.
pub(crate) fn span(function: &str, request_id: &str, payload: &RawValue) -> Span {
    let payload: Value = serde_json::from_str(payload.get()).unwrap_or_default();
    let account = payload.get("accountId").unwrap_or(&payload["target"]["account"]["id"]);
    let [run, account, region] = [&payload["run"], account, &payload["region"]]
        .map(|name| name.as_str().map(|name| name.chars().take(LONGEST_NAME).collect::<String>()));
    tracing::error_span!("invocation", function, run, account, region, lambda_request_id = request_id)
}

/// The one line of how an invocation ended.
pub(crate) fn ended(result: &Result<Value, Diagnostic>, duration: Duration) {
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(answer) => tracing::info!(duration_ms, "done: {}", counted(answer)),
        Err(Diagnostic { error_type, error_message }) => {
            tracing::error!(duration_ms, error = error_type, "{error_type}: {error_message}");
        }
    }
}

/// An answer in numbers: of a list whose items have a status, how many have which; of any other, how many items it has.
fn counted(answer: &Value) -> String {
    let mut told = Vec::new();
    tell("", answer, &mut told);
    told.join("; ")
}

fn tell(path: &str, value: &Value, told: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                tell(&if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, value, told);
            }
        }
        Value::Array(items) => told.push(format!("{path}: {}", count(items))),
        Value::String(text) => told.push(format!("{path}: {text}")),
        Value::Bool(_) | Value::Number(_) => told.push(format!("{path}: {value}")),
    }
}

fn count(items: &[Value]) -> String {
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    for status in items.iter().filter_map(|item| item["status"].as_str()) {
        *by_status.entry(status).or_default() += 1;
    }
    if by_status.is_empty() {
        return items.len().to_string();
    }
    by_status.iter().map(|(status, count)| format!("{count} {status}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_told_in_numbers() {
        let window = |status: &str| json!({"name": "w", "status": status, "changes": [1, 2]});
        let answer = json!({
            "status": "succeeded", "again": false, "dhmc": {"status": "set", "before": null, "after": "Ours"},
            "windows": [window("created"), window("unchanged"), window("created")], "warnings": [], "regions": ["a", "b"]
        });
        assert_eq!(
            counted(&answer),
            "again: false; dhmc.after: Ours; dhmc.status: set; regions: 2; status: succeeded; warnings: 0; \
             windows: 2 created, 1 unchanged"
        );
        assert_eq!(counted(&json!(null)), "");
    }
}
