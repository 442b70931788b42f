//! Schedule expressions: whether the service takes one, and when a window runs next.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html>

use chrono::{Datelike as _, NaiveDate, Timelike as _};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

#[derive(Debug)]
pub(crate) enum Schedule {
    Cron(Box<Cron>),
    Rate(SignedDuration),
    At(DateTime),
}

impl Schedule {
    /// Reads `cron(…)`, `rate(…)` or `at(…)`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, inner) = text.strip_suffix(')')?.split_once('(')?;
        match kind {
            "cron" => parse_cron(inner),
            "rate" => parse_rate(inner),
            "at" => inner.parse().ok().map(Self::At),
            _ => None,
        }
    }

    pub(crate) fn is_cron(&self) -> bool {
        matches!(self, Self::Cron(_))
    }

    /// The first run after `after` of a window that has this schedule since `since`.
    pub(crate) fn next(
        &self,
        after: Timestamp,
        since: Timestamp,
        zone: &TimeZone,
        offset_days: i64,
    ) -> Option<Timestamp> {
        match self {
            Self::At(moment) => zone.to_timestamp(*moment).ok().filter(|moment| *moment > after),
            Self::Rate(period) => {
                let passed = after.duration_since(since).as_secs().div_euclid(period.as_secs()) + 1;
                since.checked_add(SignedDuration::from_secs(passed * period.as_secs())).ok()
            }
            Self::Cron(cron) => {
                let from = zone.to_datetime(after).checked_sub(offset_days.days()).ok()?.max(zone.to_datetime(since));
                let next = next_on_the_clock(cron, from)?.checked_add(offset_days.days()).ok()?;
                zone.to_timestamp(next).ok()
            }
        }
    }
}

/// The time on the wall goes through croner as if it were UTC; the zone is applied to what comes out.
fn next_on_the_clock(cron: &Cron, from: DateTime) -> Option<DateTime> {
    let date = NaiveDate::from_ymd_opt(from.year().into(), from.month().try_into().ok()?, from.day().try_into().ok()?)?;
    let [hour, minute, second] = [from.hour(), from.minute(), from.second()].map(|part| u32::from(part.unsigned_abs()));
    let from = date.and_hms_opt(hour, minute, second)?.and_utc();
    let next = cron.find_next_occurrence(&from, false).ok()?;
    let small = |part: u32| i8::try_from(part).ok();
    DateTime::new(
        next.year().try_into().ok()?,
        small(next.month())?,
        small(next.day())?,
        small(next.hour())?,
        small(next.minute())?,
        small(next.second())?,
        0,
    )
    .ok()
}

fn parse_cron(fields: &str) -> Option<Schedule> {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let with_seconds = match fields.len() {
        6 => [&["0"], fields.as_slice()].concat(),
        7 => fields,
        _ => return None,
    };
    let day_fields_left_open = [with_seconds[3], with_seconds[5]].iter().filter(|field| **field == "?").count();
    if day_fields_left_open != 1 {
        return None;
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    parser.parse(&with_seconds.join(" ")).ok().map(|cron| Schedule::Cron(Box::new(cron)))
}

fn parse_rate(inner: &str) -> Option<Schedule> {
    let (number, unit) = inner.split_once(' ')?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    let (singular, seconds) = match unit {
        "minute" => (true, 60),
        "minutes" => (false, 60),
        "hour" => (true, 3_600),
        "hours" => (false, 3_600),
        "day" => (true, 86_400),
        "days" => (false, 86_400),
        _ => return None,
    };
    let period = SignedDuration::from_secs(number.checked_mul(seconds)?);
    (singular == (number == 1) && period >= SignedDuration::from_mins(5)).then_some(Schedule::Rate(period))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_of_the_service_is_taken() {
        for good in [
            "cron(0 0 1 ? * WED *)",
            "cron(0 2 ? * THU#3 *)",
            "cron(30 23 ? * TUE#3 *)",
            "cron(0 9 ? * 6L *)",
            "cron(0 4 L * ? *)",
            "cron(15 10 ? * MON-FRI *)",
            "cron(0 */30 * * * ? *)",
            "cron(0 0 3W * ? *)",
            "rate(7 days)",
            "rate(1 day)",
            "rate(5 minutes)",
            "at(2026-12-01T00:00:00)",
        ] {
            assert!(Schedule::parse(good).is_some(), "{good}");
        }
    }

    #[test]
    fn what_the_service_refuses_is_refused() {
        for bad in [
            "cron(0 2 * * *)",
            "cron(0 2 * * THU *)",
            "cron(0 2 ? * ? *)",
            "cron(99 2 ? * THU *)",
            "rate(1 days)",
            "rate(7 day)",
            "rate(4 minutes)",
            "rate(0 days)",
            "at(tomorrow)",
            "every day",
            "",
        ] {
            assert!(Schedule::parse(bad).is_none(), "{bad}");
        }
    }

    fn next(schedule: &str, zone: &str, offset_days: i64) -> String {
        let after: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        Schedule::parse(schedule).unwrap().next(after, after, &zone, offset_days).unwrap().to_string()
    }

    #[test]
    fn the_next_run_is_told_in_the_time_zone_of_the_window() {
        assert_eq!(next("cron(0 0 1 ? * WED *)", "America/New_York", 0), "2026-11-25T06:00:00Z");
        assert_eq!(next("cron(0 0 1 ? * WED *)", "UTC", 0), "2026-11-25T01:00:00Z");
        assert_eq!(next("rate(7 days)", "UTC", 0), "2026-11-30T12:00:00Z");
        assert_eq!(next("at(2026-12-01T00:00:00)", "Europe/Paris", 0), "2026-11-30T23:00:00Z");
    }

    #[test]
    fn an_offset_moves_the_run_by_days() {
        // the second Tuesday of December 2026 is the 8th
        assert_eq!(next("cron(0 2 ? * TUE#2 *)", "UTC", 0), "2026-12-08T02:00:00Z");
        assert_eq!(next("cron(0 2 ? * TUE#2 *)", "UTC", 3), "2026-12-11T02:00:00Z");
    }
}
