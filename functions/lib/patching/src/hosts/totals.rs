//! Hosts, counted.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::AddAssign;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Cell, Reason, Verdict};

/// Hosts, counted: what a function answers of a Region, and sums of those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct HostTotals {
    /// All hosts.
    pub hosts: u64,
    /// Hosts by verdict; those that none has are left out.
    #[serde(deserialize_with = "super::later::counts")]
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Hosts by the reason that gives their verdict.
    #[serde(deserialize_with = "super::later::counts")]
    pub reasons: BTreeMap<Reason, u64>,
    /// Windows that should have run and did not.
    pub windows_not_run: u64,
    /// The oldest of the last patching operations of hosts that are to be patched; of those that are away
    /// it only grows older.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub oldest_scan: Option<Timestamp>,
}

impl Cell {
    /// Its hosts, counted.
    pub fn totals(&self) -> HostTotals {
        let mut totals = HostTotals { hosts: self.hosts.len() as u64, ..HostTotals::default() };
        for host in &self.hosts {
            *totals.verdicts.entry(host.verdict).or_default() += 1;
            if let Some(reason) = host.headline() {
                *totals.reasons.entry(reason).or_default() += 1;
            }
        }
        totals.windows_not_run = self.windows.iter().filter(|window| window.not_run).count() as u64;
        let to_be_patched = self.hosts.iter().filter(|host| !matches!(host.verdict, Verdict::Excluded | Verdict::Away));
        totals.oldest_scan = to_be_patched.filter_map(|host| host.patch.as_ref()?.ended_at).min();
        totals
    }
}

impl AddAssign for HostTotals {
    fn add_assign(&mut self, other: Self) {
        self.hosts += other.hosts;
        for (verdict, hosts) in other.verdicts {
            *self.verdicts.entry(verdict).or_default() += hosts;
        }
        for (reason, hosts) in other.reasons {
            *self.reasons.entry(reason).or_default() += hosts;
        }
        self.windows_not_run += other.windows_not_run;
        self.oldest_scan = self.oldest_scan.into_iter().chain(other.oldest_scan).min();
    }
}

impl Sum for HostTotals {
    fn sum<I: Iterator<Item = Self>>(cells: I) -> Self {
        cells.fold(Self::default(), |mut sum, cell| {
            sum += cell;
            sum
        })
    }
}
