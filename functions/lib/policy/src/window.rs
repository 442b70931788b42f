//! One maintenance window.

use jiff::Timestamp;

use crate::number::{CutoffHours, DurationHours, ScheduleOffset};
use crate::reader::{FromNode, Node, Object, Read, all, object, own_name};
use crate::schedule::{Schedule, ScheduleKind};
use crate::target::Target;
use crate::task::Task;
use crate::text::{Description, Name};
use crate::timezone::Timezone;

object! {
    /// One maintenance window with its target and its task (`CreateMaintenanceWindow`).
    Window, "an object with name, schedule, target and task" {
        /// The window's name; no other window of the policy has it.
        name: Name,
        /// What the window is for.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Description>,
        /// When it opens.
        schedule: Schedule,
        /// In which time zone the schedule is meant; `UTC` by default.
        timezone: Timezone = default,
        /// How many days after the moment that a `cron` schedule names it opens; a `patch-tuesday` has its days in itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        schedule_offset_days: Option<ScheduleOffset> => |window, field| {
            window.or_unless(field, |_| match schedule.as_ref().map(Schedule::kind) {
                Ok(ScheduleKind::Rate(_) | ScheduleKind::At(_)) => Some("only with a \"cron(…)\" schedule"),
                Ok(ScheduleKind::PatchTuesday { .. }) => {
                    Some("only with a \"cron(…)\" schedule: \"patch-tuesday(…)\" has its days in itself")
                }
                _ => None,
            })
        },
        /// For how many hours the window is open: 1 to 24; 6 by default.
        duration_hours: DurationHours = default,
        /// For how many hours before its end no task starts: 0 to 23, and less than the duration; 1 by default.
        cutoff_hours: CutoffHours = default => |window, field| read_cutoff(window, field, duration_hours.as_ref().ok()),
        /// Whether it opens at all; `true` by default.
        #[serde(default = "yes")]
        enabled: bool => |window, field| window.or(field, yes()),
        /// The hosts that it works on.
        target: Target,
        /// What it does.
        task: Task,
    }
}

impl Window {
    /// The moments after `now` at which it opens, the soonest first. A `rate` begins when the window is created: here, at `now`.
    pub fn openings(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.openings_once_set(Timestamp::MIN, now)
    }

    /// Its openings after `now` when the schedule is `set` at a moment. If `cron` names one before that, Systems Manager does not wait
    /// for its offset: "the maintenance window won't run in the period" (user guide, "Cron and rate expressions for Systems Manager").
    pub fn openings_once_set(&self, set: Timestamp, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let offset_days = self.offset_days().map_or(0, ScheduleOffset::get);
        self.schedule.openings(set, now, self.timezone.zone(), offset_days)
    }

    /// How many days after the moments of its `cron` it opens (`ScheduleOffset`).
    pub fn offset_days(&self) -> Option<ScheduleOffset> {
        self.schedule_offset_days.or(self.schedule.offset_days())
    }
}

fn yes() -> bool {
    true
}

fn read_cutoff(window: &mut Object<'_>, field: &str, duration: Option<&DurationHours>) -> Read<CutoffHours> {
    let node = window.field(field);
    let cutoff = node.as_ref().map_or(Ok(CutoffHours::default()), CutoffHours::from_node)?;
    let Some(duration) = duration.filter(|duration| cutoff.get() >= duration.get()) else { return Ok(cutoff) };
    let allowed = format!("less than durationHours ({})", duration.get());
    Err(match node {
        Some(node) => node.refuse(allowed),
        None => window.missing(field, format!("{allowed}; {} when left out", cutoff.get())),
    })
}

/// The quota of an account in a Region.
pub(super) const WINDOWS: &str = "a list of 0 to 50 windows";

/// Reads the windows. Names are how a rollout recognizes them, so each has to have a name of its own.
pub(super) fn read_windows(node: &Node<'_>) -> Read<Vec<Window>> {
    let items = node.items(..=50, WINDOWS)?;
    all(items.iter().enumerate().map(|(index, item)| {
        let name = own_name(&items, index);
        let window = Window::from_node(item);
        name.and(window)
    }))
}
