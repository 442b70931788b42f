//! The scenarios, in the order in which they build on each other.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

/// What the demo can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Everything is created in every account-Region.
    FirstRollout,
    /// Right after it: nothing is changed.
    SecondRollout,
    /// Somebody changed things by hand: just these are put right.
    DriftRepair,
    /// Scan becomes Install in the policy: all patch tasks get it.
    PolicyUpdate,
    /// Everything of ours is removed.
    Disable,
}

impl Scenario {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::FirstRollout, Self::SecondRollout, Self::DriftRepair, Self::PolicyUpdate, Self::Disable];

    /// The name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstRollout => "first-rollout",
            Self::SecondRollout => "second-rollout",
            Self::DriftRepair => "drift-repair",
            Self::PolicyUpdate => "policy-update",
            Self::Disable => "disable",
        }
    }

    /// The trigger of the rollout that creating the stack starts.
    pub(crate) const CREATION: &'static str = "stack-create";

    /// The trigger of the execution, where the stack starts it.
    pub(crate) fn started_by_the_stack(self) -> Option<&'static str> {
        match self {
            Self::FirstRollout => Some(Self::CREATION),
            Self::PolicyUpdate => Some("stack-update"),
            Self::SecondRollout | Self::DriftRepair | Self::Disable => None,
        }
    }

    /// The execution's input, where the stack does not start it.
    pub(crate) fn input(self) -> Value {
        match self {
            Self::Disable => json!({"action": "disable"}),
            _ => json!({}),
        }
    }

    /// Whether there has to be something set up before.
    pub(crate) fn needs_a_rollout(self) -> bool {
        self != Self::FirstRollout
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_has_one_name_everywhere() {
        for scenario in Scenario::ALL {
            assert_eq!(serde_json::to_value(scenario).unwrap(), scenario.name());
            assert_eq!(scenario.to_possible_value().unwrap().get_name(), scenario.name());
        }
    }
}
