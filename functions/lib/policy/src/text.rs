//! The texts of a policy: newtypes that hold only what Systems Manager takes.

use crate::ids::{AccountId, OrganizationalUnitId, Region, RunId};

/// Declares a text that a check finds valid. The pattern is for the schema: it takes all that the check takes, and may take more.
macro_rules! text_type {
    // So many letters of a class, such as `a-z0-9_-`, which says what the check and the schema's pattern take.
    ($(#[$docs:meta])* $name:ident, $allowed:expr, $shortest:literal to $longest:literal of $class:literal) => {
        text_type! {
            $(#[$docs])*
            $name, $allowed,
            |text| $crate::text::is_text(text, $shortest..=$longest, |letter| $crate::text::is_of($class, letter)),
            concat!("^[", $class, "]{", $shortest, ",", $longest, "}$")
        }
    };
    ($(#[$docs:meta])* $name:ident, $allowed:expr, $is_valid:expr, $pattern:expr) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(extend("pattern" = $pattern)))]
        pub struct $name(String);

        impl std::str::FromStr for $name {
            type Err = $crate::problem::NotAllowed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($crate::problem::NotAllowed::new($allowed))
                }
            }
        }

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        $crate::text::from_text!($name, $allowed);
    };
}

/// Reads a type from a JSON text with its `FromStr`.
macro_rules! from_text {
    ($name:ident, $allowed:expr) => {
        impl $crate::reader::FromNode for $name {
            const EXPECTED: &'static str = $allowed;

            fn from_node(node: &$crate::reader::Node<'_>) -> $crate::reader::Read<Self> {
                node.text()
            }
        }
    };
}

pub(crate) use {from_text, text_type};

from_text!(AccountId, AccountId::ALLOWED);
from_text!(Region, Region::ALLOWED);
from_text!(RunId, RunId::ALLOWED);
from_text!(OrganizationalUnitId, OrganizationalUnitId::ALLOWED);

text_type! {
    /// The name of a maintenance window, a target or a task (`MaintenanceWindowName`).
    Name, "3 to 128 letters, digits, _, - and .", 3 to 128 of "a-zA-Z0-9_.-"
}

text_type! {
    /// A description of a maintenance window, a target or a task (`MaintenanceWindowDescription`).
    Description, "1 to 128 characters", 1 to 128 of r"\s\S"
}

text_type! {
    /// The name or the ARN of a document that Run Command runs (`DocumentARN`). In an ARN `{region}` and `{partition}` stand for
    /// those in which the task is registered, as a document that somebody shares is another one in each Region.
    DocumentName, "a document's name or ARN: 3 to 128 letters, digits, _, -, ., : and /; in an ARN also {region} and {partition}", is_document, "^[a-zA-Z0-9_.:/{}-]{3,160}$"
}

impl DocumentName {
    /// The name by itself: `My-Document` of `arn:{partition}:ssm:{region}:111122223333:document/My-Document`.
    pub fn name(&self) -> &str {
        self.0.rsplit_once(":document/").map_or(&self.0, |(_, name)| name)
    }

    /// The document of a Region.
    #[must_use]
    pub fn within(&self, partition: &str, region: &Region) -> Self {
        Self(self.0.replace(PARTITION, partition).replace(REGION, region.as_str()))
    }
}

const PARTITION: &str = "{partition}";
const REGION: &str = "{region}";

text_type! {
    /// Which version of a document a task runs (`DocumentVersion`).
    DocumentVersion, "\"$DEFAULT\", \"$LATEST\" or a number from \"1\"", is_document_version, r"^(\$DEFAULT|\$LATEST|[1-9]\d{0,8})$"
}

impl Default for DocumentVersion {
    fn default() -> Self {
        Self("$DEFAULT".to_owned())
    }
}

text_type! {
    /// The name of a bucket that takes the tasks' output (`S3BucketName`).
    BucketName, "a bucket's name: 3 to 63 lower-case letters, digits, . and -", is_bucket, "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
}

text_type! {
    /// What the keys of the tasks' output begin with (`S3KeyPrefix`).
    KeyPrefix, "1 to 500 characters", 1 to 500 of r"\s\S"
}

text_type! {
    /// The CloudWatch log group that takes the tasks' output (`CloudWatchLogGroupName`).
    LogGroupName, "a log group's name: 1 to 512 letters, digits, ., -, _, / and #", 1 to 512 of "a-zA-Z0-9._/#-"
}

/// Whether a class of letters has this one: ranges and single ones, of which one is the last, `-`; all of them `\s\S`.
pub(crate) fn is_of(class: &str, letter: char) -> bool {
    let letters: Vec<char> = class.chars().collect();
    let is_in_range = |range: &[char]| range[1] == '-' && (range[0]..=range[2]).contains(&letter);
    class == r"\s\S" || letters.contains(&letter) || letters.windows(3).any(is_in_range)
}

/// Between `shortest` and `longest` characters, each of which is allowed.
pub(crate) fn is_text(text: &str, lengths: std::ops::RangeInclusive<usize>, is_allowed: impl Fn(char) -> bool) -> bool {
    lengths.contains(&text.chars().count()) && text.chars().all(is_allowed)
}

fn is_document(text: &str) -> bool {
    let filled_in = if text.starts_with("arn:") {
        text.replacen(PARTITION, "aws", 1).replacen(REGION, "ap-southeast-7", 1)
    } else {
        text.to_owned()
    };
    is_text(&filled_in, 3..=128, |letter| letter.is_ascii_alphanumeric() || "_-.:/".contains(letter))
}

/// The model's pattern.
fn is_document_version(text: &str) -> bool {
    let is_number = !text.starts_with('0') && is_text(text, 1..=9, |letter| letter.is_ascii_digit());
    matches!(text, "$DEFAULT" | "$LATEST") || is_number
}

fn is_bucket(text: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    is_text(text, 3..=63, |letter| is_inner(letter) || ".-".contains(letter))
        && text.starts_with(is_inner)
        && text.ends_with(is_inner)
        && !text.contains("..")
}
