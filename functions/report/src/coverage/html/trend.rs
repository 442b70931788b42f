//! The percentage over the last inspections, as a line.

use patching::hosts::coverage::Past;

use crate::text::day;

/// A month of daily inspections.
const SHOWN: usize = 30;
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 96.0;

/// The line with what it says in words.
#[derive(Debug)]
pub(super) struct Trend<'a> {
    pub(super) points: Vec<Point<'a>>,
    /// The percentage at the lower edge, a multiple of ten.
    pub(super) lowest: f64,
    pub(super) words: String,
}

/// An inspection.
#[derive(Debug)]
pub(super) struct Point<'a> {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) percent: f64,
    pub(super) past: &'a Past,
}

impl<'a> Trend<'a> {
    /// None before the second inspection with hosts.
    pub(super) fn new(history: &'a [Past]) -> Option<Self> {
        let all: Vec<_> = history.iter().filter_map(|past| Some((past, past.hosts.patched_percent?))).collect();
        let shown = &all[all.len().saturating_sub(SHOWN)..];
        let [(first, from), .., (last, to)] = shown else { return None };
        let worst = shown.iter().map(|(_, percent)| *percent).fold(100.0, f64::min);
        let lowest = ((worst / 10.0).floor() * 10.0).min(90.0);
        let seconds = |past: &Past| past.finished_at.duration_since(first.finished_at).as_secs_f64();
        let point = |(past, percent): &(&'a Past, f64)| Point {
            x: WIDTH * (seconds(past) / seconds(last).max(1.0)),
            y: HEIGHT * (100.0 - percent) / (100.0 - lowest),
            percent: *percent,
            past,
        };
        let words = format!("{from:.1} % on {}, {to:.1} % on {}", day(first.finished_at), day(last.finished_at));
        Some(Self { points: shown.iter().map(point).collect(), lowest, words })
    }
}
