//! The fields of `cron(…)` in the dialect of Systems Manager.
//!
//! `croner` parses them; it knows Quartz's weekdays, `L`, `W`, `#` and years, but it is more lenient than the service. This module
//! adds what it lets through: the number of fields, where `?`, names, `L`, `W` and `#` may stand, years before 1970 or after 2199, and
//! schedules that come round too fast.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::SignedDuration;

use crate::problem::Allowed;
use crate::text_type::matches;

/// "Cron expressions that lead to rates faster than five minutes are not supported", says the user guide.
pub(super) const SHORTEST_INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// One of the seven fields.
struct Field {
    name: &'static str,
    /// What the service knows; the order and the ends of ranges are left to the parser.
    pattern: &'static str,
    allowed: &'static str,
}

/// The pattern of `*`, `5`, `5-10`, `MON-FRI`, each with or without a step, `/15`, and with commas between them; or of a form that depends
/// on the month.
macro_rules! list {
    ($value:literal / $step:literal $(or $special:literal)?) => {
        concat!("^(", $($special, "|",)? list!(@item $value, $step), "(,", list!(@item $value, $step), ")*)$")
    };
    (@item $value:literal, $step:literal) => {
        concat!(r"(\*|(", $value, ")(-(", $value, "))?)(/0*(", $step, "))?")
    };
}

/// The fields in their order; the first one may be left out. The user guide says in one place that seconds cannot be 0, and writes
/// `cron(0 0 2 ? * SUN *)` in another; the windows of AWS's Security Reference Architecture have a 0 there.
static FIELDS: [Field; 7] = [
    Field { name: "seconds", pattern: list!("[0-9]+" / "[1-5]?[0-9]"), allowed: "0 to 59 with , - * /" },
    Field { name: "minutes", pattern: list!("[0-9]+" / "[1-5]?[0-9]"), allowed: "0 to 59 with , - * /" },
    Field { name: "hours", pattern: list!("[0-9]+" / "1?[0-9]|2[0-3]"), allowed: "0 to 23 with , - * /" },
    Field {
        name: "day of month",
        pattern: list!("[0-9]+" / "[12]?[0-9]|3[01]" or r"\?|L|LW|[0-9]+W"),
        allowed: "1 to 31 with , - * /, or one of ? L LW 15W",
    },
    Field {
        name: "month",
        pattern: list!("[0-9]+|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC" / "[0-9]|1[0-2]"),
        allowed: "1 to 12 or JAN to DEC with , - * /",
    },
    Field {
        name: "day of week",
        pattern: list!("[0-9]+|SUN|MON|TUE|WED|THU|FRI|SAT" / "[0-7]" or r"\?|L|([0-9]+|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])"),
        allowed: "1 to 7 or SUN to SAT with , - * /, or one of ? L 6L THU#3",
    },
    Field {
        name: "year",
        pattern: list!("0*(19[7-9][0-9]|2[01][0-9]{2})" / "[0-9]{1,3}|1[0-9]{3}|2[01][0-9]{2}"),
        allowed: "1970 to 2199 with , - * /",
    },
];

const DAY: usize = 3;
const WEEKDAY: usize = 5;

/// Checks what stands between the parentheses of `cron(…)`.
pub(super) fn check(inner: &str) -> Result<(), Allowed> {
    let texts = split(inner);
    if texts.len() != FIELDS.len() || texts.iter().any(String::is_empty) {
        return Err(
            "cron with 6 fields (minutes, hours, day of month, month, day of week, year) or 7 (seconds first), one space between".into(),
        );
    }
    let wrong: Vec<_> = FIELDS
        .iter()
        .zip(&texts)
        .filter(|(field, text)| !field.is_valid(text))
        .map(|(field, _)| field.allowed())
        .collect();
    let Some(cron) = parse_fields(&texts).filter(|_| wrong.is_empty()) else {
        return Err(wrong.join("; ").into());
    };
    if (texts[DAY] == "?") == (texts[WEEKDAY] == "?") {
        return Err("cron with ? in either day of month or day of week, and not in both".into());
    }
    if comes_round_too_fast(&cron) {
        return Err("cron that comes round every 5 minutes or slower".into());
    }
    Ok(())
}

/// `cron(…)`, once it was checked.
pub(super) fn parse(expression: &str) -> Option<Cron> {
    parse_fields(&split(expression.strip_prefix("cron(")?.strip_suffix(')')?))
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
        || within_the_hour.chain(over_the_hour).any(|gap| SignedDuration::from_mins(gap.into()) < SHORTEST_INTERVAL)
}

impl Field {
    fn allowed(&self) -> String {
        format!("{} of {}", self.name, self.allowed)
    }

    /// Whether the field is valid by itself, whatever the others are.
    fn is_valid(&self, text: &str) -> bool {
        let alone = FIELDS.each_ref().map(|field| if field.name == self.name { text } else { "*" });
        matches(self.pattern, text) && parse_fields(&alone).is_some()
    }
}
