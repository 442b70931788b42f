//! One command of Run Command on many hosts: so many at once, until too many have failed or the time is up.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html>: the system stops at the error after the
//! last one that is allowed; what runs goes on, what has not been started ends as `Terminated`.
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html> says which results count as errors.
//!
//! Not confirmed: that a percentage which is no whole number of hosts is rounded down, and what `Status` goes with `Undeliverable`
//! and `Terminated`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::{SignedDuration, Timestamp};

use super::fate::Fate;

/// What a host makes of a command, and how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reaction {
    pub(super) fate: Fate,
    pub(super) takes: SignedDuration,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) fate: Fate,
    pub(super) begins: Timestamp,
    pub(super) ends: Timestamp,
}

/// `MaxConcurrency` and `MaxErrors` for so many hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) at_once: usize,
    pub(super) errors: usize,
}

impl Limits {
    /// Each is a number or a percentage of the hosts.
    pub(super) fn of(hosts: usize, max_concurrency: &str, max_errors: &str) -> Self {
        Self { at_once: part_of(hosts, max_concurrency).max(1), errors: part_of(hosts, max_errors) }
    }
}

fn part_of(hosts: usize, limit: &str) -> usize {
    match limit.strip_suffix('%') {
        Some(percent) => hosts * percent.parse::<usize>().unwrap_or_default() / 100,
        None => limit.parse().unwrap_or_default(),
    }
}

/// Runs a command on hosts in this order; at the deadline everything is cancelled.
pub(super) fn run(hosts: &[Reaction], begins: Timestamp, limits: Limits, deadline: Option<Timestamp>) -> Vec<Attempt> {
    let is_late = |time: Timestamp| deadline.is_some_and(|deadline| time >= deadline);
    let mut running: BinaryHeap<Reverse<(Timestamp, usize)>> = BinaryHeap::new();
    let mut attempts: Vec<Attempt> = Vec::with_capacity(hosts.len());
    let (mut now, mut errors, mut stopped) = (begins, 0, None);
    for reaction in hosts {
        if stopped.is_none()
            && running.len() >= limits.at_once
            && let Some(Reverse((ended, place))) = running.pop()
        {
            now = ended;
            errors += usize::from(attempts[place].fate.is_error());
            stopped = (errors > limits.errors).then_some(Fate::Terminated);
        }
        if stopped.is_none() && is_late(now) {
            (now, stopped) = (deadline.unwrap_or(now), Some(Fate::Cancelled));
        }
        if let Some(fate) = stopped {
            attempts.push(Attempt { fate, begins: now, ends: now });
            continue;
        }
        let ends = now.saturating_add(reaction.takes).unwrap_or(now);
        let attempt = match deadline.filter(|deadline| ends > *deadline) {
            Some(deadline) => Attempt { fate: Fate::Cancelled, begins: now, ends: deadline },
            None => Attempt { fate: reaction.fate, begins: now, ends },
        };
        running.push(Reverse((attempt.ends, attempts.len())));
        attempts.push(attempt);
    }
    attempts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin() -> Timestamp {
        "2026-11-27T06:00:00Z".parse().unwrap()
    }

    fn minute(number: i64) -> Timestamp {
        begin() + SignedDuration::from_mins(number)
    }

    fn reaction(fate: Fate, minutes: i64) -> Reaction {
        Reaction { fate, takes: SignedDuration::from_mins(minutes) }
    }

    fn fates(attempts: &[Attempt]) -> Vec<Fate> {
        attempts.iter().map(|attempt| attempt.fate).collect()
    }

    #[test]
    fn one_allowed_error_stops_at_the_second_and_leaves_the_rest_alone() {
        let [good, bad] = [reaction(Fate::Success, 5), reaction(Fate::Failed, 5)];
        let attempts = run(&[bad, good, bad, good, good], begin(), Limits::of(5, "1", "1"), None);
        let expected = [Fate::Failed, Fate::Success, Fate::Failed, Fate::Terminated, Fate::Terminated];
        assert_eq!(fates(&attempts), expected);
        assert_eq!((attempts[2].ends, attempts[4].begins), (minute(15), minute(15)));
    }

    #[test]
    fn what_runs_when_too_many_have_failed_goes_on() {
        let hosts = [reaction(Fate::Failed, 1), reaction(Fate::Success, 60), reaction(Fate::Success, 1)];
        let attempts = run(&hosts, begin(), Limits::of(3, "2", "0"), None);
        assert_eq!(fates(&attempts), [Fate::Failed, Fate::Success, Fate::Terminated]);
        assert_eq!(attempts[1].ends, minute(60));
    }

    #[test]
    fn hosts_that_are_not_reached_are_no_errors_but_hold_their_place() {
        let hosts =
            [reaction(Fate::DeliveryTimedOut, 60), reaction(Fate::Undeliverable, 60), reaction(Fate::Success, 5)];
        let attempts = run(&hosts, begin(), Limits::of(3, "1", "0"), None);
        assert_eq!(fates(&attempts), [Fate::DeliveryTimedOut, Fate::Undeliverable, Fate::Success]);
        assert_eq!(attempts[2].begins, minute(120));
    }

    #[test]
    fn so_many_run_at_once_and_the_next_when_one_has_ended() {
        let hosts = [30, 10, 10, 10].map(|minutes| reaction(Fate::Success, minutes));
        let begins: Vec<_> =
            run(&hosts, begin(), Limits::of(4, "50%", "0"), None).iter().map(|one| one.begins).collect();
        assert_eq!(begins, [minute(0), minute(0), minute(10), minute(20)]);
    }

    #[test]
    fn at_the_deadline_what_runs_and_what_waits_is_cancelled() {
        let hosts = [reaction(Fate::Success, 50), reaction(Fate::Success, 50), reaction(Fate::Success, 50)];
        let attempts = run(&hosts, begin(), Limits::of(3, "1", "0"), Some(minute(60)));
        assert_eq!(fates(&attempts), [Fate::Success, Fate::Cancelled, Fate::Cancelled]);
        assert_eq!((attempts[1].ends, attempts[2].begins), (minute(60), minute(60)));
    }

    #[test]
    fn limits_are_numbers_or_parts_of_the_hosts() {
        assert_eq!(Limits::of(50, "10%", "10%"), Limits { at_once: 5, errors: 5 });
        assert_eq!(Limits::of(5, "10%", "10%"), Limits { at_once: 1, errors: 0 });
        assert_eq!(Limits::of(5, "100", "0"), Limits { at_once: 100, errors: 0 });
    }
}
