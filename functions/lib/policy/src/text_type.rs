//! How a text is declared: what is allowed, for the reader and for the schema.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use regex_lite::Regex;

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
            type Err = $crate::problem::NotAllowed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_valid = $crate::text_type::matches($pattern, text)
                    $(&& !$crate::text_type::matches($not, text))?
                    $(&& $is_valid(text))?;
                let (kind, value, allowed) = (stringify!($name), text.to_owned(), $allowed.into());
                if is_valid { Ok(Self(value)) } else { Err($crate::problem::NotAllowed { kind, value, allowed }) }
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

        $crate::text_type::as_text!($name, $allowed);
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
