//! One item of `targets.json`: an account to work in, and where.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, Region};

/// An account for one child execution of the Distributed Map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The account.
    pub account: Account,
    /// The Regions to work in, of those that the account has enabled; `null` for all of these.
    pub regions: Option<BTreeSet<Region>>,
    /// Whether the account's other Regions are to be emptied of what is ours.
    pub sweep: bool,
}

/// An account of the organization, or one that was asked for and is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Its name in the organization; its id when it is not in it.
    pub name: String,
    /// `State` as AWS Organizations reports it, or [`NOT_IN_ORGANIZATION`].
    pub state: String,
    /// When it joined the organization, RFC 3339.
    #[serde(default)]
    pub joined_at: Option<String>,
    /// The path of the organizational unit that it is in, such as `Root/Workloads/Production`; none for a stranger.
    #[serde(default)]
    pub organizational_unit: Option<String>,
}

/// The state of an account that can be worked in.
pub const ACTIVE: &str = "ACTIVE";
/// The state of an account that was asked for and is not in the organization.
pub const NOT_IN_ORGANIZATION: &str = "NOT_IN_ORGANIZATION";
