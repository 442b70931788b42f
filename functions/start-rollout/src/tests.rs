//! The calls that a request leads to, against a server that stands in for DynamoDB, Step Functions and CloudFormation.

mod going_back;
mod names;
mod replacing;

use std::time::Duration;

use jiff::SignedDuration;
use record::Ledger;
use record::stack_answer::{AnswerClient, NOT_BEGUN};
use serde_json::{from_str, json};
use support::{Asked, Server};

use super::*;

const MACHINE: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:patch-manager-rollout";
const VERSION: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:patch-manager-rollout:3";
const EXECUTION: &str = "arn:aws:states:us-east-1:111122223333:execution:patch-manager-rollout:stack-create-r1";

fn context(server: &Server) -> Context {
    let config = server.sdk_config();
    Context {
        config: config.clone(),
        states: aws_sdk_sfn::Client::new(&config),
        answers: AnswerClient::default(),
        ledger: Ledger::new(&config, "ledger".into()),
        state_machine_arn: MACHINE.into(),
        state_machine_version_arn: VERSION.into(),
        history: SignedDuration::from_hours(24),
        patience: Patience { pause: Duration::from_millis(1), most: Duration::from_millis(200) },
        member_roles: crate::decide::tests::member_roles(),
    }
}

fn event(server: &Server, request_type: &str, wait: bool) -> Value {
    let policy =
        json!({"windows": [], "dhmc": {"enabled": false}, "ownerTag": {"key": "createdBy", "value": "us"}}).to_string();
    json!({
        "RequestType": request_type, "ResponseURL": format!("{}/answer", server.url()),
        "StackId": "stack", "RequestId": "r1", "LogicalResourceId": "Rollout",
        "ResourceProperties": {"Policy": policy, "WaitForRollout": wait.to_string()}
    })
}

async fn handled(server: &Server, event: Value) -> Result<Response, Error> {
    // Nothing is written down of names, what is then is taken, and the stack does not go back: these calls have tests of their own.
    server.answers_to("GetItem", 200, "{}");
    server.answers_to("#names", 200, "{}");
    server.answers_to("Action=DescribeStacks", 200, "<StackStatus>UPDATE_IN_PROGRESS</StackStatus>");
    handle(&context(server), event, Timestamp::UNIX_EPOCH).await
}

/// Which operation, or `PUT`.
fn name(asked: &Asked) -> &str {
    asked.header("x-amz-target").map_or(asked.method.as_str(), |target| target.rsplit('.').next().unwrap())
}

fn names(server: &Server) -> Vec<String> {
    let is_of_a_run = |asked: &Asked| !asked.body.contains("#names") && !asked.body.contains("DescribeStacks");
    let asked = server.asked().into_iter().filter(is_of_a_run);
    asked.map(|asked| name(&asked).to_owned()).collect()
}

fn body(server: &Server, operation: &str) -> Value {
    from_str(&server.asked().iter().find(|asked| name(asked) == operation).unwrap().body).unwrap()
}

fn refused(code: &str) -> String {
    json!({"__type": code, "message": "said so"}).to_string()
}

/// The machine's executions of these names, as running.
fn running(names: &[&str]) -> String {
    let executions = names.iter().map(|name| {
        json!({
            "executionArn": EXECUTION.replace("stack-create-r1", name), "stateMachineArn": MACHINE, "name": name,
            "status": "RUNNING", "startDate": 0
        })
    });
    json!({"executions": executions.collect::<Vec<_>>()}).to_string()
}

fn started() -> String {
    json!({"executionArn": EXECUTION, "startDate": 0}).to_string()
}

#[tokio::test]
async fn the_address_is_in_the_ledger_and_nowhere_else_before_the_execution_starts() {
    let server = Server::start().await;
    server.answers(200, "{}");
    server.answers(200, &running(&[]));
    server.answers(200, &started());
    let response = handled(&server, event(&server, "Create", true)).await.unwrap();
    assert_eq!(response, Response { run: Some("stack-create-r1".parse().unwrap()), answered: None });
    assert_eq!(names(&server), ["PutItem", "ListExecutions", "StartExecution"]);
    let item = body(&server, "PutItem")["Item"].clone();
    assert_eq!((&item["run"]["S"], &item["account"]["S"]), (&json!("stack-create-r1"), &json!("#stack")));
    assert_eq!(item["executionArn"]["S"], EXECUTION);
    assert_eq!(item["expiresAt"]["N"], "86400");
    let request = body(&server, "StartExecution");
    let expected = json!({
        "stateMachineArn": VERSION, "name": "stack-create-r1",
        "input": json!({"action": "rollout", "trigger": "stack-create"}).to_string()
    });
    assert_eq!(request, expected);
}

#[tokio::test]
async fn a_repeated_invocation_starts_nothing_twice_and_fails_nothing() {
    let server = Server::start().await;
    server.answers(400, &refused("ConditionalCheckFailedException"));
    server.answers(200, &running(&["stack-create-r1"]));
    server.answers(400, &refused("ExecutionAlreadyExists"));
    let response = handled(&server, event(&server, "Create", true)).await.unwrap();
    assert_eq!(response.answered, None);
    assert_eq!(names(&server), ["PutItem", "ListExecutions", "StartExecution"]);
}

#[tokio::test]
async fn a_stack_that_does_not_wait_is_answered_with_the_execution() {
    let server = Server::start().await;
    server.answers(200, &running(&[]));
    server.answers(200, &started());
    server.answers(200, "");
    let response = handled(&server, event(&server, "Create", false)).await.unwrap();
    assert_eq!(response.answered, Some(AnswerStatus::Success));
    assert_eq!(names(&server), ["ListExecutions", "StartExecution", "PUT"]);
    assert_eq!(body(&server, "PUT")["Data"]["ExecutionArn"], EXECUTION);
}

#[tokio::test]
async fn a_rollout_that_cannot_be_started_fails_the_stack() {
    let server = Server::start().await;
    server.answers(200, "{}");
    server.answers(200, &running(&[]));
    server.answers(400, &refused("AccessDeniedException"));
    server.answers(200, "");
    handled(&server, event(&server, "Update", true)).await.unwrap();
    let answer = body(&server, "PUT");
    assert_eq!((&answer["Status"], &answer["PhysicalResourceId"]), (&json!("FAILED"), &json!("patch-manager-rollout")));
    let expected =
        "the rollout was not started: access was denied: states:StartExecution: AccessDeniedException: said so";
    assert_eq!(answer["Reason"], expected);
}

#[tokio::test]
async fn a_ledger_that_cannot_be_written_fails_the_stack_before_anything_starts() {
    let server = Server::start().await;
    server.answers(400, &refused("ResourceNotFoundException"));
    server.answers(200, "");
    handled(&server, event(&server, "Create", true)).await.unwrap();
    assert_eq!(names(&server), ["PutItem", "PUT"]);
    assert_eq!(body(&server, "PUT")["Status"], "FAILED");
}

#[tokio::test]
async fn a_deletion_that_starts_nothing_fails_and_can_be_tried_again() {
    let server = Server::start().await;
    server.answers(200, "{}");
    server.answers(400, &refused("StateMachineDoesNotExist"));
    server.answers(400, &refused("StateMachineDoesNotExist"));
    server.answers(200, "");
    handled(&server, event(&server, "Delete", true)).await.unwrap();
    let answer = body(&server, "PUT");
    assert_eq!((&answer["Status"], &answer["PhysicalResourceId"]), (&json!("FAILED"), &json!("patch-manager-rollout")));
    assert!(answer["Reason"].as_str().unwrap().contains("StateMachineDoesNotExist"), "{answer}");
}

/// What may have been started has something to be taken down.
#[tokio::test]
async fn a_creation_that_starts_nothing_was_never_begun() {
    for (status, code, id) in
        [(400, "AccessDeniedException", NOT_BEGUN), (500, "InternalFailure", "patch-manager-rollout")]
    {
        let server = Server::start().await;
        server.answers(200, "{}");
        server.answers(200, &running(&[]));
        server.answers(status, &refused(code));
        server.answers(200, "");
        handled(&server, event(&server, "Create", true)).await.unwrap();
        let answer = body(&server, "PUT");
        assert_eq!((&answer["Status"], &answer["PhysicalResourceId"]), (&json!("FAILED"), &json!(id)));
    }
}

#[tokio::test]
async fn an_event_of_which_only_the_address_can_be_made_out_is_answered() {
    let server = Server::start().await;
    server.answers(200, "");
    let event = json!({"ResponseURL": format!("{}/answer", server.url()), "RequestType": 7, "ResourceProperties": []});
    handled(&server, event).await.unwrap();
    assert_eq!(body(&server, "PUT")["Status"], "FAILED");
}

#[tokio::test]
async fn an_event_without_an_address_is_an_error() {
    let server = Server::start().await;
    for event in [json!({}), json!([]), json!(null), json!({"ResponseURL": 1})] {
        assert_eq!(handled(&server, event).await.unwrap_err().name(), "InvalidInput");
    }
}

#[tokio::test]
async fn an_answer_that_is_refused_is_an_error() {
    let server = Server::start().await;
    server.answers(200, &running(&[]));
    server.answers(200, &started());
    server.answers(403, "");
    let error = handled(&server, event(&server, "Create", false)).await.unwrap_err();
    assert_eq!(error.name(), "AnswerRefused");
}
