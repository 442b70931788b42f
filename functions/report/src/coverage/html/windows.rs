//! What the windows did last: a row a window and day, those that did not open first.

use jiff::civil::Date;
use patching::hosts::coverage::{Coverage, WindowCount};

use crate::text::grouped;

/// A window on a day.
#[derive(Debug)]
pub(super) struct Window<'a> {
    pub(super) name: &'a str,
    pub(super) day: String,
    /// Number and whether it is one that should be 0.
    pub(super) places: [(String, bool); 5],
    pub(super) hosts: [(String, bool); 5],
}

/// The columns of account-Regions, then those of hosts.
pub(super) const PLACES: [&str; 5] = ["ran", "found no host", "did not open", "off or missing", "not due yet"];
pub(super) const HOSTS: [&str; 5] = ["succeeded", "failed", "not reached", "stopped by the error limit", "cut off"];

/// By name, and the latest day first.
pub(super) fn windows(coverage: &Coverage) -> Vec<Window<'_>> {
    let mut windows: Vec<&WindowCount> = coverage.windows.iter().collect();
    windows.sort_by(|one, other| (&one.name, other.day).cmp(&(&other.name, one.day)));
    windows.into_iter().map(window).collect()
}

fn window(count: &WindowCount) -> Window<'_> {
    let good = |count: u64| (grouped(count), false);
    let bad = |count: u64| (grouped(count), count > 0);
    Window {
        name: &count.name,
        day: count.day.map_or_else(|| "not of late".to_owned(), day),
        places: [good(count.ran), bad(count.nobody), bad(count.not_run), bad(count.off), good(count.not_due)],
        hosts: [
            good(count.succeeded),
            bad(count.failed),
            bad(count.not_reached),
            bad(count.stopped_by_limit),
            bad(count.cut_off),
        ],
    }
}

fn day(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}
