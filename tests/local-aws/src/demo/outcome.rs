//! What one scenario did, measured.

use std::collections::BTreeMap;

use patching::outcome::AccountOutcome;
use patching::summary::Totals;

use super::scenario::Scenario;
use crate::run::RunResult;

/// One scenario, run and checked.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which one.
    pub scenario: Scenario,
    /// The execution.
    pub run: RunResult,
    /// The report's totals.
    pub totals: Totals,
    /// What became of each account.
    pub(crate) accounts: Vec<AccountOutcome>,
    /// SSM calls by operation, from the execution's start to its end.
    pub ssm_calls: BTreeMap<String, u64>,
    /// States entered, in the execution and its children.
    pub state_transitions: usize,
    /// Of the largest process of a function so far.
    pub peak_memory_bytes: Option<u64>,
    /// What is not as the scenario promises; empty when all is.
    pub differences: Vec<String>,
}

impl Outcome {
    /// Whether the scenario did what it promises. The execution itself ends as failed when an account could not be entered,
    /// which is what an organization with such an account is to show.
    pub(crate) fn succeeded(&self) -> bool {
        self.differences.is_empty()
    }

    pub(crate) fn total_ssm_calls(&self) -> u64 {
        self.ssm_calls.values().sum()
    }
}
