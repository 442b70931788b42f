//! The calls that the end of a run leads to, against a server that stands in for DynamoDB and CloudFormation.

use lambda::NamedError;
use serde_json::{Value, from_str, from_value, json};
use support::Server;

use super::*;

fn waiting(server: &Server) -> Value {
    json!({"Item": {
        "run": {"S": "r1"}, "account": {"S": "#stack"}, "responseUrl": {"S": format!("{}/answer?signature=x", server.url())},
        "stackId": {"S": "stack"}, "requestId": {"S": "request"}, "logicalResourceId": {"S": "Rollout"},
        "physicalResourceId": {"S": "patch-manager-rollout"}, "requestType": {"S": "Create"},
        "tolerancePercent": {"N": "50"}, "executionArn": {"S": "execution"}, "expiresAt": {"N": "1900000000"}
    }})
}

async fn aborted(server: &Server) -> Result<Response, Error> {
    ended(server, json!({"run": "r1", "status": "ABORTED"})).await
}

async fn ended(server: &Server, how: Value) -> Result<Response, Error> {
    let context =
        Context { answers: AnswerClient::default(), ledger: Ledger::new(&server.sdk_config(), "ledger".into()) };
    handle(&context, from_value(how).unwrap(), Timestamp::UNIX_EPOCH).await
}

fn names(server: &Server) -> Vec<String> {
    let name = |target: &str| target.rsplit('.').next().unwrap_or_default().to_owned();
    let asked = server.asked();
    asked.iter().map(|asked| asked.header("x-amz-target").map_or_else(|| asked.method.clone(), name)).collect()
}

#[tokio::test]
async fn a_waiting_stack_is_answered_at_the_second_try_and_then_marked() {
    let server = Server::start().await;
    server.answers(200, &waiting(&server).to_string());
    server.answers(200, "{}");
    server.answers(500, "");
    server.answers(200, "");
    server.answers(200, "{}");
    let response = aborted(&server).await.unwrap();
    assert_eq!(response, Response { answered: true, status: Some(AnswerStatus::Failed) });
    assert_eq!(names(&server), ["GetItem", "UpdateItem", "PUT", "PUT", "UpdateItem"]);
    let [_, _, _, put, marked] = server.asked().try_into().unwrap();
    assert_eq!(put.uri, "/answer?signature=x");
    let answer: Value = from_str(&put.body).unwrap();
    let expected = json!({
        "Status": "FAILED", "Reason": "the execution was aborted", "PhysicalResourceId": "patch-manager-rollout",
        "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Rollout"
    });
    assert_eq!(answer, expected);
    let marked: Value = from_str(&marked.body).unwrap();
    assert_eq!(marked["Key"], json!({"run": {"S": "r1"}, "account": {"S": "#stack"}}));
    assert_eq!(marked["ExpressionAttributeValues"][":at"]["S"], "1970-01-01T00:00:00Z");
}

#[tokio::test]
async fn nothing_is_done_when_no_stack_waits_or_it_was_answered() {
    let server = Server::start().await;
    for item in [json!({}), json!({"Item": {"answeredAt": {"S": "2026-12-01T00:00:00Z"}}})] {
        server.answers(200, &item.to_string());
        assert_eq!(aborted(&server).await.unwrap(), Response { answered: false, status: None });
    }
    assert_eq!(names(&server), ["GetItem", "GetItem"]);
}

#[tokio::test]
async fn an_answer_that_was_given_in_between_does_no_harm() {
    let server = Server::start().await;
    server.answers(200, &waiting(&server).to_string());
    server.answers(200, "{}");
    server.answers(200, "");
    server.answers(400, r#"{"__type": "ConditionalCheckFailedException"}"#);
    assert!(aborted(&server).await.unwrap().answered);
}

#[tokio::test]
async fn a_deletion_is_answered_also_when_the_ledger_goes_with_it() {
    let server = Server::start().await;
    for (request_type, expected) in [("Delete", Ok(true)), ("Update", Err("RequestRefused"))] {
        let mut item = waiting(&server);
        item["Item"]["requestType"]["S"] = request_type.into();
        server.answers(200, &item.to_string());
        server.answers(200, "{}");
        server.answers(200, "");
        server.answers(400, r#"{"__type": "ResourceNotFoundException", "message": "no table"}"#);
        let answered = aborted(&server).await;
        assert_eq!(answered.map(|response| response.answered).map_err(|error| error.name()), expected);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_arrive_leaves_the_stack_waiting() {
    let server = Server::start().await;
    server.answers(200, &waiting(&server).to_string());
    server.answers(200, "{}");
    server.answers(403, "");
    assert_eq!(aborted(&server).await.unwrap_err().name(), "AnswerRefused");
    assert_eq!(names(&server), ["GetItem", "UpdateItem", "PUT"], "and not marked");
}

/// Four of nine accounts failed, of which the rule knows nothing.
#[tokio::test]
async fn the_rule_sends_what_the_state_machine_had_decided() {
    let server = Server::start().await;
    let report = json!({
        "accounts": {"succeeded": 5, "failed": 4, "skipped": 0}, "failedAccounts": [],
        "report": {"bucket": "data", "key": "runs/r1/report.html"}
    });
    server.answers(200, &waiting(&server).to_string());
    server.answers(200, "{}");
    for _ in 0..4 {
        server.answers(500, "");
    }
    let error = ended(&server, json!({"run": "r1", "report": report})).await.unwrap_err();
    assert_eq!(error.name(), "AnswerNotDelivered");
    let decided: Value = from_str(&server.asked()[1].body).unwrap();
    let mut item = waiting(&server);
    item["Item"]["decided"] = decided["ExpressionAttributeValues"][":body"].clone();
    item["Item"]["decidedStatus"] = decided["ExpressionAttributeValues"][":status"].clone();
    server.answers(200, &item.to_string());
    server.answers(200, "");
    server.answers(200, "{}");
    let response = ended(&server, json!({"run": "r1", "status": "FAILED"})).await.unwrap();
    assert_eq!(response.status, Some(AnswerStatus::Success));
    let put: Value = from_str(&server.asked()[server.asked().len() - 2].body).unwrap();
    assert_eq!((&put["Status"], &put["Data"]["Failed"]), (&json!("SUCCESS"), &json!("4")));
}

#[tokio::test]
async fn a_run_without_a_report_is_looked_up_in_the_ledger() {
    let server = Server::start().await;
    server.answers(200, &waiting(&server).to_string());
    let items = [json!({"failed": {"BOOL": true}}), json!({"failed": {"BOOL": false}})];
    server.answers(200, &json!({"Items": items, "Count": 2}).to_string());
    server.answers(200, "{}");
    server.answers(200, "");
    server.answers(200, "{}");
    let how = json!({"run": "r1", "report": null, "error": null, "accounts": {"inScope": 2, "unavailable": 0}});
    assert_eq!(ended(&server, how).await.unwrap().status, Some(AnswerStatus::Success));
    assert_eq!(names(&server), ["GetItem", "Query", "UpdateItem", "PUT", "UpdateItem"]);
}

#[tokio::test]
async fn a_decision_that_cannot_be_written_down_is_sent_all_the_same() {
    let server = Server::start().await;
    server.answers(200, &waiting(&server).to_string());
    server.answers(400, r#"{"__type": "AccessDeniedException", "message": "no"}"#);
    server.answers(200, "");
    server.answers(200, "{}");
    assert!(aborted(&server).await.unwrap().answered);
}

#[tokio::test]
async fn an_item_that_is_no_waiting_stack_is_an_error() {
    let server = Server::start().await;
    server.answers(200, &json!({"Item": {"run": {"S": "r1"}}}).to_string());
    assert_eq!(aborted(&server).await.unwrap_err().name(), "LedgerNotReadable");
}
