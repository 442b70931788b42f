//! How many hosts there were where nobody could look this time.

use std::collections::BTreeMap;

use serde::Deserialize;

use policy::ids::{AccountId, Region};

/// Hosts by account and Region, as an earlier inspection found or assumed them: what of its `coverage.json` is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Earlier {
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
    /// Hosts by Region, for each account that had any.
    pub(super) fn by_account(self) -> BTreeMap<AccountId, BTreeMap<Region, u64>> {
        let regions = |account: EarlierAccount| {
            let with_hosts = account.regions.into_iter().filter(|region| region.hosts > 0);
            (account.id, with_hosts.map(|region| (region.region, region.hosts)).collect())
        };
        self.accounts.into_iter().map(regions).collect()
    }
}
