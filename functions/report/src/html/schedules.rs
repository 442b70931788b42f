//! The windows of the policy, and when each runs next.

use std::collections::BTreeMap;

use jiff::Timestamp;
use patching::settings::WindowSettings;
use patching::summary::RunSummary;
use policy::input::Action;
use policy::{PatchPolicy, ScheduleKind, Window};

use crate::text::moment;

/// The policy as it is in each of its waves, in their order; as it is everywhere, when it has none.
pub(super) fn parts(policy: Option<&PatchPolicy>) -> Vec<(Option<&str>, &PatchPolicy)> {
    let waves = policy.into_iter().flat_map(|policy| &policy.waves);
    let parts: Vec<_> = waves.map(|wave| (Some(wave.name.as_str()), &*wave.policy)).collect();
    if parts.is_empty() { policy.into_iter().map(|policy| (None, policy)).collect() } else { parts }
}

/// A window of the policy.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    pub(super) window: &'a Window,
    /// The waves in which it is so; none when the policy has no waves.
    pub(super) waves: Vec<&'a str>,
    pub(super) next: Moments<'a>,
}

/// How many account-Regions have a window run next at which moment, the soonest first.
type Moments<'a> = BTreeMap<&'a str, usize>;

/// How many openings of a window a plan shows: a year of monthly ones.
const OPENINGS: usize = 12;

/// The windows in the policy's order, once where they are the same in several waves; none without a valid policy.
pub(super) fn schedules<'a>(summary: &'a RunSummary, policy: Option<&'a PatchPolicy>) -> Vec<Schedule<'a>> {
    let mut next = next_executions(summary);
    let mut schedules: Vec<Schedule<'_>> = Vec::new();
    for (wave, policy) in parts(policy) {
        for window in &policy.windows {
            let of_wave = next.remove(&(wave, window.name.as_str())).unwrap_or_default();
            match schedules.iter_mut().find(|known| known.window == window) {
                Some(known) => {
                    known.waves.extend(wave);
                    for (moment, places) in of_wave {
                        *known.next.entry(moment).or_default() += places;
                    }
                }
                None => schedules.push(Schedule { window, waves: wave.into_iter().collect(), next: of_wave }),
            }
        }
    }
    schedules
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

/// For a plan, the next openings in the window's zone, as the policy says them.
pub(super) fn openings(summary: &RunSummary, window: &Window) -> Vec<String> {
    let planned_at: Option<Timestamp> =
        summary.started_at.parse().ok().filter(|_| summary.action == Some(Action::Plan) && window.enabled);
    let openings = planned_at.into_iter().flat_map(|now| window.openings(now).take(OPENINGS));
    openings.map(|opening| moment(&opening.to_string(), window.timezone.as_str())).collect()
}
