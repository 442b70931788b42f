//! State transitions: what Step Functions charges for.
//!
//! The local AWS records in the history of a Distributed Map's child which tasks were started, and not the states between
//! them. Those follow from the definition and from what became of each account and Region.

use patching::outcome::{AccountOutcome, Failure, RegionOutcome, Status};
use patching::summary::RunSummary;
use serde_json::{Value, json};

use crate::history::{ExecutionHistory, History};

/// No machine here has as many states one after the other; one that does goes in circles.
const LONGEST: usize = 100;

/// Transitions of an execution and of its children.
pub(super) fn count(definition: &Value, history: &History, summary: &RunSummary) -> usize {
    let (parent, children) = match history.executions.split_first() {
        Some((parent, children)) => (parent.recorded_transitions(), children),
        None => (0, &[][..]),
    };
    let recorded: usize = children.iter().map(ExecutionHistory::recorded_transitions).sum();
    if recorded > 0 {
        return parent + recorded;
    }
    let tasks: usize = children.iter().map(ExecutionHistory::started_tasks).sum();
    let account_machine = &definition["States"]["EachAccount"]["ItemProcessor"];
    let action = json!({"action": summary.action});
    let others = summary.outcomes.iter().map(|account| in_account(account_machine, account, &action));
    parent + tasks + others.sum::<usize>()
}

/// The states of a child that are not tasks.
fn in_account(machine: &Value, account: &AccountOutcome, action: &Value) -> usize {
    let facts = json!({"result": {"failed": account.status == Status::Failed}});
    let walk = Walk { machine, facts: &facts, failed: step(account.error.as_ref()) };
    walk.count(|regions| account.regions.iter().map(|region| in_region(regions, region, action)).sum())
}

fn in_region(machine: &Value, region: &RegionOutcome, action: &Value) -> usize {
    Walk { machine, facts: action, failed: step(region.error.as_ref()) }.count(|_| 0)
}

fn step(failure: Option<&Failure>) -> Option<&str> {
    failure.map(|failure| failure.step.as_str())
}

/// A way through a machine.
struct Walk<'a> {
    machine: &'a Value,
    /// What its Choices look at.
    facts: &'a Value,
    /// The state that failed.
    failed: Option<&'a str>,
}

impl Walk<'_> {
    fn count(&self, inside_map: impl Fn(&Value) -> usize) -> usize {
        let mut name = self.machine["StartAt"].as_str();
        let mut count = 0;
        for _ in 0..LONGEST {
            let Some(current) = name else { break };
            let state = &self.machine["States"][current];
            count += match state["Type"].as_str() {
                Some("Task") | None => 0,
                Some("Map") => 1 + inside_map(&state["ItemProcessor"]),
                Some(_) => 1,
            };
            name = self.next(current, state).as_str();
        }
        count
    }

    fn next<'a>(&self, name: &str, state: &'a Value) -> &'a Value {
        if self.failed == Some(name) {
            return &state["Catch"][0]["Next"];
        }
        if state["Type"] != "Choice" {
            return &state["Next"];
        }
        let choices = state["Choices"].as_array().map(Vec::as_slice).unwrap_or_default();
        choices.iter().find(|choice| self.holds(choice)).map_or(&state["Default"], |choice| &choice["Next"])
    }

    fn holds(&self, choice: &Value) -> bool {
        let path = choice["Variable"].as_str().unwrap_or_default().replace('.', "/");
        let found = self.facts.pointer(path.trim_start_matches('$'));
        found.is_some_and(|found| *found == choice["StringEquals"] || *found == choice["BooleanEquals"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Value {
        json!({
            "StartAt": "Ask?",
            "States": {
                "Ask?": {"Type": "Choice", "Default": "Work",
                    "Choices": [{"Variable": "$.action", "StringEquals": "disable", "Next": "Done"}]},
                "Work": {"Type": "Task", "Next": "Done", "Catch": [{"Next": "Failed"}]},
                "Failed": {"Type": "Pass", "Next": "Tell"},
                "Tell": {"Type": "Task", "Next": "Done"},
                "Done": {"Type": "Pass", "End": true},
            }
        })
    }

    fn walk(action: &str, failed: Option<&str>) -> usize {
        Walk { machine: &machine(), facts: &json!({"action": action}), failed }.count(|_| 0)
    }

    #[test]
    fn states_that_are_no_tasks_are_counted_along_the_way_taken() {
        assert_eq!(walk("rollout", None), 2);
        assert_eq!(walk("disable", None), 2);
        assert_eq!(walk("rollout", Some("Work")), 3);
    }
}
