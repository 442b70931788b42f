//! Identifiers that AWS hands out, parsed once and valid from then on.

/// A text that is not an identifier of the kind that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {kind}; allowed: {allowed}")]
pub struct InvalidId {
    /// What was expected, with its article: `an account id`.
    pub kind: &'static str,
    /// The text as it was given.
    pub value: String,
    /// What such an identifier looks like.
    pub allowed: &'static str,
}

/// Declares an identifier: a text that a function finds valid.
macro_rules! id_type {
    ($(#[$docs:meta])* $name:ident is $kind:literal: $allowed:literal, $is_valid:path) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
        pub struct $name(String);

        impl $name {
            /// What such an identifier looks like, for messages.
            pub const ALLOWED: &'static str = $allowed;

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::ids::InvalidId;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                if $is_valid(&value) {
                    Ok(Self(value))
                } else {
                    Err($crate::ids::InvalidId { kind: $kind, value, allowed: Self::ALLOWED })
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

pub(crate) use id_type;

id_type! {
    /// An AWS account's id: 12 digits.
    AccountId is "an account id": "12 digits, such as \"111122223333\"", is_account
}

id_type! {
    /// A Region's code: `eu-west-1`, `us-gov-east-1`. Whether the Region exists, and whether an account has enabled it, is for
    /// `account:ListRegions` to say.
    Region is "a Region": "a Region's code, such as \"eu-west-1\"", is_region
}

id_type! {
    /// A run's id, which is its execution's name: 1 to 80 letters, digits, `-` and `_` (the names of Step Functions that need no
    /// escaping in an object key).
    RunId is "a run's id": "1 to 80 letters, digits, - and _", is_run
}

id_type! {
    /// The id of an organizational unit, `ou-ab12-12345678`, or of the organization's root, `r-ab12`.
    OrganizationalUnitId is "an organizational unit's id":
        "an organizational unit's id, such as \"ou-ab12-12345678\", or the root's, such as \"r-ab12\"", is_organizational_unit
}

impl OrganizationalUnitId {
    /// Whether it is the root's, and no unit's.
    pub fn is_root(&self) -> bool {
        self.0.starts_with("r-")
    }
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [partition, middle @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    letters(partition)
        && (2..=4).contains(&partition.len())
        && !middle.is_empty()
        && middle.iter().all(|part| letters(part))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_run(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The patterns of `ListAccountsForParent` and `ListRoots` in the Organizations API.
fn is_organizational_unit(text: &str) -> bool {
    let part = |part: &str, shortest: usize| {
        (shortest..=32).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    match text.split('-').collect::<Vec<_>>().as_slice() {
        ["ou", root, unit] => part(root, 4) && part(unit, 8),
        ["r", root] => part(root, 4),
        _ => false,
    }
}
