//! What still runs when another rollout is to start.

use serde_json::{Value, from_str, json};
use support::Server;

use super::{EXECUTION, MACHINE, body, event, handled, name, names, refused, running, started};

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
