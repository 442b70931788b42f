//! One maintenance window.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::number::{ScheduleOffset, WindowDuration};
use crate::reader::{FromNode, Node, Read, all, read_object};
use crate::schedule::{Schedule, ScheduleKind};
use crate::target::Target;
use crate::task::Task;
use crate::text::{Description, Name};
use crate::timezone::Timezone;

/// One maintenance window with its target and its task (`CreateMaintenanceWindow`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The window's name; no other window of the policy has it.
    pub name: Name,
    /// What the window is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// When it opens.
    pub schedule: Schedule,
    /// In which time zone the schedule is meant; `UTC` by default.
    #[serde(default)]
    pub timezone: Timezone,
    /// How many days after the moment that a `cron` schedule names it opens; a `patch-tuesday` has its days in itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_offset_days: Option<ScheduleOffset>,
    /// How long it stays open, and when it starts no more tasks.
    #[serde(flatten)]
    pub duration: WindowDuration,
    /// Whether it opens at all; `true` by default.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The hosts that it works on.
    pub target: Target,
    /// What it does.
    pub task: Task,
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

impl FromNode for Window {
    const EXPECTED: &'static str = "an object with name, schedule, target and task";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            name: object.required("name"),
            description: object.optional("description"),
            schedule: object.required("schedule"),
            timezone: object.or("timezone", Timezone::default()),
            schedule_offset_days:
                object.optional_with("scheduleOffsetDays", |node| read_offset(node, schedule.as_ref().ok())),
            duration: WindowDuration::from_fields(&mut object),
            enabled: object.or("enabled", yes()),
            target: object.required("target"),
            task: object.required("task"),
        })
    }
}

fn yes() -> bool {
    true
}

fn read_offset(node: &Node<'_>, schedule: Option<&Schedule>) -> Read<ScheduleOffset> {
    let offset = ScheduleOffset::from_node(node)?;
    match schedule.map(Schedule::kind) {
        Some(ScheduleKind::Rate(_) | ScheduleKind::At(_)) => Err(node.refuse("only with a \"cron(…)\" schedule")),
        Some(ScheduleKind::PatchTuesday { .. }) => {
            Err(node.refuse("only with a \"cron(…)\" schedule: \"patch-tuesday(…)\" has its days in itself"))
        }
        Some(ScheduleKind::Cron) | None => Ok(offset),
    }
}

/// The quota of an account in a Region.
pub(super) const WINDOWS: &str = "a list of 0 to 50 windows";

/// Reads the windows. Names are how a rollout recognizes them, so each has to have a name of its own.
pub(super) fn read_windows(node: &Node<'_>) -> Read<Vec<Window>> {
    let items = node.items(WINDOWS)?;
    if items.len() > 50 {
        return Err(node.refuse(WINDOWS));
    }
    let mut named = BTreeMap::new();
    all(items.iter().enumerate().map(|(index, item)| {
        let name = item.member("name").filter(|name| name.value().is_string());
        let taken = name.and_then(|name| match *named.entry(name.value().to_string()).or_insert(index) {
            first if first == index => None,
            first => Some(name.refuse(format!("a name of its own (windows[{first}] has this one)"))),
        });
        let window = Window::from_node(item);
        taken.map_or(window, Err)
    }))
}
