//! The names by which what exists is known as ours: an item of the ledger, which belongs to no run and does not expire.
//!
//! It is there from the first rollout that the stack asks for until a disable is over.

use aws_sdk_dynamodb::operation::RequestId;
use lambda::call::Called;
use lambda::{CallError, logs};
use patching::names::Names;

use crate::ledger::{Ledger, LedgerError, s, text};

/// In the place of a run's name and of an account's id, neither of which has such a character.
pub const KEY: &str = "#names";

/// Whether what has these names may still be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledNames {
    /// The names.
    pub names: Names,
    /// The execution that takes all of it down, once one was started.
    pub taken_down_by: Option<String>,
}

impl Ledger {
    /// The names that are written down, if any ever were (`dynamodb:GetItem`).
    pub async fn settled_names(&self) -> Result<Option<SettledNames>, LedgerError> {
        let Some(item) = self.item(KEY, KEY).await? else { return Ok(None) };
        let owned = |name| text(&item, name).map(ToOwned::to_owned);
        let owner_tag = (owned("ownerTagKey")?, owned("ownerTagValue")?);
        let names = Names { owner_tag, dhmc_role: owned("dhmcRole").ok() };
        Ok(Some(SettledNames { names, taken_down_by: owned("takenDownBy").ok() }))
    }

    /// Writes the names down (`dynamodb:PutItem`).
    pub async fn settle_names(&self, settled: &SettledNames) -> Result<(), CallError> {
        const OPERATION: &str = "dynamodb:PutItem";
        let SettledNames { names: Names { owner_tag: (key, value), dhmc_role }, taken_down_by } = settled;
        let optional = [("dhmcRole", dhmc_role), ("takenDownBy", taken_down_by)];
        let optional = optional.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        let mut call = self.dynamodb.put_item().table_name(&self.table).item("run", s(KEY)).item("account", s(KEY));
        for (name, text) in optional.chain([("ownerTagKey", key), ("ownerTagValue", value)]) {
            call = call.item(name, s(text));
        }
        logs::written(OPERATION, KEY, call.send().await.called(OPERATION)?.request_id());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::*;
    use support::Server;

    #[tokio::test]
    async fn what_was_written_down_reads_back() {
        let server = Server::start().await;
        let ledger = Ledger::new(&server.sdk_config(), "ledger".into());
        let names = |dhmc_role| Names { owner_tag: ("createdBy".into(), "us".into()), dhmc_role };
        for (dhmc_role, taken_down_by) in [(None, None), (Some("Dhmc".to_owned()), Some("arn".to_owned()))] {
            let settled = SettledNames { names: names(dhmc_role), taken_down_by };
            server.answers(200, "{}");
            ledger.settle_names(&settled).await.unwrap();
            let asked: Value = from_str(&server.asked().pop().unwrap().body).unwrap();
            assert_eq!(asked["Item"]["run"]["S"], KEY);
            server.answers(200, &json!({"Item": asked["Item"]}).to_string());
            assert_eq!(ledger.settled_names().await.unwrap(), Some(settled));
        }
        server.answers(200, "{}");
        assert_eq!(ledger.settled_names().await.unwrap(), None);
    }
}
