//! On which days the windows of each wave open.

use std::collections::BTreeMap;

use comfy_table::{Attribute, Cell, Table};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use policy::{PatchPolicy, Window};

use super::super::outcome::Outcome;

/// How far it goes: from any day on there is one of each monthly window.
const DAYS: i64 = 35;

/// That of the last run whose policy had waves.
pub(super) fn calendar(outcomes: &[Outcome]) -> Option<Table> {
    let outcome = outcomes.iter().rfind(|outcome| !outcome.waves.is_empty())?;
    let summary = outcome.run.summary().ok()?;
    let policy = PatchPolicy::parse(summary.policy.as_ref()?).ok()?;
    Some(openings(&policy, summary.started_at.parse().ok()?))
}

/// A line for each moment at which windows open.
fn openings(policy: &PatchPolicy, from: Timestamp) -> Table {
    let mut waves_of: BTreeMap<(Timestamp, &str), (&Window, Vec<&str>)> = BTreeMap::new();
    for wave in &policy.waves {
        for window in wave.policy.windows.iter().filter(|window| window.enabled) {
            let openings =
                window.openings(from).take_while(|moment| *moment < from + SignedDuration::from_hours(24 * DAYS));
            for moment in openings {
                let waves = &mut waves_of.entry((moment, window.name.as_str())).or_insert((window, Vec::new())).1;
                waves.push(wave.name.as_str());
            }
        }
    }
    let mut table = super::table();
    table.set_header(["opens", "windows", "waves"].map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    let openings: Vec<_> = waves_of.into_iter().collect();
    for together in
        openings.chunk_by(|((moment, _), (_, waves)), ((next, _), (_, of_next))| moment == next && waves == of_next)
    {
        let [((moment, _), (window, waves)), ..] = together else { continue };
        let names: Vec<_> = together.iter().map(|((_, name), _)| *name).collect();
        let all = waves.len() == policy.waves.len();
        table.add_row([
            opens(*moment, window),
            names.join("\n"),
            if all { "all".to_owned() } else { waves.join(", ") },
        ]);
    }
    table
}

/// In the window's own time zone.
fn opens(moment: Timestamp, window: &Window) -> String {
    ZonedDateTime::new(moment, window.timezone.zone()).strftime("%a %e %b %Y %H:%M %Z").to_string()
}
