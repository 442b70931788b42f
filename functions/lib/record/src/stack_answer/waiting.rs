//! The ledger's item about the stack that waits for a run.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::call::Called;
use lambda::{CallError, logs};
use policy::ids::RunId;
use serde::{Deserialize, Serialize};

use super::addressee::{Addressee, RequestType};
use super::answer::{AnswerStatus, Decided};
use crate::ledger::{Ledger, LedgerError, PUTTING, read, s};

/// In the place of an account's id, before which it sorts: `Ledger::outcomes` does not see it.
const KEY: &str = "#stack";

/// A stack that waits for a run to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingStack {
    /// Who is to be answered.
    #[serde(flatten)]
    pub addressee: Addressee,
    /// What the run is done for.
    pub request_type: RequestType,
    /// How many of a hundred accounts may fail without the stack failing.
    pub tolerance_percent: u8,
    /// The run's execution.
    pub execution_arn: String,
    /// What it is to be answered, when that was decided and did not arrive.
    #[serde(flatten)]
    pub decided: Option<Decided>,
}

impl Ledger {
    /// Writes down that `stack` waits for `run`, until `expires_at` in seconds since 1970 (`dynamodb:PutItem`).
    ///
    /// An item that is there already stays: a repeated invocation must not ask for a second answer.
    pub async fn record_waiting(&self, run: &RunId, stack: &WaitingStack, expires_at: i64) -> Result<(), CallError> {
        let answer = self
            .put(run.as_str(), KEY, stack)?
            .item("expiresAt", AttributeValue::N(expires_at.to_string()))
            .condition_expression("attribute_not_exists(#run)")
            .expression_attribute_names("#run", "run")
            .send()
            .await;
        unless_too_late(run, PUTTING, answer.called(PUTTING))
    }

    /// The stack that waits for `run`, unless none does or it was answered (`dynamodb:GetItem`).
    pub async fn waiting_stack(&self, run: &RunId) -> Result<Option<WaitingStack>, LedgerError> {
        let item = self.item(run.as_str(), KEY).await?;
        item.filter(|item| !item.contains_key("answeredAt")).map(read).transpose()
    }

    /// Writes down what the stack that waits for `run` is to be answered (`dynamodb:UpdateItem`): who tries again knows less about
    /// the run than who decided.
    ///
    /// A stack that was answered in between stays as it is.
    pub async fn record_decided(&self, run: &RunId, decided: &Decided) -> Result<(), CallError> {
        let values = [(":body", decided.body.as_str()), (":status", decided.status.into())];
        self.update(run, "SET decided = :body, decidedStatus = :status", values).await
    }

    /// Writes down that the stack that waited for `run` was answered `at` that time, RFC 3339 (`dynamodb:UpdateItem`).
    ///
    /// The address goes; a stack that was answered in between stays as it is.
    pub async fn mark_answered(&self, run: &RunId, status: AnswerStatus, at: &str) -> Result<(), CallError> {
        let expression = "SET answeredAt = :at, answer = :status REMOVE responseUrl, decided, decidedStatus";
        self.update(run, expression, [(":at", at), (":status", status.into())]).await
    }

    /// Updates the item of the stack that waits for `run`, unless it was answered.
    async fn update(&self, run: &RunId, expression: &str, values: [(&str, &str); 2]) -> Result<(), CallError> {
        let values = values.map(|(name, value)| (name.to_owned(), s(value)));
        let call = self.dynamodb.update_item().table_name(&self.table).key("run", s(run.as_str()));
        let answer = call
            .key("account", s(KEY))
            .update_expression(expression)
            .condition_expression("attribute_exists(#run) AND attribute_not_exists(answeredAt)")
            .expression_attribute_names("#run", "run")
            .set_expression_attribute_values(Some(HashMap::from(values)))
            .send()
            .await;
        unless_too_late(run, "dynamodb:UpdateItem", answer.called("dynamodb:UpdateItem"))
    }
}

/// An item that is not, or not any more, as the condition wants it stays as it is.
fn unless_too_late<T: RequestId>(
    run: &RunId,
    operation: &'static str,
    written: Result<T, CallError>,
) -> Result<(), CallError> {
    match written {
        Err(error) if error.has_code(&["ConditionalCheckFailedException"]) => Ok(()),
        written => {
            logs::written(operation, format_args!("the stack that waits for {run}"), written?.request_id());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::*;
    use crate::stack_answer::ResponseUrl;
    use support::Server;

    const CONDITION_FAILED: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}"#;

    fn stack() -> WaitingStack {
        WaitingStack {
            addressee: Addressee {
                response_url: ResponseUrl::new("https://bucket/key"),
                stack_id: "arn:aws:cloudformation:us-east-1:111122223333:stack/s/1".into(),
                request_id: "request".into(),
                logical_resource_id: "Rollout".into(),
                physical_resource_id: "patch-manager-rollout".into(),
            },
            request_type: RequestType::Update,
            tolerance_percent: 50,
            execution_arn: "arn:aws:states:us-east-1:111122223333:execution:rollout:r1".into(),
            decided: None,
        }
    }

    fn run() -> RunId {
        "r1".parse().unwrap()
    }

    async fn server() -> (Server, Ledger) {
        let server = Server::start().await;
        let ledger = Ledger::new(&server.sdk_config(), "ledger".into());
        (server, ledger)
    }

    fn asked(server: &Server) -> (String, Value) {
        let asked = server.asked().pop().unwrap();
        (asked.header("x-amz-target").unwrap().to_owned(), from_str(&asked.body).unwrap())
    }

    #[tokio::test]
    async fn a_stack_reads_back_as_it_was_written() {
        let (server, ledger) = server().await;
        server.answers(200, "{}");
        ledger.record_waiting(&run(), &stack(), 1_900_000_000).await.unwrap();
        let (operation, request) = asked(&server);
        assert_eq!(operation, "DynamoDB_20120810.PutItem");
        assert_eq!((&request["Item"]["run"]["S"], &request["Item"]["account"]["S"]), (&json!("r1"), &json!("#stack")));
        assert_eq!(request["Item"]["expiresAt"]["N"], "1900000000");
        for (name, value) in [
            ("responseUrl", json!({"S": "https://bucket/key"})),
            ("logicalResourceId", json!({"S": "Rollout"})),
            ("requestType", json!({"S": "Update"})),
            ("tolerancePercent", json!({"N": "50"})),
        ] {
            assert_eq!(request["Item"][name], value, "{name}");
        }
        assert_eq!(request["Item"].as_object().unwrap().len(), 11, "{request}");

        server.answers(200, &json!({"Item": request["Item"]}).to_string());
        assert_eq!(ledger.waiting_stack(&run()).await.unwrap(), Some(stack()));
        let (operation, request) = asked(&server);
        assert_eq!((operation.as_str(), &request["ConsistentRead"]), ("DynamoDB_20120810.GetItem", &json!(true)));
    }

    #[tokio::test]
    async fn a_stack_that_is_written_down_already_stays_as_it_is() {
        let (server, ledger) = server().await;
        server.answers(400, CONDITION_FAILED);
        ledger.record_waiting(&run(), &stack(), 1).await.unwrap();
        assert_eq!(asked(&server).1["ConditionExpression"], "attribute_not_exists(#run)");
    }

    #[tokio::test]
    async fn a_run_for_which_nobody_waits_has_no_stack() {
        let (server, ledger) = server().await;
        server.answers(200, "{}");
        assert_eq!(ledger.waiting_stack(&run()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_answered_stack_does_not_wait() {
        let (server, ledger) = server().await;
        server.answers(200, &json!({"Item": {"answeredAt": {"S": "2026-12-01T00:00:00Z"}}}).to_string());
        assert_eq!(ledger.waiting_stack(&run()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_was_decided_reads_back_until_the_stack_is_answered() {
        let (server, ledger) = server().await;
        let decided = Decided { status: AnswerStatus::Success, body: r#"{"Status": "SUCCESS"}"#.into() };
        server.answers(200, "{}");
        ledger.record_waiting(&run(), &stack(), 1_900_000_000).await.unwrap();
        let (_, written) = asked(&server);
        server.answers(200, "{}");
        ledger.record_decided(&run(), &decided).await.unwrap();
        let (operation, request) = asked(&server);
        assert_eq!(operation, "DynamoDB_20120810.UpdateItem");
        assert!(request["ConditionExpression"].as_str().unwrap().contains("attribute_not_exists(answeredAt)"));
        let values = &request["ExpressionAttributeValues"];
        let mut item = Value::clone(&written["Item"]);
        item["decided"] = values[":body"].clone();
        item["decidedStatus"] = values[":status"].clone();
        server.answers(200, &json!({ "Item": item }).to_string());
        assert_eq!(
            ledger.waiting_stack(&run()).await.unwrap(),
            Some(WaitingStack { decided: Some(decided), ..stack() })
        );
    }

    #[tokio::test]
    async fn marking_takes_the_address_away_and_is_done_once() {
        let (server, ledger) = server().await;
        server.answers(200, "{}");
        ledger.mark_answered(&run(), AnswerStatus::Failed, "2026-12-01T00:00:00Z").await.unwrap();
        let (operation, request) = asked(&server);
        assert_eq!(operation, "DynamoDB_20120810.UpdateItem");
        assert!(request["UpdateExpression"].as_str().unwrap().contains("REMOVE responseUrl"));
        assert_eq!(request["ExpressionAttributeValues"][":status"]["S"], "FAILED");

        server.answers(400, CONDITION_FAILED);
        ledger.mark_answered(&run(), AnswerStatus::Failed, "2026-12-01T00:00:00Z").await.unwrap();
    }
}
