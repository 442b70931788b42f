//! `coverage.html`: one file that needs nothing else, neither a network nor, down to the grid, a script.

mod grid;
mod trend;
pub(in crate::coverage) mod verdicts;
mod why;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use patching::hosts::coverage::{Coverage, Past, ReasonCount, WindowCount};
use patching::hosts::{Reason, Verdict};
use patching::summary::RunSummary;
use policy::ids::Region;
use serde_json::json;
use strum::VariantArray;

use super::message::{headline, leads};
use crate::html::groups::{self, Group};
use crate::html::{Head, NAMED_PLACES, columns, json_in_script};
use crate::links::{Console, Links};
use crate::text;
use trend::Trend;
use verdicts::ORDER;

const STYLE: &str = concat!(include_str!("../../templates/report.css"), include_str!("../../templates/coverage.css"));
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
    head: Head<'a>,
    coverage: &'a Coverage,
    leads: Vec<String>,
    trend: Option<Trend<'a>>,
    why: Vec<&'a ReasonCount>,
    notes: Vec<&'a ReasonCount>,
    not_ours: Vec<&'a ReasonCount>,
    windows: Vec<&'a WindowCount>,
    /// The columns of the grid.
    regions: Vec<&'a Region>,
    not_inspected: Vec<Group<'a>>,
    denied: Vec<Group<'a>>,
    left_out: Vec<String>,
    details: String,
    hosts: String,
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
    let regions = columns(coverage.accounts.iter().flat_map(|account| &account.regions).map(|region| &region.region));
    let (not_ours, ours): (Vec<_>, Vec<_>) = coverage.reasons.iter().partition(|count| why::is_not_ours(count.name));
    let (why, notes) = ours.into_iter().partition(|count| count.hosts > 0);
    let mut windows: Vec<_> = coverage.windows.iter().collect();
    windows.sort_by_key(|window| (&window.name, Reverse(window.day)));
    // What is written with a capital letter was in the scope, and is among what could not be looked at.
    let left_out = run.skipped.iter().filter(|(reason, _)| reason.starts_with(char::is_lowercase));
    let left_out =
        left_out.map(|(reason, count)| format!("{} {}", text::counted(*count, "account"), text::spaced(reason)));
    let page = Page {
        head: Head {
            run,
            links,
            name: "coverage",
            action: "inspect",
            title: text::capitalized(&headline(coverage)),
            tone: tone(coverage),
            script: SCRIPT,
        },
        coverage,
        leads: leads(coverage),
        trend: Trend::new(history),
        why,
        notes,
        not_ours,
        windows,
        not_inspected: groups::groups(run),
        denied: groups::skipped(run),
        left_out: left_out.collect(),
        details: json_in_script(&details(run, coverage, &regions)),
        hosts: json_in_script(hosts),
        regions,
    };
    page.render()
}

/// What the script has to know beside the hosts: what is behind each cell of the grid, and what the names mean.
fn details(run: &RunSummary, coverage: &Coverage, regions: &[&Region]) -> String {
    let reasons =
        Reason::VARIANTS.iter().map(|reason| (reason.to_string(), json!([why::title(*reason), reason.advice()])));
    let verdicts = Verdict::VARIANTS.iter().map(|verdict| json!([verdict, verdicts::look(*verdict).class]));
    let console = run.execution.as_deref().and_then(Console::of);
    json!({
        "verdicts": verdicts.collect::<Vec<_>>(),
        "reasons": reasons.collect::<BTreeMap<_, _>>(),
        "accounts": grid::details(coverage, regions),
        "console": console.map(|console| console.host),
        "finishedAt": run.finished_at,
    })
    .to_string()
}

fn tone(coverage: &Coverage) -> &'static str {
    let hosts = &coverage.hosts;
    if coverage.error.is_some() || coverage.not_inspected > 0 || hosts.of(Verdict::Blocked) > 0 {
        "bad"
    } else if hosts.of(Verdict::Patched) + hosts.of(Verdict::Due) < hosts.to_be_patched()
        || hosts.to_be_patched() == 0
        || coverage.denied > 0
        || coverage.disabled
    {
        "warned"
    } else {
        "good"
    }
}
