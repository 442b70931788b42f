//! The percentage over the last inspections, as a line.

use std::fmt::Write;

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
    /// `x,y x,y …`.
    pub(super) line: String,
    /// The percentage at the lower edge.
    pub(super) lowest: u32,
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
        let (begin, end) = (first.finished_at.as_second(), last.finished_at.as_second());
        let point = |(past, percent): &(&'a Past, f64)| Point {
            x: WIDTH * ratio(past.finished_at.as_second() - begin, end - begin),
            y: HEIGHT * (100.0 - percent) / (100.0 - lowest),
            percent: *percent,
            past,
        };
        let points: Vec<_> = shown.iter().map(point).collect();
        let words = format!("{from:.1} % on {}, {to:.1} % on {}", day(first.finished_at), day(last.finished_at));
        Some(Self { line: line(&points), points, lowest: whole(lowest), words })
    }
}

fn line(points: &[Point<'_>]) -> String {
    points.iter().fold(String::new(), |mut line, Point { x, y, .. }| {
        let _ = write!(line, "{x:.1},{y:.1} "); // writing to a string does not fail
        line
    })
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some months on a line of 640 points")]
fn ratio(part: i64, all: i64) -> f64 {
    part as f64 / all.max(1) as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole percentage")]
fn whole(percent: f64) -> u32 {
    percent as u32
}
