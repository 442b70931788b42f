//! Hosts, counted by their verdicts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hosts::{Verdict, later};

/// Hosts, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HostCount {
    /// All hosts, with those that are assumed where nobody could look.
    #[serde(rename = "hosts")]
    pub all: u64,
    /// Those of them that nobody saw.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub assumed: u64,
    /// Hosts by verdict; those that none has are left out.
    #[serde(deserialize_with = "later::counts")]
    pub verdicts: BTreeMap<Verdict, u64>,
    /// How many of 100 hosts that are to be patched are, rounded down to a tenth; `null` where there is none.
    pub patched_percent: Option<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl HostCount {
    /// Hosts with this verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Hosts that are to be patched: all but those that are not ours to patch.
    pub fn to_be_patched(&self) -> u64 {
        self.all - self.of(Verdict::Excluded)
    }

    /// The worst verdict that a host has; none where there is none.
    pub fn worst(&self) -> Option<Verdict> {
        const WORST_FIRST: [Verdict; 7] = [
            Verdict::Blocked,
            Verdict::Unknown,
            Verdict::Attention,
            Verdict::Away,
            Verdict::Due,
            Verdict::Patched,
            Verdict::Excluded,
        ];
        WORST_FIRST.into_iter().find(|verdict| self.of(*verdict) > 0)
    }

    pub(super) fn add(&mut self, verdict: Verdict, hosts: u64) {
        if hosts == 0 {
            return;
        }
        self.all += hosts;
        *self.verdicts.entry(verdict).or_default() += hosts;
        self.patched_percent = self.percent();
    }

    pub(super) fn of_all<'a>(counts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for count in counts {
            sum.add_all(count);
        }
        sum
    }

    pub(super) fn add_assumed(&mut self, hosts: u64) {
        self.add(Verdict::Unknown, hosts);
        self.assumed += hosts;
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        other.verdicts.iter().for_each(|(verdict, hosts)| self.add(*verdict, *hosts));
        self.assumed += other.assumed;
    }

    /// Never 100 while one is not patched.
    #[expect(clippy::cast_precision_loss, reason = "a tenth of a percent, up to 1,000")]
    fn percent(&self) -> Option<f64> {
        let tenths = (self.of(Verdict::Patched) * 1_000).checked_div(self.to_be_patched())?;
        Some(tenths as f64 / 10.0)
    }
}
