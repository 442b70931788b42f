//! What one scenario did, measured.

use std::collections::BTreeMap;

use patching::outcome::AccountOutcome;
use patching::summary::{Totals, WaveTotals};

use super::scenario::Scenario;
use crate::dead_letters::DeadLetter;
use crate::organization::{Account, Condition};
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
    /// Those of each wave, when the policy has waves.
    pub waves: Vec<WaveTotals>,
    /// The accounts that the run was to work in.
    pub scope: Vec<Account>,
    /// What became of each account.
    pub(crate) accounts: Vec<AccountOutcome>,
    /// SSM calls by operation, from the execution's start to its end.
    pub ssm_calls: BTreeMap<String, u64>,
    /// States entered, in the execution and its children; unknown where the history went with the stack.
    pub state_transitions: Option<usize>,
    /// What the run put into the dead-letter queue, unless the queue went with the stack.
    pub(crate) dead_letters: Vec<DeadLetter>,
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

    /// The accounts in scope that are of this condition.
    pub fn accounts_that_are(&self, condition: Condition) -> impl Iterator<Item = &Account> {
        self.scope.iter().filter(move |account| account.condition == condition)
    }

    pub(crate) fn total_ssm_calls(&self) -> u64 {
        self.ssm_calls.values().sum()
    }
}
