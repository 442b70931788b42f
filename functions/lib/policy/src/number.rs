//! The numbers of a policy, each within the range that Systems Manager takes.

use crate::reader::{FromNode, Node, Object, Read};

/// Declares a whole number within a range.
macro_rules! number_type {
    ($(#[$docs:meta])* $visibility:vis $name:ident($number:ty), $range:expr, $allowed:literal) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(extend("minimum" = $range.start(), "maximum" = $range.end()))
        )]
        $visibility struct $name($number);

        impl $name {
            /// The number, if it is within the range.
            $visibility fn new(number: $number) -> Option<Self> {
                $range.contains(&number).then_some(Self(number))
            }

            /// The number.
            $visibility const fn get(self) -> $number {
                self.0
            }
        }

        impl FromNode for $name {
            const EXPECTED: &'static str = $allowed;

            fn from_node(node: &Node<'_>) -> Read<Self> {
                let number = node.whole_number().and_then(|number| <$number>::try_from(number).ok());
                number.and_then(Self::new).ok_or_else(|| node.refuse(Self::EXPECTED))
            }
        }
    };
}

number_type! {
    /// Days between the moment that a `cron` schedule names and the window (`MaintenanceWindowOffset`): 1 to 6.
    pub ScheduleOffset(u8), (1..=6), "a whole number from 1 to 6"
}

number_type! {
    /// Seconds in which a command has to start on a host (`TimeoutSeconds`): 30 to 2,592,000, which is 30 days.
    pub TimeoutSeconds(i32), (30..=2_592_000), "a whole number from 30 to 2592000"
}

number_type! {
    /// A task's place among the window's tasks (`MaintenanceWindowTaskPriority`): 0 comes first. The service's integers are signed
    /// and have 32 bits.
    pub Priority(i32), (0..=i32::MAX), "a whole number from 0 to 2147483647"
}

number_type! {
    /// The percentage of a wave's accounts that may fail before a rollout halts (`ToleratedFailurePercentage` of a Map): 0 to 100.
    pub HaltAbovePercent(u8), (0..=100), "a whole number from 0 to 100"
}

number_type! {
    /// For how many hours a window is open.
    Hours(u8), (1..=24), "a whole number from 1 to 24"
}

number_type! {
    /// For how many hours before its end no task starts.
    Cutoff(u8), (0..=23), "a whole number from 0 to 23"
}

/// How long a window stays open (`MaintenanceWindowDurationHours`, 1 to 24 hours), and how long before its end it starts no more
/// tasks (`MaintenanceWindowCutoff`, 0 to 23 hours and less than the duration).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct WindowDuration {
    /// For how many hours the window is open: 1 to 24; 6 by default.
    #[cfg_attr(feature = "schema", schemars(with = "Hours"))]
    duration_hours: u8,
    /// For how many hours before its end no task starts: 0 to 23, and less than the duration; 1 by default.
    #[cfg_attr(feature = "schema", schemars(with = "Cutoff"))]
    cutoff_hours: u8,
}

impl Default for WindowDuration {
    fn default() -> Self {
        Self { duration_hours: 6, cutoff_hours: 1 }
    }
}

impl WindowDuration {
    /// The pair, if each is within its range and the cutoff is less than the duration.
    pub fn new(hours: u8, cutoff_hours: u8) -> Option<Self> {
        let duration_hours = Hours::new(hours)?.get();
        (cutoff_hours < duration_hours).then_some(Self { duration_hours, cutoff_hours })
    }

    /// Hours for which the window is open: 1 to 24.
    pub const fn hours(self) -> u8 {
        self.duration_hours
    }

    /// Hours before the end from which no task starts: 0 to 23, less than the duration.
    pub const fn cutoff_hours(self) -> u8 {
        self.cutoff_hours
    }

    /// Reads `durationHours` and `cutoffHours`.
    pub(crate) fn from_fields(object: &mut Object<'_>) -> Read<Self> {
        let default = Self::default();
        let hours = object.or("durationHours", Hours(default.duration_hours));
        let node = object.field("cutoffHours");
        let cutoff_hours = node.as_ref().map_or(Ok(Cutoff(default.cutoff_hours)), Cutoff::from_node);
        let (hours, cutoff_hours) = (hours?.get(), cutoff_hours?.get());
        Self::new(hours, cutoff_hours).ok_or_else(|| {
            let allowed = format!("less than durationHours ({hours})");
            match &node {
                Some(node) => node.refuse(allowed),
                None => object.missing("cutoffHours", format!("{allowed}; {cutoff_hours} when left out")),
            }
        })
    }
}

impl Default for HaltAbovePercent {
    fn default() -> Self {
        Self(100)
    }
}

impl Default for TimeoutSeconds {
    fn default() -> Self {
        Self(3_600)
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self(1)
    }
}
