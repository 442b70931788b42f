//! The texts of a policy: newtypes that hold only what Systems Manager takes.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use regex_lite::Regex;

use crate::ids::Region;

/// A text that may not stand in this place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no {kind}; allowed: {allowed}")]
pub struct NotAllowed {
    /// The type that it was to be.
    pub kind: &'static str,
    /// The text as it was given.
    pub value: String,
    /// What is allowed.
    pub allowed: Cow<'static, str>,
}

/// Declares a text, with its default if it has one: what is allowed, in words and as a pattern, which is the schema's, too. What another
/// pattern matches is `not` allowed all the same; of a check with `if` the schema does not know.
macro_rules! text_type {
    (
        $(#[$docs:meta])*
        $name:ident $(= $default:literal)?, $allowed:literal, $pattern:expr $(, not $not:literal)? $(, if $is_valid:expr)?
    ) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(extend("pattern" = $pattern)))]
        $(#[cfg_attr(feature = "schema", schemars(extend("not" = serde_json::json!({ "pattern": $not }))))])?
        pub struct $name(String);

        impl std::str::FromStr for $name {
            type Err = $crate::NotAllowed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_valid = $crate::text::matches($pattern, text)
                    $(&& !$crate::text::matches($not, text))?
                    $(&& $is_valid(text))?;
                let (kind, value, allowed) = (stringify!($name), text.to_owned(), $allowed.into());
                if is_valid { Ok(Self(value)) } else { Err($crate::NotAllowed { kind, value, allowed }) }
            }
        }

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self($default.to_owned())
            }
        })?

        $crate::text::as_text!($name, $allowed);
    };
}

/// Makes a type that is read from a text and knows it again one in JSON, in a document and when it is shown.
macro_rules! as_text {
    ($name:ident, $allowed:expr) => {
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

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl $crate::reader::FromNode for $name {
            const EXPECTED: &'static str = $allowed;

            fn from_node(node: &$crate::reader::Node<'_>) -> $crate::reader::Read<Self> {
                node.text()
            }
        }
    };
}

pub(crate) use {as_text, text_type};

thread_local! {
    /// The patterns that were asked for. None is read twice, as that takes longer than to match with it.
    static PATTERNS: RefCell<BTreeMap<&'static str, Regex>> = RefCell::default();
}

/// Whether a text matches a pattern.
pub(crate) fn matches(pattern: &'static str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|read| match read.entry(pattern) {
        Entry::Occupied(known) => known.get().is_match(text),
        Entry::Vacant(unknown) => Regex::new(pattern).is_ok_and(|pattern| unknown.insert(pattern).is_match(text)),
    })
}

text_type! {
    /// The name of a maintenance window, a target or a task (`MaintenanceWindowName`).
    Name, "3 to 128 letters, digits, _, - and .", "^[a-zA-Z0-9_.-]{3,128}$"
}

text_type! {
    /// A description of a maintenance window, a target or a task (`MaintenanceWindowDescription`).
    Description, "1 to 128 characters", r"^[\s\S]{1,128}$"
}

text_type! {
    /// The name or the ARN of a document that Run Command runs (`DocumentARN`). In an ARN `{region}` and `{partition}` stand for
    /// those in which the task is registered, as a document that somebody shares is another one in each Region.
    DocumentName, "a document's name or ARN: 3 to 128 letters, digits, _, -, ., : and /; in an ARN also {region} and {partition}",
    "^[a-zA-Z0-9_.:/{}-]{3,160}$", if is_document
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

/// Each of the two once; with a long Region in its place the name is still not too long.
fn is_document(text: &str) -> bool {
    let filled_in = text.replacen(PARTITION, "aws", 1).replacen(REGION, "ap-southeast-7", 1);
    matches("^[a-zA-Z0-9_.:/-]{3,128}$", if text.starts_with("arn:") { &filled_in } else { text })
}

text_type! {
    /// Which version of a document a task runs (`DocumentVersion`).
    DocumentVersion = "$DEFAULT", "\"$DEFAULT\", \"$LATEST\" or a number from \"1\"", r"^(\$DEFAULT|\$LATEST|[1-9][0-9]{0,8})$"
}

text_type! {
    /// The name of a bucket that takes the tasks' output (`S3BucketName`).
    BucketName, "a bucket's name: 3 to 63 lower-case letters, digits, . and -", "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", not r"\.\."
}

text_type! {
    /// What the keys of the tasks' output begin with (`S3KeyPrefix`).
    KeyPrefix, "1 to 500 characters", r"^[\s\S]{1,500}$"
}

text_type! {
    /// The CloudWatch log group that takes the tasks' output (`CloudWatchLogGroupName`).
    LogGroupName, "a log group's name: 1 to 512 letters, digits, ., -, _, / and #", "^[a-zA-Z0-9._/#-]{1,512}$"
}

text_type! {
    /// On how many targets a task runs at once (`MaxConcurrency`): a number, `"1"` to `"9999999"`, or `"1%"` to `"100%"`.
    ConcurrencyLimit = "100", "\"1\" to \"9999999\" or \"1%\" to \"100%\", without leading zeros", "^([1-9][0-9]{0,6}|[1-9][0-9]?%|100%)$"
}

text_type! {
    /// After how many errors a task starts on no more targets (`MaxErrors`): a number, `"0"` to `"9999999"`, or `"0%"` to `"100%"`.
    // A lower default ends a window at its first failing hosts: `1` at the second one, and the hosts on which it was not started stay unpatched.
    ErrorLimit = "100%", "\"0\" to \"9999999\" or \"0%\" to \"100%\", without leading zeros", "^(0|[1-9][0-9]{0,6}|[0-9]%|[1-9][0-9]%|100%)$"
}
