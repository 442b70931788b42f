//! The moments at which a schedule comes round.

use std::cmp::Ordering;
use std::iter::successors;

use croner::errors::CronError;
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::{Schedule, ScheduleKind, cron};

/// The last year that a `cron` schedule can name.
const LAST_YEAR: i16 = 2199;

impl Schedule {
    /// The moments after `now` at which it comes round in `zone`, the soonest first; those of `cron` so many days later, if `cron` names
    /// them after the schedule was `set`. A `rate` begins when its window is created: here, at `now`.
    pub fn openings(
        &self,
        set: Timestamp,
        now: Timestamp,
        zone: TimeZone,
        offset_days: u8,
    ) -> Box<dyn Iterator<Item = Timestamp> + Send> {
        match self.kind() {
            ScheduleKind::At(moment) => Box::new(zone.to_timestamp(moment).ok().filter(|at| *at > now).into_iter()),
            ScheduleKind::Rate(rate) => {
                let next = move |last: &Timestamp| last.checked_add(rate).ok();
                Box::new(successors(next(&now), next))
            }
            ScheduleKind::Cron | ScheduleKind::PatchTuesday { .. } => {
                let offset = i64::from(offset_days).days();
                let parsed = cron::parse(&self.expression());
                let next = move |last: &OnTheWall| parsed.as_ref()?.find_next_occurrence(last, false).ok();
                let from = zone.to_datetime(now).checked_sub(offset).ok().map(|from| from.max(zone.to_datetime(set)));
                let first = from.and_then(|from| next(&OnTheWall(from)));
                let moments = successors(first, next).take_while(|OnTheWall(moment)| moment.year() <= LAST_YEAR);
                let moments = moments
                    .filter_map(move |OnTheWall(moment)| zone.to_timestamp(moment.checked_add(offset).ok()?).ok());
                // Where clocks go back a later time on the wall may be an earlier moment, where they go forward the same one.
                let mut last = now;
                Box::new(moments.filter(move |moment| {
                    let is_later = *moment > last;
                    last = last.max(*moment);
                    is_later
                }))
            }
        }
    }
}

/// What a clock on the wall shows. The zone is applied to what croner finds: a time that summer time leaves out is as much later, and of
/// one that is there twice the first is meant.
#[derive(Clone)]
struct OnTheWall(DateTime);

impl CronDateTime for OnTheWall {
    fn to_civil(&self) -> CivilDateTime {
        let part = |part: i8| u32::from(part.unsigned_abs());
        let Self(moment) = self;
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(moment.year().into(), part(moment.month()), part(moment.day())),
            CivilTime::from_parts_unchecked(part(moment.hour()), part(moment.minute()), part(moment.second())),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(self.0.weekday().to_sunday_zero_offset().unsigned_abs().into())
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let small = |part: u32| i8::try_from(part).map_err(|_| CronError::InvalidDate);
        let moment = DateTime::new(
            civil.year().try_into().map_err(|_| CronError::InvalidDate)?,
            small(civil.month())?,
            small(civil.day())?,
            small(civil.hour())?,
            small(civil.minute())?,
            small(civil.second())?,
            0,
        );
        moment.map(|moment| Resolution::Single(Self(moment))).map_err(|_| CronError::InvalidDate)
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
