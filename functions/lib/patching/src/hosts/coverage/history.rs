//! The inspections of the past, a line each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Coverage, HostCount};
use crate::hosts::{Reason, later};
use policy::ids::RunId;

/// An inspection in a line of `history.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    /// The run.
    pub run: RunId,
    /// When it was written.
    pub finished_at: Timestamp,
    /// The hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
    /// Hosts by the reason that gives their verdict.
    #[serde(deserialize_with = "later::counts")]
    pub reasons: BTreeMap<Reason, u64>,
    /// How many of 100 hosts that are to be patched are, by wave; without those that have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub waves: BTreeMap<String, f64>,
}

/// A year of daily inspections, and a month for days with several.
const KEPT: usize = 400;

impl Coverage {
    /// This inspection as a line of the history.
    pub fn past(&self, finished_at: Timestamp) -> Past {
        let reasons = self.reasons.iter().filter(|reason| reason.hosts > 0);
        let waves = self.waves.iter().filter_map(|wave| Some((wave.name.clone(), wave.hosts.patched_percent?)));
        Past {
            run: self.run.clone(),
            finished_at,
            hosts: self.hosts.clone(),
            reasons: reasons.map(|reason| (reason.name, reason.hosts)).collect(),
            waves: waves.collect(),
        }
    }
}

impl Past {
    /// `history` with this one in it: once, however often its run is reported, in the order of time, and of the last 400 runs.
    pub fn added_to(self, mut history: Vec<Self>) -> Vec<Self> {
        history.retain(|one| one.run != self.run);
        history.push(self);
        history.sort_by_key(|one| one.finished_at);
        history.split_off(history.len().saturating_sub(KEPT))
    }
}
