//! The ledger: the table in which the state machine records what became of each account of each run.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::call::Called;
use lambda::env::{self, EnvError};
use lambda::{CallError, SdkConfig};
use patching::outcome::AccountOutcome;
use policy::ids::{AccountId, RunId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

/// Why the ledger was not read.
#[derive(Debug, Error, IntoStaticStr, VariantNames)]
pub enum LedgerError {
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    Call(#[from] CallError),
    /// An item is not as it is written.
    #[error("the ledger's item about {0} cannot be read")]
    LedgerNotReadable(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

lambda::named_error!(LedgerError, Call: CallError);

/// The ledger, with a client in the home Region.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) dynamodb: Client,
    pub(crate) table: String,
}

/// Accounts of a run, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accounts that the run is done with.
    pub recorded: usize,
    /// Those of them that failed.
    pub failed: usize,
}

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) const PUTTING: &str = "dynamodb:PutItem";

impl Ledger {
    /// That of `LEDGER_TABLE`.
    pub fn from_env(config: &SdkConfig) -> Result<Self, EnvError> {
        Ok(Self::new(config, env::required("LEDGER_TABLE")?))
    }

    /// The table of this name.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// What is recorded of `run`, in the order of the accounts' ids (`dynamodb:Query`).
    ///
    /// Items that are not about an account have keys that do not begin with a digit, and are not read.
    pub async fn outcomes(&self, run: &RunId) -> Result<Vec<AccountOutcome>, LedgerError> {
        let mut items = self.of_accounts(run).into_paginator().items().send();
        // One after the other: a large run has 50 MB of items, which need not be there beside what is made of them.
        let mut outcomes = Vec::new();
        while let Some(item) = items.next().await {
            outcomes.push(account_outcome(item.called("dynamodb:Query")?)?);
        }
        Ok(outcomes)
    }

    /// How many accounts `run` is done with, and how many of them failed (`dynamodb:Query`): also where an outcome cannot be read.
    pub async fn tally(&self, run: &RunId) -> Result<Tally, CallError> {
        let mut items = self.of_accounts(run).projection_expression("failed").into_paginator().items().send();
        let mut tally = Tally::default();
        while let Some(item) = items.next().await {
            let item = item.called("dynamodb:Query")?;
            let failed = item.get("failed").is_none_or(|value| value.as_bool() != Ok(&false));
            tally.recorded += 1;
            tally.failed += usize::from(failed);
        }
        Ok(tally)
    }

    fn of_accounts(&self, run: &RunId) -> QueryFluentBuilder {
        self.query(run.as_str())
            .key_condition_expression("#run = :run AND #account BETWEEN :first AND :last")
            .expression_attribute_names("#account", "account")
            .expression_attribute_values(":first", s("0"))
            .expression_attribute_values(":last", s(":")) // what follows 9 in ASCII
    }

    /// What stands under `run`.
    pub(crate) fn query(&self, run: &str) -> QueryFluentBuilder {
        let query = self.dynamodb.query().table_name(&self.table).consistent_read(true);
        query.expression_attribute_names("#run", "run").expression_attribute_values(":run", s(run))
    }

    /// The item, if there is one (`dynamodb:GetItem`).
    pub(crate) async fn item(&self, run: &str, account: &str) -> Result<Option<Item>, CallError> {
        let call = self.dynamodb.get_item().table_name(&self.table).consistent_read(true);
        let answer = call.key("run", s(run)).key("account", s(account)).send().await;
        Ok(answer.called("dynamodb:GetItem")?.item)
    }

    /// The call that writes an item (`dynamodb:PutItem`).
    pub(crate) fn put(
        &self,
        run: &str,
        account: &str,
        what: impl Serialize,
    ) -> Result<PutItemFluentBuilder, CallError> {
        let item = serde_dynamo::to_item(what).map_err(|error| CallError::not_made(PUTTING, error))?;
        let call = self.dynamodb.put_item().table_name(&self.table).set_item(Some(item));
        Ok(call.item("run", s(run)).item("account", s(account)))
    }
}

/// What an item says.
pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, LedgerError> {
    let account = item.get("account").and_then(|account| account.as_s().ok()).cloned().unwrap_or_default();
    serde_dynamo::from_item(item).map_err(|error| LedgerError::LedgerNotReadable(account, error.into()))
}

fn account_outcome(item: Item) -> Result<AccountOutcome, LedgerError> {
    #[derive(Deserialize)]
    struct Recorded {
        account: AccountId,
        name: String,
        outcome: String,
    }
    let Recorded { account, name, outcome } = read(item)?;
    AccountOutcome::from_ledger(account.clone(), name, &outcome)
        .map_err(|error| LedgerError::LedgerNotReadable(account.to_string(), error.into()))
}

/// An attribute that is a text.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::*;
    use lambda::named_error::message;
    use support::Server;

    #[tokio::test]
    async fn only_what_is_about_accounts_is_asked_for() {
        let server = Server::start().await;
        let outcome = json!({"regions": []}).to_string();
        let item = json!({"account": {"S": "111122223333"}, "name": {"S": "payments"}, "outcome": {"S": outcome}});
        server.answers(200, &json!({"Items": [item], "Count": 1}).to_string());
        let read = Ledger::new(&server.sdk_config(), "ledger".into()).outcomes(&"r1".parse().unwrap()).await.unwrap();
        assert_eq!(read[0].id.as_str(), "111122223333");
        let asked: Value = from_str(&server.asked()[0].body).unwrap();
        let value = |name: &str| asked["ExpressionAttributeValues"][name]["S"].as_str().unwrap().to_owned();
        let is_read = |account: &str| value(":first").as_str() <= account && account <= value(":last").as_str();
        assert!(is_read("000000000000") && is_read("999999999999"));
        assert!(!is_read("#stack"));
    }

    #[tokio::test]
    async fn an_item_that_cannot_be_read_is_named_with_what_is_wrong_with_it() {
        let account = json!({"S": "111122223333"});
        for (item, problem) in [
            (json!({"account": account, "name": {"S": "n"}}), "111122223333 cannot be read: missing field `outcome`"),
            (
                json!({"account": account, "name": {"S": "n"}, "outcome": {"S": "{"}}),
                "111122223333 cannot be read: EOF",
            ),
            (json!({"account": {"S": "1"}, "name": {"S": "n"}, "outcome": {"S": "{}"}}), "about 1 cannot be read: "),
        ] {
            let server = Server::start().await;
            server.answers(200, &json!({"Items": [item], "Count": 1}).to_string());
            let ledger = Ledger::new(&server.sdk_config(), "ledger".into());
            let error = ledger.outcomes(&"r1".parse().unwrap()).await.unwrap_err();
            assert!(message(&error).contains(problem), "{problem} is not in: {}", message(&error));
        }
    }

    #[tokio::test]
    async fn accounts_are_counted_whatever_their_outcomes_say() {
        let server = Server::start().await;
        let items = [json!({"failed": {"BOOL": true}}), json!({"failed": {"BOOL": false}}), json!({})];
        server.answers(200, &json!({"Items": items, "Count": 3}).to_string());
        let tally = Ledger::new(&server.sdk_config(), "ledger".into()).tally(&"r1".parse().unwrap()).await.unwrap();
        assert_eq!(tally, Tally { recorded: 3, failed: 2 });
    }
}
