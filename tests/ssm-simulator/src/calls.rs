//! Every call, as it happened: what a test asks how much work was done, and in how many steps.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::operation::is_writing;

/// One call; times are microseconds since the simulator started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The place in the order of arrival, from zero.
    pub sequence: u64,
    /// The caller's account.
    pub account: Arc<str>,
    /// The Region that the call was signed for.
    pub region: Arc<str>,
    /// The operation.
    pub operation: Cow<'static, str>,
    /// The access key id, which is not a secret.
    pub access_key: Arc<str>,
    /// When the request was read, in microseconds.
    pub start_us: u64,
    /// When the answer was ready, in microseconds.
    pub end_us: u64,
    /// Whether the operation changes something.
    pub writing: bool,
    /// `ok`, or the error's code, or `ConnectionDropped`, or `Cancelled` when the caller went away.
    pub outcome: Cow<'static, str>,
}

/// Calls in the order of arrival, with the questions that tests ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calls(pub Vec<Call>);

/// How many calls there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallCounts {
    /// The sequence number that the next call will have: ask for the calls `since` it.
    pub next: u64,
    /// All calls.
    pub total: usize,
    /// Calls that change something, whatever came of them.
    pub writing: usize,
    /// Calls by operation.
    pub operations: BTreeMap<String, usize>,
    /// Calls that failed, by error code.
    pub errors: BTreeMap<String, usize>,
}

impl Calls {
    /// Calls of one account-Region.
    #[must_use]
    pub fn of(&self, account: &str, region: &str) -> Self {
        self.filter(|call| &*call.account == account && &*call.region == region)
    }

    /// Calls for which `keep` holds.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&Call) -> bool) -> Self {
        Self(self.0.iter().filter(|call| keep(call)).cloned().collect())
    }

    /// Calls that change something.
    #[must_use]
    pub fn writing(&self) -> Self {
        self.filter(|call| call.writing)
    }

    /// How many calls of this operation there are.
    pub fn count(&self, operation: &str) -> usize {
        self.0.iter().filter(|call| call.operation == operation).count()
    }

    /// How many calls of each operation there are.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        count_by(self.0.iter().map(|call| &*call.operation))
    }

    /// The round trips one after the other: the length of the longest chain of calls of one account-Region in which
    /// none begins before the one before it has ended. Without latency, calls that were made at once may not
    /// overlap; so ask this of a simulator with a latency.
    pub fn round_trips(&self) -> usize {
        let mut by_cell: HashMap<(&str, &str), Vec<(u64, u64)>> = HashMap::new();
        for call in &self.0 {
            by_cell.entry((&call.account, &call.region)).or_default().push((call.end_us, call.start_us));
        }
        by_cell.into_values().map(longest_chain).max().unwrap_or_default()
    }

    fn summary(&self, next: u64) -> CallCounts {
        CallCounts {
            next,
            total: self.0.len(),
            writing: self.0.iter().filter(|call| call.writing).count(),
            operations: self.counts(),
            errors: count_by(self.0.iter().map(|call| &*call.outcome).filter(|outcome| *outcome != "ok")),
        }
    }
}

/// Greedy interval scheduling: of all calls that begin after the last chosen one ended, choose the first to end.
fn longest_chain(mut ends_and_starts: Vec<(u64, u64)>) -> usize {
    ends_and_starts.sort_unstable();
    let mut free_from = None;
    let mut length = 0;
    for (end, start) in ends_and_starts {
        if free_from.is_none_or(|free_from| start >= free_from) {
            free_from = Some(end);
            length += 1;
        }
    }
    length
}

fn count_by<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => _ = counts.insert(name.to_owned(), 1),
        }
    }
    counts
}

/// Takes the calls down while they happen.
#[derive(Debug)]
pub(crate) struct Recorder {
    started: Instant,
    next: AtomicU64,
    finished: Mutex<Vec<Call>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), next: AtomicU64::new(0), finished: Mutex::default() }
    }

    /// Microseconds since the simulator started.
    pub(crate) fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Begins a call; it is taken down when the guard goes, also when the caller has gone away.
    pub(crate) fn begin(
        &self,
        account: Arc<str>,
        region: Arc<str>,
        access_key: Arc<str>,
        operation: Cow<'static, str>,
        start_us: u64,
    ) -> CallInProgress<'_> {
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let writing = is_writing(&operation);
        let outcome = Cow::Borrowed("Cancelled");
        let call =
            Call { sequence, account, region, operation, access_key, start_us, end_us: start_us, writing, outcome };
        CallInProgress { recorder: self, call: Some(call) }
    }

    pub(crate) fn next_sequence(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    pub(crate) fn since(&self, sequence: u64) -> Calls {
        let mut calls: Vec<Call> =
            self.finished.lock().iter().filter(|call| call.sequence >= sequence).cloned().collect();
        calls.sort_unstable_by_key(|call| call.sequence);
        Calls(calls)
    }

    pub(crate) fn summary_since(&self, sequence: u64) -> CallCounts {
        self.since(sequence).summary(self.next_sequence())
    }

    pub(crate) fn clear(&self) {
        self.finished.lock().clear();
    }
}

/// A call between its request and its answer.
pub(crate) struct CallInProgress<'a> {
    recorder: &'a Recorder,
    call: Option<Call>,
}

impl CallInProgress<'_> {
    pub(crate) fn finish(mut self, outcome: impl Into<Cow<'static, str>>) {
        if let Some(call) = &mut self.call {
            call.outcome = outcome.into();
        }
    }
}

impl Drop for CallInProgress<'_> {
    fn drop(&mut self) {
        if let Some(mut call) = self.call.take() {
            call.end_us = self.recorder.now_us();
            self.recorder.finished.lock().push(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_chain_counts_steps_and_not_calls() {
        // two calls at once, then three at once, then one
        let intervals = [(0, 10), (1, 12), (13, 20), (13, 25), (14, 22), (30, 31)];
        assert_eq!(longest_chain(intervals.map(|(start, end)| (end, start)).to_vec()), 3);
    }

    #[test]
    fn a_long_call_beside_short_ones_does_not_hide_their_chain() {
        let intervals = [(0, 100), (1, 10), (11, 20), (21, 30)];
        assert_eq!(longest_chain(intervals.map(|(start, end)| (end, start)).to_vec()), 3);
    }

    #[test]
    fn a_call_whose_caller_went_away_is_taken_down_too() {
        let recorder = Recorder::new();
        drop(recorder.begin("1".into(), "r".into(), "k".into(), "GetMaintenanceWindow".into(), 0));
        assert_eq!(recorder.since(0).0[0].outcome, "Cancelled");
    }
}
