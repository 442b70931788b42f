//! The fields of `cron(…)` in the dialect of Systems Manager.
//!
//! `croner` parses them; it knows Quartz's weekdays, `L`, `W`, `#` and years, but it is more lenient than the service. This module
//! adds what it lets through: the number of fields, where `?`, names, `L`, `W` and `#` may stand, years before 1970 or after 2199, and
//! schedules that come round too fast.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::problem::NotAllowed;

/// "Cron expressions that lead to rates faster than five minutes are not supported", says the user guide.
pub(super) const SHORTEST_INTERVAL_MINUTES: u64 = 5;

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One of the seven fields.
struct Field {
    name: &'static str,
    min: u16,
    max: u16,
    /// Names that stand for numbers.
    names: &'static [&'static str],
    /// Whether the whole field may be one of the forms that depend on the month.
    is_special: fn(&Self, &str) -> bool,
    allowed: &'static str,
}

/// The fields in their order; the first one may be left out. The user guide says in one place that seconds cannot be 0, and writes
/// `cron(0 0 2 ? * SUN *)` in another; the windows of AWS's Security Reference Architecture have a 0 there.
static FIELDS: [Field; 7] = [
    Field::plain("seconds", 0, 59, &[], "0 to 59 with , - * /"),
    Field::plain("minutes", 0, 59, &[], "0 to 59 with , - * /"),
    Field::plain("hours", 0, 23, &[], "0 to 23 with , - * /"),
    Field {
        is_special: Field::is_special_day,
        ..Field::plain("day of month", 1, 31, &[], "1 to 31 with , - * /, or one of ? L LW 15W")
    },
    Field::plain("month", 1, 12, MONTHS, "1 to 12 or JAN to DEC with , - * /"),
    Field {
        is_special: Field::is_special_weekday,
        ..Field::plain("day of week", 1, 7, WEEKDAYS, "1 to 7 or SUN to SAT with , - * /, or one of ? L 6L THU#3")
    },
    Field::plain("year", 1970, 2199, &[], "1970 to 2199 with , - * /"),
];

const DAY: usize = 3;
const WEEKDAY: usize = 5;

/// Checks what stands between the parentheses of `cron(…)`.
pub(super) fn check(inner: &str) -> Result<(), NotAllowed> {
    let texts = split(inner);
    if texts.len() != FIELDS.len() || texts.iter().any(String::is_empty) {
        return Err(NotAllowed::new(
            "cron with 6 fields (minutes, hours, day of month, month, day of week, year) or 7 (seconds first), one space between",
        ));
    }
    let fields = || FIELDS.iter().zip(&texts);
    let has_shape = fields().all(|(field, text)| field.has_shape(text));
    let Some(cron) = has_shape.then(|| parse_fields(&texts)).flatten() else {
        let wrong: Vec<_> =
            fields().filter(|(field, text)| !field.is_valid(text)).map(|(field, _)| field.allowed()).collect();
        return Err(NotAllowed::new(wrong.join("; ")));
    };
    if (texts[DAY] == "?") == (texts[WEEKDAY] == "?") {
        return Err(NotAllowed::new("cron with ? in either day of month or day of week, and not in both"));
    }
    if comes_round_too_fast(&cron) {
        return Err(NotAllowed::new("cron that comes round every 5 minutes or slower"));
    }
    Ok(())
}

/// What stands between the parentheses of `cron(…)`, once it was checked.
pub(super) fn parse(inner: &str) -> Option<Cron> {
    parse_fields(&split(inner))
}

/// The fields, with seconds where there are as many as there may be.
fn split(inner: &str) -> Vec<String> {
    let mut texts: Vec<_> = inner.split(' ').map(str::to_ascii_uppercase).collect();
    if texts.len() == FIELDS.len() - 1 {
        texts.insert(0, "0".to_owned());
    }
    texts
}

fn parse_fields(fields: &[impl AsRef<str>]) -> Option<Cron> {
    let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true) // SUN is 1
        .sloppy_ranges(true) // `0/15` is allowed
        .build();
    parser.parse(&fields.join(" ")).ok()
}

/// Whether two moments can be less than five minutes apart. Days are not looked at: 23:58 and 00:02 may be days apart.
fn comes_round_too_fast(cron: &Cron) -> bool {
    let minutes = cron.pattern.minutes.values();
    let hours = cron.pattern.hours.values();
    let over_the_hour = match (minutes.first(), minutes.last()) {
        (Some(first), Some(last)) if hours.windows(2).any(|pair| pair[1] - pair[0] == 1) => Some(60 - last + first),
        _ => None,
    };
    let within_the_hour = minutes.windows(2).map(|pair| pair[1] - pair[0]);
    cron.pattern.seconds.values().len() > 1
        || within_the_hour.chain(over_the_hour).any(|gap| u64::from(gap) < SHORTEST_INTERVAL_MINUTES)
}

impl Field {
    const fn plain(
        name: &'static str,
        min: u16,
        max: u16,
        names: &'static [&'static str],
        allowed: &'static str,
    ) -> Self {
        Self { name, min, max, names, is_special: |_, _| false, allowed }
    }

    fn allowed(&self) -> String {
        format!("{} of {}", self.name, self.allowed)
    }

    /// Whether the field is valid by itself, whatever the others are.
    fn is_valid(&self, text: &str) -> bool {
        let alone = FIELDS.each_ref().map(|field| if field.name == self.name { text } else { "*" });
        self.has_shape(text) && parse_fields(&alone).is_some()
    }

    /// Whether the field is made of what the service knows; order and steps of ranges are left to the parser.
    fn has_shape(&self, text: &str) -> bool {
        (self.is_special)(self, text) || text.split(',').all(|item| self.is_item(item))
    }

    /// `*`, `5`, `5-10`, `MON-FRI`, each with or without a step, `/15`.
    fn is_item(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let is_range = match range.split_once('-') {
            Some((first, last)) => self.is_value(first) && self.is_value(last),
            None => range == "*" || self.is_value(range),
        };
        is_range && step.is_none_or(|step| number(step).is_some_and(|step| (1..=self.max).contains(&step)))
    }

    fn is_value(&self, text: &str) -> bool {
        self.names.contains(&text) || number(text).is_some_and(|number| (self.min..=self.max).contains(&number))
    }

    /// `?`, the month's last day or last weekday, or the weekday next to a day: `15W`.
    fn is_special_day(&self, text: &str) -> bool {
        matches!(text, "?" | "L" | "LW") || text.strip_suffix('W').is_some_and(|day| self.is_value(day))
    }

    /// `?`, the week's last day, the month's last Friday: `6L`, or its third Thursday: `THU#3`.
    fn is_special_weekday(&self, text: &str) -> bool {
        let is_last = text.strip_suffix('L').is_some_and(|day| self.is_value(day));
        let is_nth = text
            .split_once('#')
            .is_some_and(|(day, nth)| self.is_value(day) && matches!(nth, "1" | "2" | "3" | "4" | "5"));
        matches!(text, "?" | "L") || is_last || is_nth
    }
}

/// Digits only: `+5` is a number for Rust, not for the service.
fn number(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}
