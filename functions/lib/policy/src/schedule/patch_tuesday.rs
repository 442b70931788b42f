//! `patch-tuesday(9, 02:00)`: so many days after the second Tuesday of a month, the day on which Microsoft publishes its updates.
//!
//! Systems Manager knows no such form, and has both halves of it: `TUE#n` in `cron(…)`, and an offset of up to six days. Every month has a
//! second, a third and a fourth Tuesday, so that each day up to the twentieth is one of them and its offset.

use jiff::civil::Time;

use crate::problem::Allowed;

/// As late as the fourth Tuesday and six days: a month need not have a fifth.
const MOST_DAYS: u8 = 20;

/// Reads what stands between the parentheses: the days after the second Tuesday, and the time.
pub(super) fn read(inner: &str) -> Result<(u8, Time), Allowed> {
    let (days, time) = inner.split_once(',').ok_or(
        "\"patch-tuesday(<days>, <HH:MM>)\": days after the second Tuesday of a month and a time, such as \"patch-tuesday(9, 02:00)\"",
    )?;
    match (read_days(days), read_time(time.strip_prefix(' ').unwrap_or(time))) {
        (Some(days), Some(time)) => Ok((days, time)),
        (days, time) => {
            let days = days.is_none().then_some("patch-tuesday with 0 to 20 days after the second Tuesday");
            let time = time.is_none().then_some("patch-tuesday with a time of 00:00 to 23:59, after a comma");
            Err(days.into_iter().chain(time).collect::<Vec<_>>().join("; ").into())
        }
    }
}

/// Without a sign and leading zeros.
fn read_days(text: &str) -> Option<u8> {
    text.parse().ok().filter(|days: &u8| *days <= MOST_DAYS && days.to_string() == text)
}

/// With two digits each; the parser takes other spellings as well.
fn read_time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text).ok().filter(|time| time.strftime("%H:%M").to_string() == text)
}
