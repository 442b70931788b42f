//! Regions and accounts that a service control policy denies.

use crate::reader::{FromNode, Node, Read};

/// What becomes of a Region, or an account, that a service control policy denies.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum OnRegionDenied {
    /// It is skipped and named in the report: nothing runs there that would have to be patched by this policy.
    #[default]
    Skip,
    /// It fails, and the account with it.
    Fail,
}

impl FromNode for OnRegionDenied {
    const EXPECTED: &'static str = "skip or fail";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.one_of()
    }
}
