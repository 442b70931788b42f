//! `report.html`: one file that needs nothing else, neither a network nor, but for details and filters, a script.

mod calendar;
mod details;
mod grid;
pub mod groups;
mod head;
mod once;
mod schedules;

use askama::Template;
use patching::outcome::Status;
use patching::summary::RunSummary;
use policy::ids::Region;
use policy::input::Action;
use policy::{PatchPolicy, ScheduleKind};

use crate::links::Links;
use crate::notification::{action, verdict};
use crate::text;
use calendar::{Calendar, Openings};
use grid::Kind;
use groups::Group;
use schedules::Schedule;

pub(crate) use grid::{Look, columns};
pub(crate) use head::Head;
pub(crate) use once::{Once, json_in_script};

const STYLE: &str = include_str!("../templates/report.css");
const SCRIPT: &str = concat!(include_str!("../templates/grid.js"), include_str!("../templates/report.js"));
/// How many places of a failure are named; the grid and report.csv have them all.
pub(crate) const NAMED_PLACES: usize = 100;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    head: Head<'a>,
    summary: &'a RunSummary,
    is_plan: bool,
    not_reached: Vec<Group<'a>>,
    failures: Vec<Group<'a>>,
    reasons: Vec<Group<'a>>,
    warnings: Vec<Group<'a>>,
    /// The columns of the grid.
    regions: Vec<&'a Region>,
    calendar: Option<Calendar<'a>>,
    schedules: Vec<Schedule<'a>>,
    policy: Option<String>,
    details: String,
}

/// The page.
///
/// # Errors
///
/// Those of the template.
pub fn render(summary: &RunSummary, links: Option<&Links>) -> Result<String, askama::Error> {
    let policy = summary.policy.as_ref().and_then(|policy| PatchPolicy::parse(policy).ok());
    let policy = policy.as_ref();
    let regions = columns(summary.outcomes.iter().flat_map(|account| &account.regions).map(|region| &region.region));
    let page = Page {
        head: Head {
            run: summary,
            links,
            name: "report",
            action: action(summary),
            title: text::capitalized(&verdict(summary)),
            tone: tone(summary),
            script: SCRIPT,
        },
        summary,
        is_plan: summary.action == Some(Action::Plan),
        not_reached: groups::not_reached(summary),
        failures: groups::groups(summary),
        reasons: groups::skipped(summary),
        warnings: groups::warnings(summary),
        calendar: Calendar::new(summary, policy),
        schedules: schedules::schedules(summary, policy),
        policy: summary.policy.as_ref().and_then(|policy| serde_json::to_string_pretty(policy).ok()),
        details: details::render(summary, &regions, policy),
        regions,
    };
    page.render()
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
