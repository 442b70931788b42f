//! Where something of ours may be: an item of the ledger for each account, which belongs to no run and does not expire.
//!
//! The state machine writes a Region down before anything is done there, and takes it out when it was torn down.

use std::collections::{BTreeMap, BTreeSet};

use lambda::call::Called;
use policy::ids::{AccountId, Region};
use serde::Deserialize;

use crate::ledger::{Ledger, LedgerError, read};

/// In the place of a run's name, which has no such character.
pub const KEY: &str = "#footprint";

/// The Regions of each account in which something of ours may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint(BTreeMap<AccountId, BTreeSet<Region>>);

impl Footprint {
    /// The Regions of the account; `None` for any of them, as long as nothing was written down about any account: a
    /// version that kept no footprint may have been everywhere.
    pub fn of(&self, account: &AccountId) -> Option<BTreeSet<Region>> {
        (!self.0.is_empty()).then(|| self.0.get(account).cloned().unwrap_or_default())
    }

    /// The accounts in which something of ours is known to have been, and not to have been removed.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.0.iter().filter(|(_, regions)| !regions.is_empty()).map(|(account, _)| account)
    }
}

impl FromIterator<(AccountId, BTreeSet<Region>)> for Footprint {
    fn from_iter<T: IntoIterator<Item = (AccountId, BTreeSet<Region>)>>(accounts: T) -> Self {
        Self(accounts.into_iter().collect())
    }
}

impl Ledger {
    /// The whole footprint (`dynamodb:Query`).
    pub async fn footprint(&self) -> Result<Footprint, LedgerError> {
        let mut items = self.query(KEY).key_condition_expression("#run = :run").into_paginator().items().send();
        let mut accounts = BTreeMap::new();
        while let Some(item) = items.next().await {
            let Held { account, regions } = read(item.called("dynamodb:Query")?)?;
            accounts.insert(account, regions);
        }
        Ok(Footprint(accounts))
    }
}

/// `DynamoDB` has no empty sets: the attribute goes with its last Region.
#[derive(Deserialize)]
struct Held {
    account: AccountId,
    #[serde(default)]
    regions: BTreeSet<Region>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use support::Server;

    fn account(id: &str) -> AccountId {
        id.parse().unwrap()
    }

    async fn read_from(items: &Value) -> Footprint {
        let server = Server::start().await;
        server.answers(200, &json!({"Items": items}).to_string());
        let read = Ledger::new(&server.sdk_config(), "ledger".into()).footprint().await.unwrap();
        let asked: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
        assert_eq!(asked["ExpressionAttributeValues"][":run"]["S"], "#footprint");
        read
    }

    #[tokio::test]
    async fn an_account_that_was_torn_down_everywhere_has_no_region_left() {
        let item = |id: &str| json!({"run": {"S": KEY}, "account": {"S": id}});
        let mut set_up = item("111122223333");
        set_up["regions"] = json!({"SS": ["eu-west-1", "us-east-1"]});
        let footprint = read_from(&json!([set_up, item("111122224444")])).await;
        assert_eq!(footprint.of(&account("111122223333")).unwrap().len(), 2);
        assert_eq!(footprint.of(&account("111122224444")), Some(BTreeSet::new()));
        assert_eq!(footprint.of(&account("111122225555")), Some(BTreeSet::new()));
        assert_eq!(footprint.accounts().collect::<Vec<_>>(), [&account("111122223333")]);
    }

    #[tokio::test]
    async fn without_any_item_something_may_be_anywhere() {
        let footprint = read_from(&json!([])).await;
        assert_eq!(footprint.of(&account("111122223333")), None);
        assert_eq!(footprint.accounts().count(), 0);
    }
}
