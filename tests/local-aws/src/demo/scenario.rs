//! The scenarios, in the order in which they build on each other.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

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
    /// A week passes with its windows: each host is looked at.
    Inspect,
    /// The organization gets one more account: just this one is set up.
    NewAccount,
    /// The account that lacked the member role gets it: just what failed is done again.
    RetryFailed,
    /// The policy gets waves: one after the other, each on days of its own.
    Waves,
    /// Everything of ours is removed.
    Disable,
    /// The stack is deleted: the windows go before the functions do.
    Delete,
}

impl Scenario {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::FirstRollout,
        Self::SecondRollout,
        Self::DriftRepair,
        Self::PolicyUpdate,
        Self::Inspect,
        Self::NewAccount,
        Self::RetryFailed,
        Self::Waves,
        Self::Disable,
        Self::Delete,
    ];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstRollout => "first-rollout",
            Self::SecondRollout => "second-rollout",
            Self::DriftRepair => "drift-repair",
            Self::PolicyUpdate => "policy-update",
            Self::Inspect => "inspect",
            Self::NewAccount => "new-account",
            Self::RetryFailed => "retry-failed",
            Self::Waves => "waves",
            Self::Disable => "disable",
            Self::Delete => "delete",
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
