//! Verdicts in words, letters and colours.

use patching::hosts::Verdict;
use patching::hosts::coverage::HostCount;

use crate::text::grouped;

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

/// A verdict with the hosts that have it.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) verdict: Verdict,
    pub(super) class: &'static str,
    pub(super) letter: &'static str,
    pub(super) hosts: String,
    /// Of 100 hosts that are to be patched; for those that are not, none.
    pub(super) share: Option<String>,
    /// Of 1,000 parts of the bar.
    pub(super) width: u64,
    pub(super) meaning: &'static str,
}

pub(super) fn tiles(hosts: &HostCount) -> Vec<Tile> {
    let all = hosts.to_be_patched();
    let tile = |verdict: Verdict| {
        let is_counted = verdict != Verdict::Excluded;
        Tile {
            verdict,
            class: class(verdict),
            letter: letter(verdict),
            hosts: grouped(hosts.of(verdict)),
            share: is_counted.then(|| share(hosts.of(verdict), all)),
            width: if is_counted { (hosts.of(verdict) * 1_000).checked_div(all).unwrap_or_default() } else { 0 },
            meaning: meaning(verdict),
        }
    };
    ORDER.map(tile).into()
}

/// `3.2 %`, rounded down, but never to nothing where there is something.
pub(super) fn share(part: u64, all: u64) -> String {
    match (part * 1_000).checked_div(all) {
        None => String::new(),
        Some(0) if part > 0 => "< 0.1 %".to_owned(),
        Some(tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Patched => "nothing that is approved is missing",
        Verdict::Due => "the next window installs what is missing",
        Verdict::Attention => "a window came, or should have, and something went wrong",
        Verdict::Blocked => "no window will patch them",
        Verdict::Away => "stopped or not to be reached",
        Verdict::Excluded => "not ours to patch, not in the percentage",
        Verdict::Unknown => "could not be looked at, or too early to say",
    }
}

/// The class in the style sheet: where the meaning is near, that of the other report.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Patched => "c",
        Verdict::Due => "u",
        Verdict::Attention => "s",
        Verdict::Blocked => "f",
        Verdict::Away => "d",
        Verdict::Excluded => "n",
        Verdict::Unknown => "k",
    }
}

pub(super) fn letter(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Patched => "P",
        Verdict::Due => "D",
        Verdict::Attention => "A",
        Verdict::Blocked => "B",
        Verdict::Away => "O",
        Verdict::Excluded => "X",
        Verdict::Unknown => "?",
    }
}
