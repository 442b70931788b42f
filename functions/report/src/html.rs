//! `report.html`: one file that needs nothing else, neither a network nor, but for details and filters, a script.

mod calendar;
mod details;
mod grid;
pub mod groups;
mod once;
mod schedules;
mod waves;

use askama::Template;
use aws_smithy_types::base64;
use patching::outcome::Status;
use patching::summary::RunSummary;
use policy::PatchPolicy;
use policy::input::{Action, ExecutionInput};
use sha2::{Digest, Sha256};

use crate::halt::Halt;
use crate::links::Links;
use crate::notification::{action, verdict};
use crate::text::{counted, duration, moment};
use calendar::{Calendar, Openings};
use grid::{Grid, Kind};
use groups::Group;
use schedules::{Schedule, Zones};
use waves::Row as WaveRow;

pub(crate) use once::{Once, json_in_script};

pub(crate) const STYLE: &str = include_str!("../templates/report.css");
const SCRIPT: &str = concat!(include_str!("../templates/grid.js"), include_str!("../templates/report.js"));
/// How many places of a failure are named; the grid and report.csv have them all.
pub(crate) const NAMED_PLACES: usize = 100;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    summary: &'a RunSummary,
    links: Option<&'a Links>,
    verdict: String,
    tone: &'static str,
    is_plan: bool,
    action: &'static str,
    trigger: String,
    narrowed: Vec<String>,
    started: String,
    finished: String,
    took: Option<String>,
    skipped: Vec<String>,
    /// Why the run was halted, and what it did not reach.
    halted: Vec<String>,
    waves: Vec<WaveRow<'a>>,
    wave_columns: [&'static str; 6],
    not_reached: Vec<Group<'a>>,
    failures: Vec<Group<'a>>,
    reasons: Vec<Group<'a>>,
    warnings: Vec<Group<'a>>,
    grid: Grid<'a>,
    calendar: Option<Calendar<'a>>,
    schedules: Vec<Schedule>,
    policy: Option<String>,
    details: String,
    /// Allows this page's own script and style, and nothing from anywhere.
    security_policy: String,
}

/// The page.
///
/// # Errors
///
/// Those of the template.
pub fn render(summary: &RunSummary, links: Option<&Links>) -> Result<String, askama::Error> {
    let policy = summary.policy.as_ref().and_then(|policy| PatchPolicy::parse(policy).ok());
    let input = ExecutionInput::parse(&summary.input).ok();
    let (grid, zones) = (Grid::new(summary), Zones::new(policy.as_ref()));
    let page = Page {
        verdict: capitalized(&verdict(summary)),
        tone: tone(summary),
        is_plan: summary.action == Some(Action::Plan),
        action: action(summary),
        trigger: input
            .as_ref()
            .map_or_else(|| "an input that is not valid".to_owned(), |input| input.trigger.to_string()),
        narrowed: input.as_ref().map(narrowed).unwrap_or_default(),
        started: moment(&summary.started_at, "UTC"),
        finished: moment(&summary.finished_at, "UTC"),
        took: duration(&summary.started_at, &summary.finished_at),
        skipped: summary.skipped.iter().map(|(reason, count)| format!("{count} {}", spaced(reason))).collect(),
        halted: Halt::of(summary).map(|halt| halt.sentences()).unwrap_or_default(),
        waves: waves::rows(summary),
        wave_columns: if summary.action == Some(Action::Plan) { waves::PLANNED } else { waves::COLUMNS },
        not_reached: groups::not_reached(summary),
        failures: groups::groups(summary),
        reasons: groups::skipped(summary),
        warnings: groups::warnings(summary),
        calendar: Calendar::new(summary, policy.as_ref()),
        schedules: schedules::schedules(summary, policy.as_ref()),
        policy: summary.policy.as_ref().and_then(|policy| serde_json::to_string_pretty(policy).ok()),
        details: details::render(summary, &grid.regions, &zones),
        security_policy: security_policy(SCRIPT),
        grid,
        summary,
        links,
    };
    page.render()
}

/// No source but the script with this hash: text that got into the page in spite of everything would not run.
pub(crate) fn security_policy(script: &str) -> String {
    let hash = base64::encode(Sha256::digest(script));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}

fn tone(summary: &RunSummary) -> &'static str {
    match summary.status {
        Status::Failed | Status::NotReached => "bad",
        Status::Planned => "plan",
        Status::Skipped => "warned",
        Status::Succeeded if summary.warnings > 0 => "warned",
        Status::Succeeded => "good",
    }
}

/// What narrowed the run, as its input says.
pub(crate) fn narrowed(input: &ExecutionInput) -> Vec<String> {
    let accounts = input.accounts.as_ref().map(|accounts| format!("only {}", counted(accounts.len(), "account")));
    let regions = input.regions.as_ref().map(|regions| format!("only {}", counted(regions.len(), "Region")));
    let retry = input.retry_of.as_ref().map(|run| format!("only what failed in {run}"));
    [accounts, regions, retry].into_iter().flatten().collect()
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// `pendingClosure` as `pending closure`, and so with `PendingClosure`.
pub(crate) fn spaced(name: &str) -> String {
    let spaced: String =
        name.chars().flat_map(|one| one.is_uppercase().then_some(' ').into_iter().chain(one.to_lowercase())).collect();
    spaced.trim_start().to_owned()
}
