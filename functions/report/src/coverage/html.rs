//! `coverage.html`: one file that needs nothing else, neither a network nor, down to the grid, a script.

mod grid;
mod trend;
mod units;
mod verdicts;
mod why;
mod windows;

use std::collections::BTreeMap;

use askama::Template;
use patching::hosts::coverage::{Coverage, Network, Past};
use patching::hosts::{Reason, Verdict};
use patching::summary::RunSummary;
use policy::input::ExecutionInput;
use serde_json::json;
use strum::VariantArray;

use super::message::{headline, leads};
use crate::html::groups::{self, Group};
use crate::html::{NAMED_PLACES, STYLE, capitalized, json_in_script, narrowed, security_policy, spaced};
use crate::links::{Console, Links};
use crate::text::{counted, duration, many, moment};
use grid::Grid;
use trend::Trend;
use units::Unit;
use verdicts::{Tile, class};

pub(in crate::coverage) use verdicts::ORDER;
use why::Why;
use windows::{HOSTS, PLACES, Window};

const COVERAGE_STYLE: &str = include_str!("../../templates/coverage.css");
const SCRIPT: &str = concat!(
    include_str!("../../templates/grid.js"),
    include_str!("../../templates/hosts.js"),
    include_str!("../../templates/coverage.js")
);
/// How many networks with unmanaged hosts are named; coverage.json has them all.
const NAMED_NETWORKS: usize = 15;

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page<'a> {
    coverage: &'a Coverage,
    links: Option<&'a Links>,
    headline: String,
    leads: Vec<String>,
    tone: &'static str,
    trigger: String,
    narrowed: Vec<String>,
    finished: String,
    took: Option<String>,
    scans_only: Option<String>,
    tiles: Vec<Tile>,
    trend: Option<Trend>,
    why: Vec<Why<'a>>,
    notes: Vec<Why<'a>>,
    not_ours: Vec<Why<'a>>,
    networks: Vec<&'a Network>,
    windows: Vec<Window<'a>>,
    units: Vec<Unit<'a>>,
    waves: Vec<Unit<'a>>,
    grid: Grid<'a>,
    not_inspected: Vec<Group<'a>>,
    denied: Vec<Group<'a>>,
    left_out: Vec<String>,
    excluded: Option<String>,
    details: String,
    hosts: String,
    security_policy: String,
}

/// The page; `hosts` is what it holds of each host.
///
/// # Errors
///
/// Those of the template.
pub fn render(
    run: &RunSummary,
    coverage: &Coverage,
    history: &[Past],
    hosts: &str,
    links: Option<&Links>,
) -> Result<String, askama::Error> {
    let input = ExecutionInput::parse(&run.input).ok();
    let grid = Grid::new(coverage);
    let (not_ours, ours): (Vec<_>, Vec<_>) = why::whys(coverage).partition(Why::is_not_ours);
    let (why, notes) = ours.into_iter().partition(|why: &Why<'_>| why.count.hosts > 0);
    // What is written with a capital letter was in the scope, and is among what could not be looked at.
    let left_out = run.skipped.iter().filter(|(reason, _)| reason.starts_with(char::is_lowercase));
    let left_out = left_out.map(|(reason, count)| format!("{} {}", counted(*count, "account"), spaced(reason)));
    let excluded = coverage.hosts.of(Verdict::Excluded);
    let page = Page {
        headline: capitalized(&headline(coverage)),
        leads: leads(coverage),
        tone: tone(coverage),
        trigger: input
            .as_ref()
            .map_or_else(|| "an input that is not valid".to_owned(), |input| input.trigger.to_string()),
        narrowed: input.as_ref().map(narrowed).unwrap_or_default(),
        finished: moment(&run.finished_at, "UTC"),
        took: duration(&run.started_at, &run.finished_at),
        scans_only: super::scans_only(coverage).map(|hosts| many(hosts, "host")),
        tiles: verdicts::tiles(&coverage.hosts),
        trend: Trend::new(history),
        why,
        notes,
        not_ours,
        networks: coverage.networks.iter().take(NAMED_NETWORKS).collect(),
        windows: windows::windows(coverage),
        units: coverage.units.iter().map(units::unit).collect(),
        waves: coverage.waves.iter().map(units::wave).collect(),
        not_inspected: groups::groups(run),
        denied: groups::skipped(run),
        left_out: left_out.collect(),
        excluded: (excluded > 0).then(|| many(excluded, "host")),
        details: json_in_script(&details(run, coverage, &grid)),
        hosts: json_in_script(hosts),
        security_policy: security_policy(SCRIPT),
        grid,
        coverage,
        links,
    };
    page.render()
}

/// What the script has to know beside the hosts: what is behind each cell of the grid, and what the names mean.
fn details(run: &RunSummary, coverage: &Coverage, grid: &Grid<'_>) -> String {
    let reasons = Reason::VARIANTS.iter().map(|reason| (reason.to_string(), why::told(*reason)));
    let console = run.execution.as_deref().and_then(Console::of);
    json!({
        "verdicts": Verdict::VARIANTS.iter().map(|verdict| [verdict.to_string(), class(*verdict).to_owned()]).collect::<Vec<_>>(),
        "reasons": reasons.collect::<BTreeMap<_, _>>(),
        "accounts": grid.details(coverage),
        "console": console.map(|console| console.host),
        "finishedAt": run.finished_at,
    })
    .to_string()
}

fn tone(coverage: &Coverage) -> &'static str {
    let hosts = &coverage.hosts;
    match () {
        () if coverage.error.is_some() || coverage.not_inspected > 0 || hosts.of(Verdict::Blocked) > 0 => "bad",
        () if hosts.of(Verdict::Patched) + hosts.of(Verdict::Due) < hosts.to_be_patched()
            || hosts.to_be_patched() == 0
            || coverage.denied > 0
            || coverage.disabled =>
        {
            "warned"
        }
        () => "good",
    }
}
