//! The names by which what exists is known as ours: an item of the ledger, which belongs to no run and does not expire.
//!
//! It is there from the first rollout that the stack asks for until a disable is over.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::call::Called;
use lambda::{CallError, logs};
use patching::names::Names;

use crate::ledger::{LedgerError, item, text};

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

/// What is written down, if anything ever was (`dynamodb:GetItem`).
pub async fn read(dynamodb: &Client, table: &str) -> Result<Option<SettledNames>, LedgerError> {
    let Some(item) = item(dynamodb, table, KEY, KEY).await? else { return Ok(None) };
    let owned = |name| text(&item, name).map(ToOwned::to_owned);
    let names =
        Names { owner_tag: (owned("ownerTagKey")?, owned("ownerTagValue")?), dhmc_role: owned("dhmcRole").ok() };
    Ok(Some(SettledNames { names, taken_down_by: owned("takenDownBy").ok() }))
}

/// Writes it down (`dynamodb:PutItem`).
pub async fn write(dynamodb: &Client, table: &str, settled: &SettledNames) -> Result<(), CallError> {
    const OPERATION: &str = "dynamodb:PutItem";
    let SettledNames { names: Names { owner_tag: (key, value), dhmc_role }, taken_down_by } = settled;
    let optional = [("dhmcRole", dhmc_role), ("takenDownBy", taken_down_by)];
    let optional = optional.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
    let fixed = [("ownerTagKey", key), ("ownerTagValue", value)];
    let key = || AttributeValue::S(KEY.to_owned());
    let mut call = dynamodb.put_item().table_name(table).item("run", key()).item("account", key());
    for (name, text) in optional.chain(fixed) {
        call = call.item(name, AttributeValue::S(text.clone()));
    }
    let answer = call.send().await.called(OPERATION)?;
    logs::written(OPERATION, KEY, answer.request_id());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::*;
    use support::Server;

    #[tokio::test]
    async fn what_was_written_down_reads_back() {
        let server = Server::start().await;
        let dynamodb = Client::new(&server.sdk_config());
        let names = |dhmc_role| Names { owner_tag: ("createdBy".into(), "us".into()), dhmc_role };
        for (dhmc_role, taken_down_by) in [(None, None), (Some("Dhmc".to_owned()), Some("arn".to_owned()))] {
            let settled = SettledNames { names: names(dhmc_role), taken_down_by };
            server.answers(200, "{}");
            write(&dynamodb, "ledger", &settled).await.unwrap();
            let asked: Value = from_str(&server.asked().pop().unwrap().body).unwrap();
            assert_eq!(asked["Item"]["run"]["S"], KEY);
            server.answers(200, &json!({"Item": asked["Item"]}).to_string());
            assert_eq!(read(&dynamodb, "ledger").await.unwrap(), Some(settled));
        }
        server.answers(200, "{}");
        assert_eq!(read(&dynamodb, "ledger").await.unwrap(), None);
    }
}
