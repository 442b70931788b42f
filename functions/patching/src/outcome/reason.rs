//! Why nothing was done.

use serde::{Deserialize, Serialize};

use super::{RegionOutcome, Status, message_of_cause};

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

    /// Why an account with these Regions was skipped as a whole; `None` when it was worked in.
    pub(super) fn of_account(regions: &[RegionOutcome]) -> Option<Self> {
        if regions.iter().any(|region| region.status != Status::Skipped) {
            return None;
        }
        let reasons: Vec<_> = regions.iter().filter_map(|region| region.skipped.as_ref()).collect();
        let denied = reasons.iter().find(|reason| reason.name == Self::REGION_DENIED);
        let (name, message) = match denied {
            Some(denied) => (Self::ACCOUNT_DENIED, format!("in each Region to be worked in: {}", denied.message)),
            None if reasons.is_empty() => (Self::NO_REGION, "there was no Region to be worked in".to_owned()),
            None => (Self::NO_REGION, "the account has enabled none of the Regions in scope".to_owned()),
        };
        Some(Self { name: name.to_owned(), message })
    }
}
