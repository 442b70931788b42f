//! When a window opens.

mod cron;
mod openings;
mod patch_tuesday;

use std::borrow::Cow;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};

use crate::number::ScheduleOffset;
use crate::problem::{Allowed, NotAllowed};
use crate::text_type::as_text;

/// What is allowed when it is not even clear which form was meant.
const ALLOWED: &str = "\"cron(…)\", \"rate(…)\", \"at(…)\" or \"patch-tuesday(…)\", such as \"cron(0 2 ? * THU#3 *)\", \"rate(7 days)\", \
                       \"at(2030-01-31T22:00:00)\" or \"patch-tuesday(9, 02:00)\"";

/// When a maintenance window opens (`MaintenanceWindowSchedule`, at most 256 characters): `cron(…)`, `rate(…)` or `at(…)`, or
/// `patch-tuesday(9, 02:00)`: 0 to 20 days after the second Tuesday of a month, at a time; Systems Manager gets it as `cron` with an offset.
///
/// It follows the user guide's "Cron and rate expressions for Systems Manager". Where that page is silent, the stricter reading
/// holds: a schedule that is refused here can be written in another way, one that the service refuses fails in every account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(with = "String", extend("pattern" = r"^(cron|rate|at|patch-tuesday)\(.+\)$"))
)]
pub struct Schedule {
    text: String,
    kind: ScheduleKind,
}

/// Which of the forms a [`Schedule`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScheduleKind {
    /// At the moments that a cron expression matches.
    Cron,
    /// At a fixed interval.
    Rate(SignedDuration),
    /// Once.
    At(DateTime),
    /// So many days after the second Tuesday of a month.
    PatchTuesday {
        /// The days.
        days: u8,
        /// The time of that day.
        time: Time,
    },
}

impl Schedule {
    /// The schedule as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which form it has.
    pub const fn kind(&self) -> ScheduleKind {
        self.kind
    }

    /// The expression that Systems Manager gets: the text, or the `cron(…)` of a `patch-tuesday(…)`.
    pub fn expression(&self) -> Cow<'_, str> {
        match self.kind {
            ScheduleKind::PatchTuesday { days, time } => {
                format!("cron({} {} ? * TUE#{} *)", time.minute(), time.hour(), 2 + days / 7).into()
            }
            _ => self.as_str().into(),
        }
    }

    /// By how many days later than its `expression` a `patch-tuesday(…)` comes round.
    pub fn offset_days(&self) -> Option<ScheduleOffset> {
        match self.kind {
            ScheduleKind::PatchTuesday { days, .. } => ScheduleOffset::new(days % 7),
            _ => None,
        }
    }
}

impl FromStr for Schedule {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        let text = text.to_owned();
        match ScheduleKind::read(&text) {
            Ok(kind) => Ok(Self { text, kind }),
            Err(allowed) => Err(NotAllowed { kind: "Schedule", value: text, allowed }),
        }
    }
}

as_text!(Schedule, ALLOWED);

impl ScheduleKind {
    fn read(text: &str) -> Result<Self, Allowed> {
        if text.chars().count() > 256 {
            return Err("at most 256 characters".into());
        }
        let (form, inner) = text.strip_suffix(')').and_then(|text| text.split_once('(')).ok_or(ALLOWED)?;
        match form {
            "cron" => cron::check(inner).map(|()| Self::Cron),
            "rate" => rate(inner).map(Self::Rate),
            "at" => at(inner).map(Self::At),
            "patch-tuesday" => patch_tuesday::read(inner).map(|(days, time)| ScheduleKind::PatchTuesday { days, time }),
            _ => Err(ALLOWED.into()),
        }
    }
}

/// `7 days`: a number and a unit, which is singular for 1 only.
fn rate(inner: &str) -> Result<SignedDuration, Allowed> {
    let minutes = minutes(inner)
        .ok_or("\"rate(<number> <unit>)\": a number from 1, then minutes, hours or days, without the s for 1 only")?;
    let rate = SignedDuration::from_mins(minutes);
    if rate < cron::SHORTEST_INTERVAL { Err("a rate of 5 minutes or slower".into()) } else { Ok(rate) }
}

fn minutes(inner: &str) -> Option<i64> {
    let (number, unit) = inner.split_once(' ')?;
    let is_plain = !number.starts_with(['+', '0']);
    let number: u32 = number.parse().ok().filter(|_| is_plain)?;
    let minutes = match (number, unit) {
        (1, "minute") | (2.., "minutes") => 1,
        (1, "hour") | (2.., "hours") => 60,
        (1, "day") | (2.., "days") => 24 * 60,
        _ => return None,
    };
    Some(i64::from(number) * minutes)
}

/// `2030-01-31T22:00:00`: a date and time that exist. The parser takes other spellings as well, and they differ from how it writes the same moment.
fn at(inner: &str) -> Result<DateTime, Allowed> {
    let is_plain = inner.len() == "yyyy-mm-ddThh:mm:ss".len(); // no fraction and no era
    let moment = inner.parse().ok().filter(|moment: &DateTime| is_plain && moment.to_string() == inner);
    Ok(moment.ok_or("\"at(yyyy-mm-ddThh:mm:ss)\" with a date and time that exist, without an offset")?)
}
