//! When a window opens.

mod cron;
mod openings;
mod patch_tuesday;

use std::fmt;
use std::str::FromStr;

use crate::number::ScheduleOffset;
use crate::problem::NotAllowed;
use crate::text::from_text;
use patch_tuesday::PatchTuesday;

/// What is allowed when it is not even clear which form was meant.
const ALLOWED: &str = "\"cron(…)\", \"rate(…)\", \"at(…)\" or \"patch-tuesday(…)\", such as \"cron(0 2 ? * THU#3 *)\", \"rate(7 days)\", \
                       \"at(2030-01-31T22:00:00)\" or \"patch-tuesday(9, 02:00)\"";

/// When a maintenance window opens (`MaintenanceWindowSchedule`, at most 256 characters): `cron(…)`, `rate(…)` or `at(…)`, or
/// `patch-tuesday(9, 02:00)`: 0 to 20 days after the second Tuesday of a month, at a time; Systems Manager gets it as `cron` with an offset.
///
/// It follows the user guide's "Cron and rate expressions for Systems Manager". Where that page is silent, the stricter reading
/// holds: a schedule that is refused here can be written in another way, one that the service refuses fails in every account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String", extend("pattern" = r"^(cron|rate|at|patch-tuesday)\(.+\)$"))
)]
#[serde(into = "String")]
pub struct Schedule {
    text: String,
    kind: ScheduleKind,
    expression: String,
    offset_days: Option<ScheduleOffset>,
}

/// Which of the forms a [`Schedule`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScheduleKind {
    /// At the moments that a cron expression matches.
    Cron,
    /// At a fixed interval.
    Rate,
    /// Once.
    At,
    /// So many days after the second Tuesday of a month.
    PatchTuesday {
        /// The days.
        days: u8,
    },
}

impl Schedule {
    /// The schedule as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn of_patch_tuesday(text: &str, schedule: &PatchTuesday) -> Self {
        let kind = ScheduleKind::PatchTuesday { days: schedule.days() };
        Self { text: text.to_owned(), kind, expression: schedule.cron(), offset_days: schedule.offset() }
    }

    /// Which form it has.
    pub const fn kind(&self) -> ScheduleKind {
        self.kind
    }

    /// The expression that Systems Manager gets: the text, or the `cron(…)` of a `patch-tuesday(…)`.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// By how many days later than its `expression` a `patch-tuesday(…)` comes round.
    pub const fn offset_days(&self) -> Option<ScheduleOffset> {
        self.offset_days
    }

    /// What stands between the parentheses of the expression.
    fn inner(&self) -> &str {
        self.expression.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'))
    }
}

impl FromStr for Schedule {
    type Err = NotAllowed;

    fn from_str(whole: &str) -> Result<Self, NotAllowed> {
        if whole.chars().count() > 256 {
            return Err(NotAllowed::new("at most 256 characters"));
        }
        let (form, inner) =
            whole.strip_suffix(')').and_then(|text| text.split_once('(')).ok_or(NotAllowed::new(ALLOWED))?;
        let kind = match form {
            "cron" => cron::check(inner).map(|()| ScheduleKind::Cron)?,
            "rate" => check_rate(inner).map(|()| ScheduleKind::Rate)?,
            "at" => check_at(inner).map(|()| ScheduleKind::At)?,
            "patch-tuesday" => return Ok(Self::of_patch_tuesday(whole, &PatchTuesday::read(inner)?)),
            _ => return Err(NotAllowed::new(ALLOWED)),
        };
        Ok(Self { text: whole.to_owned(), kind, expression: whole.to_owned(), offset_days: None })
    }
}

/// The minutes of `7 days`: a number and a unit, which is singular for 1 only.
fn rate(inner: &str) -> Option<u64> {
    let (number, unit) = inner.split_once(' ')?;
    let is_plain = !number.starts_with(['+', '0']);
    let number: u32 = number.parse().ok().filter(|_| is_plain)?;
    let minutes = match (number, unit) {
        (1, "minute") | (2.., "minutes") => 1,
        (1, "hour") | (2.., "hours") => 60,
        (1, "day") | (2.., "days") => 24 * 60,
        _ => return None,
    };
    Some(u64::from(number) * minutes)
}

fn check_rate(inner: &str) -> Result<(), NotAllowed> {
    match rate(inner) {
        None => Err(NotAllowed::new(
            "\"rate(<number> <unit>)\": a number from 1, then minutes, hours or days, without the s for 1 only",
        )),
        Some(..cron::SHORTEST_INTERVAL_MINUTES) => Err(NotAllowed::new("a rate of 5 minutes or slower")),
        Some(_) => Ok(()),
    }
}

/// `2030-01-31T22:00:00`: a date and time that exist. The parser takes other spellings as well, and they differ from how it writes the same moment.
fn check_at(inner: &str) -> Result<(), NotAllowed> {
    let parsed = inner.parse::<jiff::civil::DateTime>();
    let is_plain = inner.len() == "yyyy-mm-ddThh:mm:ss".len(); // no fraction and no era
    if is_plain && parsed.is_ok_and(|time| time.to_string() == inner) {
        Ok(())
    } else {
        Err(NotAllowed::new("\"at(yyyy-mm-ddThh:mm:ss)\" with a date and time that exist, without an offset"))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.text
    }
}

from_text!(Schedule, ALLOWED);
