//! The windows of the policy, and when each runs next.

use std::collections::BTreeMap;

use jiff::Timestamp;
use patching::summary::RunSummary;
use policy::input::Action;
use policy::{Filter, PatchPolicy, ScheduleKind, Window};

use crate::text::{moment, plain};

/// The time zone of each window of the policy, by the window's name.
#[derive(Debug, Default)]
pub(super) struct Zones(BTreeMap<String, String>);

impl Zones {
    pub(super) fn new(policy: Option<&PatchPolicy>) -> Self {
        let windows = policy.into_iter().flat_map(|policy| &policy.windows);
        Self(windows.map(|window| (window.name.to_string(), window.timezone.to_string())).collect())
    }

    /// UTC for a window that the policy does not have.
    pub(super) fn of(&self, window: &str) -> &str {
        self.0.get(window).map_or("UTC", String::as_str)
    }
}

/// A window of the policy.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) name: String,
    pub(super) expression: String,
    pub(super) zone: String,
    pub(super) hours: String,
    pub(super) document: String,
    /// Name and value.
    pub(super) parameters: Vec<(String, String)>,
    /// All of which find a host.
    pub(super) targets: Vec<String>,
    pub(super) is_enabled: bool,
    /// The soonest first.
    pub(super) next: Vec<Next>,
    /// For a plan, the next openings in the window's zone, as the policy says them.
    pub(super) openings: Vec<String>,
    /// They are counted from the window's creation.
    pub(super) is_from_now: bool,
}

/// When a window runs next, and in how many account-Regions.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) local: String,
    pub(super) utc: String,
    pub(super) places: usize,
}

/// How many openings of a window a plan shows: a year of monthly ones.
const OPENINGS: usize = 12;

/// The windows in the policy's order; none without a valid policy.
pub(super) fn schedules(summary: &RunSummary, policy: Option<&PatchPolicy>) -> Vec<Schedule> {
    let mut next: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for window in summary.outcomes.iter().flat_map(|account| &account.regions).flat_map(|region| &region.windows) {
        if let Some(moment) = &window.next_execution {
            *next.entry(&window.name).or_default().entry(moment).or_default() += 1;
        }
    }
    let windows = policy.into_iter().flat_map(|policy| &policy.windows);
    let planned_at = summary.started_at.parse().ok().filter(|_| summary.action == Some(Action::Plan));
    windows.map(|window| schedule(window, next.remove(window.name.as_str()).unwrap_or_default(), planned_at)).collect()
}

fn schedule(window: &Window, next: BTreeMap<&str, usize>, planned_at: Option<Timestamp>) -> Schedule {
    let zone = window.timezone.to_string();
    let openings =
        planned_at.filter(|_| window.enabled).into_iter().flat_map(|now| window.openings(now).take(OPENINGS));
    let next =
        next.into_iter().map(|(next, places)| Next { local: moment(next, &zone), utc: moment(next, "UTC"), places });
    Schedule {
        next: next.collect(),
        openings: openings.map(|opening| moment(&opening.to_string(), &zone)).collect(),
        is_from_now: window.schedule.kind() == ScheduleKind::Rate,
        name: window.name.to_string(),
        expression: window.schedule.to_string(),
        hours: format!("{} h, no new task in the last {} h", window.duration.hours(), window.duration.cutoff_hours()),
        document: window.task.document.to_string(),
        parameters: window.task.parameters.iter().map(|(name, values)| (name.clone(), values.join(", "))).collect(),
        targets: window.target.filters().iter().map(target).collect(),
        is_enabled: window.enabled,
        zone,
    }
}

fn target(filter: &Filter) -> String {
    format!("{} = {}", filter.key, plain(&filter.values.clone().into()))
}
