//! How many hosts there were where nobody could look this time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use policy::ids::{AccountId, Region};

/// Hosts by account and Region, as an earlier inspection found or assumed them: what of its `coverage.json` is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Earlier {
    #[serde(default)]
    started_at: Option<Timestamp>,
    accounts: Vec<EarlierAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct EarlierAccount {
    id: AccountId,
    regions: Vec<EarlierRegion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct EarlierRegion {
    region: Region,
    hosts: u64,
}

impl Earlier {
    /// Whether that inspection began after this moment: of two that run at once the earlier one may end last.
    pub fn began_after(&self, started_at: &str) -> bool {
        self.started_at.zip(started_at.parse().ok()).is_some_and(|(its, this): (_, Timestamp)| its > this)
    }

    /// Hosts by Region, for each account that had any.
    pub(super) fn by_account(self) -> BTreeMap<AccountId, BTreeMap<Region, u64>> {
        let regions = |account: EarlierAccount| {
            let with_hosts = account.regions.into_iter().filter(|region| region.hosts > 0);
            (account.id, with_hosts.map(|region| (region.region, region.hosts)).collect())
        };
        self.accounts.into_iter().map(regions).collect()
    }
}
