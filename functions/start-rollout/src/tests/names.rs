//! The names by which what exists is known as ours.

use record::stack_answer::AnswerStatus;
use serde_json::{Value, from_str, json};
use support::Server;

use super::{EXECUTION, MACHINE, body, event, handled, name, running, started};

/// What the ledger has of the names, by which the policy of [`event`] is refused.
fn other_names(taken_down_by: Option<&str>) -> String {
    let mut item = json!({"ownerTagKey": {"S": "createdBy"}, "ownerTagValue": {"S": "them"}});
    if let Some(execution) = taken_down_by {
        item["takenDownBy"] = json!({"S": execution});
    }
    json!({"Item": item}).to_string()
}

fn described(status: &str, error: Option<&str>) -> String {
    json!({"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": status, "startDate": 0, "error": error})
        .to_string()
}

#[tokio::test]
async fn other_names_are_refused_until_a_run_has_taken_down_what_has_the_old_ones() {
    for (taken_down_by, execution, status) in [
        (None, None, AnswerStatus::Failed),
        (Some(EXECUTION), Some(described("RUNNING", None)), AnswerStatus::Failed),
        (Some(EXECUTION), Some(described("ABORTED", None)), AnswerStatus::Failed),
        (Some(EXECUTION), Some(described("FAILED", Some("InvalidPolicy"))), AnswerStatus::Failed),
        (Some(EXECUTION), Some(described("FAILED", Some("RolloutIncomplete"))), AnswerStatus::Success),
        (Some(EXECUTION), Some(described("SUCCEEDED", None)), AnswerStatus::Success),
    ] {
        let server = Server::start().await;
        server.answers_to("GetItem", 200, &other_names(taken_down_by));
        if let Some(execution) = &execution {
            server.answers_to("DescribeExecution", 200, execution);
        }
        server.answers_to("ListExecutions", 200, &running(&[]));
        server.answers_to("StartExecution", 200, &started());
        server.answers(200, ""); // CloudFormation
        let response = handled(&server, event(&server, "Update", false)).await.unwrap();
        assert_eq!(response.answered, Some(status), "{execution:?}");
        let written = server.asked().into_iter().filter(|asked| name(asked) == "PutItem").count();
        assert_eq!(written, usize::from(status == AnswerStatus::Success));
    }
}

#[tokio::test]
async fn a_disable_notes_which_run_takes_down_what_has_these_names() {
    let server = Server::start().await;
    server.answers_to("ListExecutions", 200, &running(&[]));
    server.answers_to("StartExecution", 200, &started());
    server.answers(200, "");
    let mut disable = event(&server, "Update", false);
    let mut policy: Value = from_str(disable["ResourceProperties"]["Policy"].as_str().unwrap()).unwrap();
    policy["disabled"] = true.into();
    disable["ResourceProperties"]["Policy"] = policy.to_string().into();
    disable["ResourceProperties"]["Disabled"] = "true".into();
    handled(&server, disable).await.unwrap();
    let item = body(&server, "PutItem")["Item"].clone();
    assert_eq!((&item["run"]["S"], &item["ownerTagValue"]["S"]), (&json!("#names"), &json!("us")));
    assert_eq!(item["takenDownBy"]["S"], EXECUTION.replace("stack-create-r1", "stack-update-r1"));
}
