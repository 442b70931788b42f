//! Which patches came out when: made up, the same for the same seed.
//!
//! Windows has its updates on the second Tuesday of a month, the Linux distributions some every Tuesday.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::derive;

/// A Tuesday, 18:00 UTC.
const FIRST: Timestamp = Timestamp::constant(5 * 86_400 + 18 * 3_600, 0);
const WEEK: i64 = 7 * 86_400;

/// How many patches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Patches {
    pub(super) security: i64,
    pub(super) other: i64,
}

impl Patches {
    pub(super) fn all(self) -> i64 {
        self.security + self.other
    }
}

/// What came out for an operating system after one moment and until another.
pub(super) fn released(seed: u64, system: &str, after: Timestamp, until: Timestamp) -> Patches {
    let week_of = |time: Timestamp| time.duration_since(FIRST).as_secs().div_euclid(WEEK);
    let weeks = (week_of(after) + 1)..=week_of(until);
    weeks.map(|week| in_week(seed, system, week)).fold(Patches::default(), |sum, one| Patches {
        security: sum.security + one.security,
        other: sum.other + one.other,
    })
}

fn in_week(seed: u64, system: &str, week: i64) -> Patches {
    let number = u64::try_from(week).unwrap_or_default();
    let up_to = |what, most: u64| {
        i64::try_from(derive::hash(seed, &["release", system, what], number) % (most + 1)).unwrap_or_default()
    };
    if system == "WINDOWS" {
        let is_patch_tuesday = is_second_tuesday(FIRST + SignedDuration::from_secs(week * WEEK));
        return if is_patch_tuesday {
            Patches { security: 2 + up_to("security", 2), other: up_to("other", 2) }
        } else {
            Patches::default()
        };
    }
    Patches { security: up_to("security", 3), other: up_to("other", 4) }
}

fn is_second_tuesday(time: Timestamp) -> bool {
    let date = TimeZone::UTC.to_datetime(time).date();
    date.nth_weekday_of_month(2, Weekday::Tuesday).is_ok_and(|second| second == date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn windows_has_updates_on_patch_tuesday_only() {
        // the second Tuesday of November 2026 is the 10th
        let (before, after) = (time("2026-11-10T17:00:00Z"), time("2026-11-10T19:00:00Z"));
        assert!(released(1, "WINDOWS", before, after).security >= 2);
        assert_eq!(released(1, "WINDOWS", after, time("2026-12-08T17:00:00Z")), Patches::default());
    }

    #[test]
    fn linux_has_some_every_few_weeks_and_the_same_for_the_same_seed() {
        let year = |seed| released(seed, "UBUNTU", time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z"));
        assert!(year(1).security > 20 && year(1).other > 20);
        assert_eq!(year(1), year(1));
        assert_ne!(year(1), year(2));
    }

    #[test]
    fn what_is_released_in_two_spans_is_the_sum_of_them() {
        let [one, two, three] = ["2026-03-01T00:00:00Z", "2026-05-14T12:00:00Z", "2026-11-01T00:00:00Z"].map(time);
        let of = |from, until| released(3, "SUSE", from, until).all();
        assert_eq!(of(one, two) + of(two, three), of(one, three));
        assert_eq!(of(three, three), 0);
    }
}
