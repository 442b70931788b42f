//! The names by which what exists is known as ours: an item of the ledger, which belongs to no run and does not expire.
//!
//! It is there from the first rollout that the stack asks for until a disable is over.

use aws_sdk_dynamodb::operation::RequestId;
use lambda::call::Called;
use lambda::{CallError, logs};
use patching::names::Names;
use serde::{Deserialize, Serialize};

use crate::ledger::{Ledger, LedgerError, PUTTING, read};

/// In the place of a run's name and of an account's id, neither of which has such a character.
pub const KEY: &str = "#names";

/// Whether what has these names may still be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettledNames {
    /// The names.
    #[serde(flatten)]
    pub names: Names,
    /// The execution that takes all of it down, once one was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_down_by: Option<String>,
}

impl Ledger {
    /// The names that are written down, if any ever were (`dynamodb:GetItem`).
    pub async fn settled_names(&self) -> Result<Option<SettledNames>, LedgerError> {
        self.item(KEY, KEY).await?.map(read).transpose()
    }

    /// Writes the names down (`dynamodb:PutItem`).
    pub async fn settle_names(&self, settled: &SettledNames) -> Result<(), CallError> {
        let answer = self.put(KEY, KEY, settled)?.send().await.called(PUTTING)?;
        logs::written(PUTTING, KEY, answer.request_id());
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
        let names = |dhmc_role| Names { owner_tag_key: "createdBy".into(), owner_tag_value: "us".into(), dhmc_role };
        for (dhmc_role, taken_down_by) in [(None, None), (Some("Dhmc".to_owned()), Some("arn".to_owned()))] {
            let settled = SettledNames { names: names(dhmc_role), taken_down_by };
            server.answers(200, "{}");
            ledger.settle_names(&settled).await.unwrap();
            let asked: Value = from_str(&server.asked().pop().unwrap().body).unwrap();
            assert_eq!((&asked["Item"]["run"]["S"], &asked["Item"]["account"]["S"]), (&json!(KEY), &json!(KEY)));
            assert_eq!(asked["Item"]["ownerTagKey"], json!({"S": "createdBy"}));
            assert_eq!(asked["Item"].as_object().unwrap().len(), if settled.taken_down_by.is_some() { 6 } else { 4 });
            server.answers(200, &json!({"Item": asked["Item"]}).to_string());
            assert_eq!(ledger.settled_names().await.unwrap(), Some(settled));
        }
        server.answers(200, "{}");
        assert_eq!(ledger.settled_names().await.unwrap(), None);
    }
}
