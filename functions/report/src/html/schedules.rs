//! The windows of the policy, and when each runs next.

use std::collections::BTreeMap;

use jiff::Timestamp;
use patching::settings::WindowSettings;
use patching::summary::RunSummary;
use policy::input::Action;
use policy::{Filter, PatchPolicy, ScheduleKind, Window};

use crate::text::{moment, plain};

/// The policy as it is in each of its waves, in their order; as it is everywhere, when it has none.
pub(super) fn parts(policy: Option<&PatchPolicy>) -> Vec<(Option<&str>, &PatchPolicy)> {
    let waves = policy.into_iter().flat_map(|policy| &policy.waves);
    let parts: Vec<_> = waves.map(|wave| (Some(wave.name.as_str()), &*wave.policy)).collect();
    if parts.is_empty() { policy.into_iter().map(|policy| (None, policy)).collect() } else { parts }
}

/// The time zone of each window of the policy, by the wave and the window's name.
#[derive(Debug, Default)]
pub(super) struct Zones<'a>(BTreeMap<(Option<&'a str>, &'a str), &'a str>);

impl<'a> Zones<'a> {
    pub(super) fn new(policy: Option<&'a PatchPolicy>) -> Self {
        let zones = parts(policy).into_iter().flat_map(|(wave, policy)| {
            policy.windows.iter().map(move |window| ((wave, window.name.as_str()), window.timezone.as_str()))
        });
        Self(zones.collect())
    }

    /// UTC for a window that the policy does not have.
    pub(super) fn of(&self, wave: Option<&str>, window: &str) -> &'a str {
        self.0.get(&(wave, window)).copied().unwrap_or("UTC")
    }
}

/// A window of the policy.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) name: String,
    /// The waves in which it is so; none when the policy has no waves.
    pub(super) waves: String,
    pub(super) expression: String,
    /// What Systems Manager has for a form that it does not know.
    pub(super) sent: Option<String>,
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

/// How many account-Regions have a window run next at which moment.
type Moments<'a> = BTreeMap<&'a str, usize>;

/// The windows in the policy's order, once where they are the same in several waves; none without a valid policy.
pub(super) fn schedules(summary: &RunSummary, policy: Option<&PatchPolicy>) -> Vec<Schedule> {
    let mut next = next_executions(summary);
    let planned_at = summary.started_at.parse().ok().filter(|_| summary.action == Some(Action::Plan));
    let mut windows: Vec<(&Window, Vec<&str>, Moments<'_>)> = Vec::new();
    for (wave, policy) in parts(policy) {
        for window in &policy.windows {
            let of_wave = next.remove(&(wave, window.name.as_str())).unwrap_or_default();
            match windows.iter_mut().find(|(known, ..)| *known == window) {
                Some((_, waves, next)) => {
                    waves.extend(wave);
                    for (moment, places) in of_wave {
                        *next.entry(moment).or_default() += places;
                    }
                }
                None => windows.push((window, wave.into_iter().collect(), of_wave)),
            }
        }
    }
    windows.into_iter().map(|(window, waves, next)| schedule(window, &waves, next, planned_at)).collect()
}

/// By wave and window.
fn next_executions(summary: &RunSummary) -> BTreeMap<(Option<&str>, &str), Moments<'_>> {
    let mut next: BTreeMap<_, Moments<'_>> = BTreeMap::new();
    for account in &summary.outcomes {
        for window in account.regions.iter().flat_map(|region| &region.windows) {
            if let Some(moment) = &window.next_execution {
                let of_window = next.entry((account.wave.as_deref(), window.name.as_str())).or_default();
                *of_window.entry(moment.as_str()).or_default() += 1;
            }
        }
    }
    next
}

/// The schedule as the policy says it; and as Systems Manager has it, where that is another form.
pub(super) fn forms(window: &Window) -> (String, Option<String>) {
    let comes_round = WindowSettings::from(window).comes_round();
    match window.schedule.kind() {
        ScheduleKind::PatchTuesday { .. } => (window.schedule.to_string(), Some(comes_round)),
        _ => (comes_round, None),
    }
}

fn schedule(window: &Window, waves: &[&str], next: Moments<'_>, planned_at: Option<Timestamp>) -> Schedule {
    let zone = window.timezone.to_string();
    let (expression, sent) = forms(window);
    let openings =
        planned_at.filter(|_| window.enabled).into_iter().flat_map(|now| window.openings(now).take(OPENINGS));
    let next =
        next.into_iter().map(|(next, places)| Next { local: moment(next, &zone), utc: moment(next, "UTC"), places });
    Schedule {
        next: next.collect(),
        openings: openings.map(|opening| moment(&opening.to_string(), &zone)).collect(),
        is_from_now: window.schedule.kind() == ScheduleKind::Rate,
        name: window.name.to_string(),
        waves: waves.join(", "),
        expression,
        sent,
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
