//! The calls that a request leads to, against a server that stands in for DynamoDB, Step Functions and CloudFormation.

use std::time::Duration;

use record::stack_answer::NOT_BEGUN;
use serde_json::{from_str, json};
use support::{Asked, Server};

use super::*;

const MACHINE: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:patch-manager-rollout";
const VERSION: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:patch-manager-rollout:3";
const EXECUTION: &str = "arn:aws:states:us-east-1:111122223333:execution:patch-manager-rollout:stack-create-r1";

fn context(server: &Server) -> Context {
    let config = server.sdk_config();
    Context {
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        states: aws_sdk_sfn::Client::new(&config),
        answers: AnswerClient::default(),
        ledger_table: "ledger".into(),
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
    // Nothing is written down of names, and what is then is taken: these calls have a test of their own.
    server.answers_to("GetItem", 200, "{}");
    server.answers_to("#names", 200, "{}");
    handle(&context(server), event, Timestamp::UNIX_EPOCH).await
}

/// Which operation, or `PUT`.
fn name(asked: &Asked) -> &str {
    asked.header("x-amz-target").map_or(asked.method.as_str(), |target| target.rsplit('.').next().unwrap())
}

fn names(server: &Server) -> Vec<String> {
    let asked = server.asked().into_iter().filter(|asked| !asked.body.contains("#names"));
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

/// What so many of the executions that are running were given, one after the other.
fn given(server: &Server, inputs: &[&str]) {
    for input in inputs {
        let execution = json!({
            "executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": 0, "input": input
        });
        server.answers_to("DescribeExecution", 200, &execution.to_string());
    }
}

/// Map Runs with the times at which they stopped.
fn map_runs(stopped: &[Option<u64>]) -> String {
    let runs = stopped.iter().map(|stopped| {
        let mut run =
            json!({"executionArn": EXECUTION, "mapRunArn": "map-run", "stateMachineArn": MACHINE, "startDate": 0});
        if let Some(at) = stopped {
            run["stopDate"] = json!(at);
        }
        run
    });
    json!({"mapRuns": runs.collect::<Vec<_>>()}).to_string()
}

/// What serves as an answer to `ListMapRuns` and to `ListExecutions`.
fn map_runs_and_no_execution() -> String {
    let mut answer: Value = from_str(&map_runs(&[None])).unwrap();
    answer["executions"] = json!([]);
    answer.to_string()
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
async fn what_still_runs_is_stopped_and_named_in_the_input_unless_it_ends_by_itself() {
    let server = Server::start().await;
    server.answers(200, "{}");
    given(&server, &["{}", "no JSON"]);
    server.answers(200, &running(&["stack-update-r0", "by hand: a.b"]));
    server.answers(200, &json!({"stopDate": 0}).to_string());
    server.answers(400, &refused("ValidationException"));
    server.answers(200, &map_runs(&[]));
    server.answers(200, &map_runs(&[]));
    server.answers(200, &running(&[]));
    server.answers(200, &started());
    handled(&server, event(&server, "Update", true)).await.unwrap();
    let stops = ["DescribeExecution", "StopExecution", "DescribeExecution", "StopExecution"];
    let waits = ["ListMapRuns", "ListMapRuns", "ListExecutions", "StartExecution"];
    assert_eq!(names(&server), [&["PutItem", "ListExecutions"], &stops[..], &waits].concat());
    let listed = body(&server, "ListExecutions");
    assert_eq!(
        (&listed["statusFilter"], &listed["stateMachineArn"]),
        (&json!("RUNNING"), &json!(MACHINE)),
        "of any version"
    );
    let stopped = body(&server, "StopExecution");
    assert_eq!(stopped["executionArn"], EXECUTION.replace("stack-create-r1", "stack-update-r0"));
    assert_eq!(stopped["error"], "Replaced");
    let input: Value = from_str(body(&server, "StartExecution")["input"].as_str().unwrap()).unwrap();
    assert_eq!(
        input,
        json!({"action": "rollout", "trigger": "stack-update", "replaces": ["stack-update-r0"]}),
        "as far as such a name can be a run's"
    );
}

#[tokio::test]
async fn an_inspection_goes_on_beside_an_update_and_is_stopped_by_a_deletion() {
    for (request_type, is_stopped) in [("Update", false), ("Delete", true)] {
        let server = Server::start().await;
        server.answers_to("#stack", 200, "{}");
        for input in [r#"{"action": "inspect", "trigger": "schedule"}"#, r#"{"action": "plan"}"#, r#"{"retryOf": "i"}"#]
        {
            given(&server, &[input]);
        }
        server.answers_to("ListExecutions", 200, &running(&["looking", "planning", "again"]));
        for _ in 0..3 {
            server.answers_to("StopExecution", 200, &json!({"stopDate": 0}).to_string());
            server.answers_to("ListMapRuns", 200, &map_runs(&[]));
        }
        given(&server, &[r#"{"action": "inspect"}"#]);
        server.answers_to("ListExecutions", 200, &running(if is_stopped { &[] } else { &["looking"] }));
        server.answers_to("StartExecution", 200, &started());
        handled(&server, event(&server, request_type, true)).await.unwrap();
        let stops = server.asked().into_iter().filter(|asked| name(asked) == "StopExecution");
        let stopped: Vec<_> = stops.map(|asked| asked.body.contains(":looking\"")).collect();
        assert_eq!(stopped, if is_stopped { vec![true, false, false] } else { vec![false, false] }, "{request_type}");
        let input: Value = from_str(body(&server, "StartExecution")["input"].as_str().unwrap()).unwrap();
        let replaced = if is_stopped { json!(["again", "looking", "planning"]) } else { json!(["again", "planning"]) };
        assert_eq!(input["replaces"], replaced, "{request_type}");
    }
}

/// An execution that was stopped leaves a Map Run which goes on for a while, and another may have started meanwhile.
#[tokio::test]
async fn nothing_is_started_before_the_map_runs_of_what_was_stopped_are_over() {
    let server = Server::start().await;
    server.answers(200, "{}");
    given(&server, &["{}", "{}"]);
    server.answers(200, &running(&["stack-update-r0"]));
    server.answers(200, &json!({"stopDate": 0}).to_string());
    server.answers(200, &map_runs(&[None]));
    server.answers(200, &running(&["scheduled"]));
    server.answers(200, &json!({"stopDate": 0}).to_string());
    server.answers(200, &map_runs(&[Some(1), None]));
    server.answers(200, &map_runs(&[]));
    server.answers(200, &running(&[]));
    server.answers(200, &map_runs(&[Some(1), Some(2)]));
    server.answers(200, &running(&[]));
    server.answers(200, &started());
    handled(&server, event(&server, "Update", true)).await.unwrap();
    let asked = names(&server);
    assert_eq!((asked.len(), asked.last().unwrap().as_str()), (14, "StartExecution"), "{asked:?}");
    let input: Value = from_str(body(&server, "StartExecution")["input"].as_str().unwrap()).unwrap();
    assert_eq!(input["replaces"], json!(["scheduled", "stack-update-r0"]));
}

#[tokio::test]
async fn an_update_does_not_start_beside_a_map_run_that_does_not_end() {
    let server = Server::start().await;
    server.answers(200, "{}");
    given(&server, &["{}"]);
    server.answers(200, &running(&["stack-update-r0"]));
    server.answers(200, &json!({"stopDate": 0}).to_string());
    for _ in 0..400 {
        server.answers(200, &map_runs_and_no_execution());
    }
    let answered = handled(&server, event(&server, "Update", true)).await;
    assert!(answered.is_ok(), "{answered:?}");
    assert!(!names(&server).contains(&"StartExecution".to_owned()));
    let reason = body(&server, "PUT")["Reason"].to_string();
    assert!(reason.contains("runs that were stopped are still going"), "{reason}");
}

#[tokio::test]
async fn an_update_does_not_start_beside_what_cannot_be_stopped() {
    let server = Server::start().await;
    server.answers(200, "{}");
    given(&server, &["{}"]);
    server.answers(200, &running(&["stack-update-r0"]));
    server.answers(400, &refused("AccessDeniedException"));
    server.answers(200, "");
    handled(&server, event(&server, "Update", true)).await.unwrap();
    let reason = body(&server, "PUT")["Reason"].to_string();
    assert!(reason.contains("states:StopExecution: AccessDeniedException"), "{reason}");
}

#[tokio::test]
async fn a_deletion_takes_down_also_beside_what_cannot_be_stopped() {
    let server = Server::start().await;
    server.answers(200, "{}");
    server.answers(400, &refused("AccessDeniedException"));
    server.answers(200, &started());
    let response = handled(&server, event(&server, "Delete", true)).await.unwrap();
    assert_eq!(response.run.unwrap().as_str(), "stack-delete-r1");
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
