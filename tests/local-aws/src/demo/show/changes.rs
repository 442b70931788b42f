//! What a run changed, field by field.

use patching::diff::Change;
use serde_json::Value;

use super::super::outcome::Outcome;
use super::super::scenario::Scenario;

/// Long values say no more than their beginning.
const WIDEST_VALUE: usize = 24;

/// Every change of the run that repaired drift: few, and each was made by hand before.
pub(super) fn repairs(outcomes: &[Outcome]) -> String {
    let mut lines = Vec::new();
    let repairs = outcomes.iter().filter(|outcome| outcome.scenario == Scenario::DriftRepair);
    for account in repairs.flat_map(|outcome| &outcome.accounts) {
        for region in &account.regions {
            for window in region.windows.iter().filter(|window| !window.changes.is_empty()) {
                lines.push(format!("  {} {} {}", account.name, region.region, window.name));
                lines.extend(window.changes.iter().map(line));
            }
        }
    }
    lines.join("\n")
}

fn line(change: &Change) -> String {
    format!("      {}: {} → {}", change.field, shown(&change.from), shown(&change.to))
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= WIDEST_VALUE {
        return text;
    }
    text.chars().take(WIDEST_VALUE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_reads_from_left_to_right() {
        let change = Change { field: "schedule".to_owned(), from: json!("rate(3 days)"), to: Value::Null };
        assert_eq!(line(&change), "      schedule: rate(3 days) → nothing");
        assert_eq!(shown(&json!("0".repeat(64))).chars().count(), WIDEST_VALUE);
    }
}
