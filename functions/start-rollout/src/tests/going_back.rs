//! CloudFormation that goes back to the properties that were answered success to last.

use record::stack_answer::AnswerStatus;
use serde_json::{Value, json};
use support::Server;

use super::{body, event, handled, running, started};

/// What the ledger has of the properties that the stack was answered success to.
fn settled(properties: &Value) -> String {
    json!({"Item": {"properties": {"S": properties.to_string()}}}).to_string()
}

#[tokio::test]
async fn properties_that_come_back_are_a_rollback() {
    for (settled_policy, expected) in [(None, "Rollback"), (Some("another"), "Update")] {
        let server = Server::start().await;
        let event = event(&server, "Update", true);
        let mut properties = event["ResourceProperties"].clone();
        if let Some(policy) = settled_policy {
            properties["Policy"] = policy.into();
        }
        server.answers_to("#settled", 200, &settled(&properties));
        server.answers_to("ListExecutions", 200, &running(&[]));
        server.answers_to("StartExecution", 200, &started());
        server.answers(200, "{}");
        let response = handled(&server, event.clone()).await.unwrap();
        assert_eq!((response.run.unwrap().as_str(), response.answered), ("stack-update-r1", None));
        let item = body(&server, "PutItem")["Item"].clone();
        assert_eq!(item["requestType"]["S"], expected);
        assert_eq!(item["properties"]["S"], event["ResourceProperties"].to_string());
    }
}

/// A policy may have become impossible since: its only window was to open at a moment that has passed.
#[tokio::test]
async fn a_rollback_to_what_is_refused_today_starts_nothing_and_does_not_fail() {
    let server = Server::start().await;
    let mut event = event(&server, "Update", true);
    event["ResourceProperties"]["Policy"] = "{}".into();
    server.answers_to("#settled", 200, &settled(&event["ResourceProperties"]));
    server.answers(200, "");
    let response = handled(&server, event).await.unwrap();
    assert_eq!((response.run, response.answered), (None, Some(AnswerStatus::Success)));
    let reason = body(&server, "PUT")["Data"]["Reason"].clone();
    assert!(reason.as_str().unwrap().contains("$.windows"), "{reason}");
}

#[tokio::test]
async fn what_is_answered_success_to_at_once_is_written_down() {
    let server = Server::start().await;
    server.answers_to("ListExecutions", 200, &running(&[]));
    server.answers_to("StartExecution", 200, &started());
    server.answers(200, "");
    let event = event(&server, "Create", false);
    handled(&server, event.clone()).await.unwrap();
    let asked = server.asked().into_iter().find(|asked| asked.body.contains("#settled")).unwrap();
    let written: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(written["Item"]["properties"]["S"], event["ResourceProperties"].to_string());
}
