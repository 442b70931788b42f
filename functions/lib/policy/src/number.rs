//! The numbers of a policy, each within the range that Systems Manager takes.

use crate::reader::{FromNode, Node, Read};

/// Declares a whole number within a range, and its default if it has one.
macro_rules! number_type {
    ($(#[$docs:meta])* $name:ident($number:ty) $(= $default:literal)?, $least:literal to $most:literal) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(extend("minimum" = $least, "maximum" = $most))
        )]
        pub struct $name($number);

        impl $name {
            /// The number, if it is within the range.
            pub fn new(number: $number) -> Option<Self> {
                ($least..=$most).contains(&number).then_some(Self(number))
            }

            /// The number.
            pub const fn get(self) -> $number {
                self.0
            }
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        })?

        impl FromNode for $name {
            const EXPECTED: &'static str = concat!("a whole number from ", $least, " to ", $most);

            fn from_node(node: &Node<'_>) -> Read<Self> {
                let number = node.whole_number().and_then(|number| <$number>::try_from(number).ok());
                number.and_then(Self::new).ok_or_else(|| node.refuse(Self::EXPECTED))
            }
        }
    };
}

number_type! {
    /// For how many hours a window is open (`MaintenanceWindowDurationHours`).
    DurationHours(u8) = 6, 1 to 24
}

number_type! {
    /// For how many hours before its end a window starts no more tasks (`MaintenanceWindowCutoff`).
    CutoffHours(u8) = 1, 0 to 23
}

number_type! {
    /// Days between the moment that a `cron` schedule names and the window (`MaintenanceWindowOffset`): 1 to 6.
    ScheduleOffset(u8), 1 to 6
}

number_type! {
    /// Seconds in which a command has to start on a host (`TimeoutSeconds`): 30 to 2,592,000, which is 30 days.
    TimeoutSeconds(i32) = 3_600, 30 to 2_592_000
}

number_type! {
    /// A task's place among the window's tasks (`MaintenanceWindowTaskPriority`): 0 comes first. The service's integers are signed
    /// and have 32 bits.
    Priority(i32) = 1, 0 to 2_147_483_647
}

number_type! {
    /// The percentage of a wave's accounts that may fail before a rollout halts (`ToleratedFailurePercentage` of a Map): 0 to 100.
    HaltAbovePercent(u8) = 100, 0 to 100
}
