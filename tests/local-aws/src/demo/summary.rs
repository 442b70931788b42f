//! The figures as JSON, for programs.

use std::collections::BTreeMap;

use patching::summary::{AccountTotals, RegionTotals, WindowTotals};
use serde::Serialize;

use super::outcome::Outcome;
use super::scenario::Scenario;
use crate::local_aws::LocalAws;
use crate::options::Options;

/// What `--summary` writes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary<'a> {
    /// Member accounts.
    accounts: usize,
    regions: usize,
    /// Account-Regions in scope.
    pairs: usize,
    endpoint: &'a str,
    ssm_endpoint: &'a str,
    scenarios: Vec<ScenarioSummary<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ScenarioSummary<'a> {
    name: Scenario,
    /// Whether the scenario did what it promises; [`ScenarioSummary::execution_status`] is how the execution ended.
    status: &'static str,
    execution_status: &'a str,
    execution_arn: &'a str,
    seconds: f64,
    accounts: &'a AccountTotals,
    regions: &'a RegionTotals,
    windows: &'a WindowTotals,
    ssm_calls: &'a BTreeMap<String, u64>,
    state_transitions: Option<usize>,
    peak_memory_bytes: Option<u64>,
    differences: &'a [String],
}

impl<'a> Summary<'a> {
    pub(crate) fn of(aws: &'a LocalAws, options: &Options, outcomes: &'a [Outcome]) -> Self {
        Self {
            accounts: options.accounts,
            regions: options.regions,
            pairs: aws.organization.pairs(),
            endpoint: &aws.clients.endpoint,
            ssm_endpoint: &aws.clients.ssm_endpoint,
            scenarios: outcomes.iter().map(ScenarioSummary::of).collect(),
        }
    }
}

impl<'a> ScenarioSummary<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        Self {
            name: outcome.scenario,
            status: if outcome.succeeded() { "SUCCEEDED" } else { "FAILED" },
            execution_status: &outcome.run.status,
            execution_arn: &outcome.run.execution_arn,
            seconds: outcome.run.seconds,
            accounts: &outcome.totals.accounts,
            regions: &outcome.totals.regions,
            windows: &outcome.totals.windows,
            ssm_calls: &outcome.ssm_calls,
            state_transitions: outcome.state_transitions,
            peak_memory_bytes: outcome.peak_memory_bytes,
            differences: &outcome.differences,
        }
    }
}
