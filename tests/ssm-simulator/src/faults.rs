//! What goes wrong, and when: from a seed, or as a script says.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::derive;

/// Rates from 0 to 1 of what befalls a call, and faults for single calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Faults {
    /// Another one makes the rates hit other calls; it is mixed with the simulator's own.
    pub seed: u64,
    /// Answered with `ThrottlingException`, without an effect.
    pub throttling_rate: f64,
    /// Answered with status 500, without an effect.
    pub server_error_rate: f64,
    /// The connection ends before the call has had an effect.
    pub drop_before_rate: f64,
    /// The connection ends after the call has had its effect.
    pub drop_after_rate: f64,
    /// Faults for the calls that they match; they go before the rates.
    pub scripted: Vec<ScriptedFault>,
}

/// A fault for the calls that match; what is not named matches every call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScriptedFault {
    /// The account id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The operation's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Only from the n-th matching call of an account-Region on, counted from one since the fault was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Only so many calls of an account-Region; without it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    pub answer: Fault,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// An error with this code, in the words that AWS uses for it; the call has no effect.
    Error(String),
    /// The connection ends before the call has had an effect.
    DropBefore,
    /// The connection ends after the call has had its effect.
    DropAfter,
    /// The call has its effect, and the answer takes so many milliseconds longer.
    Late(u64),
    /// The call has its effect, and the answer ends in the middle.
    Truncate,
    /// Somebody deletes the window that the call names just before it; a call that names none is answered as ever.
    DeleteWindowFirst,
}

impl ScriptedFault {
    /// This answer to every call; narrow it with the other functions.
    pub fn every_call(answer: Fault) -> Self {
        Self { account: None, region: None, operation: None, from: None, times: None, answer }
    }

    /// Only calls of this operation.
    #[must_use]
    pub fn of(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Only calls of this account.
    #[must_use]
    pub fn in_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Only calls to this Region.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Only the n-th matching call of an account-Region, counted from one.
    #[must_use]
    pub fn nth(mut self, number: u64) -> Self {
        (self.from, self.times) = (Some(number), Some(1));
        self
    }

    /// The n-th matching call of an account-Region, counted from one, and all that follow: as if the caller had died.
    #[must_use]
    pub fn from_nth(mut self, number: u64) -> Self {
        self.from = Some(number);
        self
    }

    /// Only the first so many matching calls of an account-Region.
    #[must_use]
    pub fn first(mut self, times: u64) -> Self {
        (self.from, self.times) = (Some(1), Some(times));
        self
    }

    fn matches(&self, account: &str, region: &str, operation: &str) -> bool {
        let same = |wanted: &Option<String>, actual: &str| wanted.as_deref().is_none_or(|wanted| wanted == actual);
        same(&self.account, account) && same(&self.region, region) && same(&self.operation, operation)
    }

    fn covers(&self, number: u64) -> bool {
        let from = self.from.unwrap_or(1);
        number >= from && self.times.is_none_or(|times| number < from.saturating_add(times))
    }
}

impl Fault {
    /// An error with this code.
    pub fn error(code: impl Into<String>) -> Self {
        Self::Error(code.into())
    }
}

/// How often each scripted fault has matched in each account-Region since it was set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matches(Arc<Mutex<HashMap<MatchKey, u64>>>);

/// The index of the fault, the account, the Region.
type MatchKey = (usize, String, String);

impl Matches {
    fn next(&self, fault: usize, account: &str, region: &str) -> u64 {
        let mut counts = self.0.lock();
        let count = counts.entry((fault, account.to_owned(), region.to_owned())).or_default();
        *count += 1;
        *count
    }
}

/// Which call it is: the `number` counts this operation's calls in this account-Region, from one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallKey<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) number: u64,
}

impl Faults {
    /// The fault of a call. It depends on the seed and the call's key, not on the order in which calls arrive.
    pub(crate) fn decide(&self, seed: u64, matches: &Matches, call: CallKey<'_>) -> Option<Fault> {
        for (index, fault) in self.scripted.iter().enumerate() {
            if fault.matches(call.account, call.region, call.operation)
                && fault.covers(matches.next(index, call.account, call.region))
            {
                return Some(fault.answer.clone());
            }
        }
        self.by_rate(seed, call)
    }

    fn by_rate(&self, seed: u64, call: CallKey<'_>) -> Option<Fault> {
        let rates = [self.throttling_rate, self.server_error_rate, self.drop_before_rate, self.drop_after_rate];
        if rates.iter().all(|rate| *rate <= 0.0) {
            return None;
        }
        let parts = ["fault", call.account, call.region, call.operation];
        let drawn = derive::fraction(derive::hash(seed ^ self.seed, &parts, call.number));
        let mut threshold = 0.0;
        let which = rates.iter().position(|rate| {
            threshold += rate;
            drawn < threshold
        })?;
        Some(match which {
            0 => Fault::error("ThrottlingException"),
            1 => Fault::error("InternalServerError"),
            2 => Fault::DropBefore,
            _ => Fault::DropAfter,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64) -> CallKey<'static> {
        CallKey { account: "111122223333", region: "eu-west-1", operation: "CreateMaintenanceWindow", number }
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_in_any_order() {
        let faults = Faults { throttling_rate: 0.3, drop_after_rate: 0.2, ..Faults::default() };
        let matches = Matches::default();
        let forwards: Vec<_> = (1..200).map(|n| faults.decide(7, &matches, call(n))).collect();
        let mut backwards: Vec<_> = (1..200).rev().map(|n| faults.decide(7, &matches, call(n))).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
        let throttled = forwards.iter().filter(|fault| **fault == Some(Fault::error("ThrottlingException"))).count();
        assert!((40..80).contains(&throttled), "{throttled} of 199 at a rate of 0.3");
    }

    #[test]
    fn another_seed_gives_other_faults() {
        let faults = Faults { throttling_rate: 0.5, ..Faults::default() };
        let matches = Matches::default();
        let with = |seed| (1..50).map(|n| faults.decide(seed, &matches, call(n))).collect::<Vec<_>>();
        assert_ne!(with(1), with(2));
        let reseeded = Faults { seed: 3, ..faults.clone() };
        let of = |faults: &Faults| (1..50).map(|n| faults.decide(1, &matches, call(n))).collect::<Vec<_>>();
        assert_ne!(of(&faults), of(&reseeded));
    }

    #[test]
    fn a_scripted_fault_hits_the_nth_matching_call_only() {
        let fault = ScriptedFault::every_call(Fault::DropAfter).of("CreateMaintenanceWindow").nth(3);
        let faults = Faults { scripted: vec![fault], ..Faults::default() };
        let matches = Matches::default();
        let hit: Vec<_> = (1..6).map(|n| faults.decide(0, &matches, call(n)).is_some()).collect();
        assert_eq!(hit, [false, false, true, false, false]);
    }

    #[test]
    fn a_scripted_fault_can_be_narrowed_to_an_account() {
        let fault = ScriptedFault::every_call(Fault::error("AccessDeniedException")).in_account("999999999999");
        let faults = Faults { scripted: vec![fault], ..Faults::default() };
        assert_eq!(faults.decide(0, &Matches::default(), call(1)), None);
        let other = CallKey { account: "999999999999", ..call(1) };
        assert!(faults.decide(0, &Matches::default(), other).is_some());
    }
}
