//! Why nothing was done.

use serde::{Deserialize, Serialize};

use super::failure::message_of_cause;

/// Why an account or a Region was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// What it is, such as `RegionNotEnabled`.
    pub name: String,
    /// A sentence, or what the service said.
    #[serde(alias = "cause", deserialize_with = "message_of_cause")]
    pub message: String,
}

impl Reason {
    /// A Region in scope that the account has not enabled.
    pub const REGION_NOT_ENABLED: &str = "RegionNotEnabled";
    /// A Region that a service control policy denies to the account.
    pub const REGION_DENIED: &str = "RegionDenied";
    /// An account to which service control policies deny every Region to be worked in.
    pub const ACCOUNT_DENIED: &str = "AccountDenied";
    /// An account without a Region to be worked in.
    pub const NO_REGION: &str = "NoRegion";
}
