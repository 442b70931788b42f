//! Verdicts in words, letters and colours.

use patching::hosts::Verdict;
use patching::hosts::coverage::HostCount;

use crate::html::Look;

/// In the order in which the page has them: what is well first, what does not count last.
pub(in crate::coverage) const ORDER: [Verdict; 7] = [
    Verdict::Patched,
    Verdict::Due,
    Verdict::Attention,
    Verdict::Blocked,
    Verdict::Away,
    Verdict::Unknown,
    Verdict::Excluded,
];

/// The colour is that of the other report where the meaning is near.
pub(super) fn look(verdict: Verdict) -> Look {
    let (letter, class, words) = match verdict {
        Verdict::Patched => ("P", "c", "nothing that is approved is missing"),
        Verdict::Due => ("D", "u", "the next window installs what is missing"),
        Verdict::Attention => ("A", "s", "a window came, or should have, and something went wrong"),
        Verdict::Blocked => ("B", "f", "no window will patch them"),
        Verdict::Away => ("O", "d", "stopped or not to be reached"),
        Verdict::Excluded => ("X", "n", "not ours to patch, not in the percentage"),
        Verdict::Unknown => ("?", "k", "could not be looked at, or too early to say"),
    };
    Look { letter, class, words }
}

/// Those with the verdict in those that are to be patched, in tenths of a percent, rounded down; none of nothing.
pub(super) fn tenths(hosts: &HostCount, verdict: Verdict) -> Option<u64> {
    (hosts.of(verdict) * 1_000).checked_div(hosts.to_be_patched())
}

/// The same as `3.2 %`, but never nothing where there is something.
pub(super) fn share(hosts: &HostCount, verdict: Verdict) -> String {
    match tenths(hosts, verdict) {
        None => String::new(),
        Some(0) if hosts.of(verdict) > 0 => "< 0.1 %".to_owned(),
        Some(tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}
