//! A run that was halted because too many accounts of a wave failed, in plain words.

use patching::summary::{AccountTotals, RunSummary, WaveTotals};

use crate::text::{capitalized, counted};

/// The error with which the definition ends such a run.
pub(crate) const HALTED: &str = "RolloutHalted";

/// The wave in which such a run ended: the definition's message begins with it. A failed account need not have left a record, so that
/// counts would not tell.
pub(crate) fn halted_wave(message: &str) -> Option<&str> {
    let (name, _) = message.strip_prefix("wave ")?.split_once(':')?;
    Some(name)
}

/// Where a run was halted, and what it did not reach.
#[derive(Debug)]
pub struct Halt<'a> {
    /// The wave; none when the policy has no waves.
    wave: Option<&'a str>,
    /// What became of its accounts.
    accounts: AccountTotals,
    /// The waves after it.
    later: &'a [WaveTotals],
    /// `haltAbovePercent` of the policy.
    above_percent: f64,
}

impl<'a> Halt<'a> {
    /// None of a run that was not halted.
    pub fn of(summary: &'a RunSummary) -> Option<Self> {
        let error = summary.error.as_ref().filter(|error| error.name == HALTED)?;
        let at = halted_wave(&error.message);
        let at = at.and_then(|named| summary.waves.iter().position(|wave| wave.name == named));
        let skipped = summary.skipped_in_scope();
        Some(Self {
            wave: at.map(|at| summary.waves[at].name.as_str()),
            accounts: at.map_or_else(
                || AccountTotals { skipped, ..summary.totals.accounts.clone() },
                |at| summary.waves[at].totals.accounts.clone(),
            ),
            later: at.map_or(&[], |at| &summary.waves[at + 1..]),
            above_percent: summary
                .policy
                .as_ref()
                .and_then(|policy| policy["haltAbovePercent"].as_f64())
                .unwrap_or(100.0),
        })
    }

    /// In a line, without a full stop.
    pub fn in_a_line(&self) -> String {
        let place = self.wave.map_or_else(|| "halted".to_owned(), |wave| format!("halted in the wave {wave}"));
        format!("{place}: {} of {} failed", self.accounts.failed, counted(self.accounts.all(), "account"))
    }

    /// Why, and what was not reached, in whole sentences.
    pub fn sentences(&self) -> Vec<String> {
        let (place, of) = match self.wave {
            Some(wave) => (format!("In the wave {wave}, {}", self.failed()), "of a wave"),
            None => (capitalized(&self.failed()), "of them"),
        };
        let why = format!("{place}, and the policy halts a rollout when more than {} % {of} do.", self.above_percent);
        let others = self.accounts.not_reached;
        let stopped = (others > 0).then(|| {
            let verb = if others == 1 { "was" } else { "were" };
            format!(
                "{} beside them {verb} not begun, or stopped on the way: what was done there is not known.",
                counted(others, "account")
            )
        });
        let later = self.later.iter().filter(|wave| wave.totals.accounts.all() > 0);
        let later: Vec<_> =
            later.map(|wave| format!("{} ({})", wave.name, counted(wave.totals.accounts.all(), "account"))).collect();
        let not_begun = (!later.is_empty())
            .then(|| format!("Not begun, so that their accounts hold what they held before: {}.", later.join(", ")));
        [Some(why), stopped, not_begun].into_iter().flatten().collect()
    }

    /// What is to be known of an account of this wave that was not reached.
    pub fn advice(&self, wave: Option<&str>) -> &'static str {
        // What left the scope is in no wave, and comes after them.
        let is_after_waves = wave.is_none() && self.wave.is_some();
        if is_after_waves || self.later.iter().any(|later| Some(later.name.as_str()) == wave) {
            "Not begun: these accounts hold what they held before."
        } else {
            "Not begun, or stopped on the way, as too many others failed: what was done there is not known."
        }
    }

    fn failed(&self) -> String {
        format!("{} of {} failed", self.accounts.failed, counted(self.accounts.all(), "account"))
    }
}
