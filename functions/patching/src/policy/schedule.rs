//! When a window opens.

use std::str::FromStr;

use super::text::NotAllowed;

const ALLOWED: &str = "cron(0 0 1 ? * THU *), rate(7 days) or at(2030-01-31T00:00:00)";

/// When a maintenance window opens (`MaintenanceWindowSchedule`, 1 to 256 characters): `cron(…)`, `rate(…)` or `at(…)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(into = "String")]
pub struct Schedule {
    text: String,
    kind: ScheduleKind,
}

/// Which of the three forms a [`Schedule`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScheduleKind {
    /// At the moments that a cron expression matches.
    Cron,
    /// At a fixed interval.
    Rate,
    /// Once.
    At,
}

impl Schedule {
    /// The expression as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which form it has.
    #[must_use]
    pub const fn kind(&self) -> ScheduleKind {
        self.kind
    }
}

impl FromStr for Schedule {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let kind = match text.split_once('(') {
            Some(("cron", _)) => ScheduleKind::Cron,
            Some(("rate", _)) => ScheduleKind::Rate,
            Some(("at", _)) => ScheduleKind::At,
            _ => return Err(NotAllowed::new(ALLOWED)),
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }
}

impl AsRef<str> for Schedule {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.text
    }
}

super::text::from_text!(Schedule, ALLOWED);
