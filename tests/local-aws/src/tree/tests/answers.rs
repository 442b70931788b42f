//! Step Functions as a table: by operation, and by what is asked for.

use std::future::ready;
use std::sync::Arc;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::clients::Clients;

pub(super) const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:rollout:run";
const MAP_RUN: &str = "arn:aws:states:eu-west-1:111122223333:mapRun:rollout/accounts:1";

/// A client that is answered from the table: `{"DescribeExecution": {"<ARN>": …}, "ListExecutions": {"FAILED": …}}`.
pub(super) async fn client(answers: Value) -> aws_sdk_sfn::Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let table = Arc::new(answers);
    let router =
        axum::Router::new().fallback(move |headers: HeaderMap, body: String| ready(answer(&table, &headers, &body)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Clients { ssm_endpoint: endpoint.clone(), endpoint, home_region: "eu-west-1".to_owned() }.sfn()
}

fn answer(table: &Value, headers: &HeaderMap, body: &str) -> String {
    let operation = headers["x-amz-target"].to_str().unwrap().trim_start_matches("AWSStepFunctions.");
    let asked: Value = serde_json::from_str(body).unwrap();
    let known = ["nextToken", "statusFilter", "executionArn", "mapRunArn"];
    let key = known.iter().find_map(|member| asked[member].as_str()).unwrap();
    let answer = &table[operation][key];
    assert!(!answer.is_null(), "{operation} of {key} is not in the table");
    answer.to_string()
}

/// A run with so many accounts, in pages of 400 where all are asked for.
pub(super) fn of_many(failed: usize, succeeded: usize) -> Value {
    let child = |status: &str, number: usize| format!("{EXECUTION}-{status}-{number}");
    let listed = |status: &str, range: std::ops::Range<usize>, next: Option<&str>| {
        let item = |number| {
            let arn = child(status, number);
            json!({"executionArn": arn, "stateMachineArn": "m", "name": arn, "status": status, "startDate": 1})
        };
        json!({"executions": range.map(item).collect::<Vec<_>>(), "nextToken": next})
    };
    let mut described = json!({EXECUTION: ended(if failed > 0 { "FAILED" } else { "SUCCEEDED" }, "{}")});
    let states = json!({"events": [
        {"id": 1, "type": "ExecutionStarted", "timestamp": 1, "previousEventId": 0},
        {"id": 2, "type": "MapStateEntered", "timestamp": 1, "previousEventId": 0, "stateEnteredEventDetails": {"name": "EachAccount"}},
        {"id": 3, "type": "MapStateExited", "timestamp": 2, "previousEventId": 2, "stateExitedEventDetails": {"name": "EachAccount"}},
    ]});
    let one = json!({"events": [
        {"id": 1, "type": "PassStateEntered", "timestamp": 1, "previousEventId": 0, "stateEnteredEventDetails": {"name": "Done"}},
        {"id": 2, "type": "PassStateExited", "timestamp": 1, "previousEventId": 1, "stateExitedEventDetails": {"name": "Done"}},
    ]});
    let mut histories = json!({EXECUTION: states});
    for (status, count) in [("FAILED", failed), ("SUCCEEDED", succeeded)] {
        for number in 0..count {
            let input = json!({"target": {"account": {"id": "111122223333", "name": format!("{status}-{number}")}}});
            described[child(status, number)] = ended(status, &input.to_string());
            histories[child(status, number)] = one.clone();
        }
    }
    let counts = json!({"pending": 0, "running": 0, "succeeded": succeeded, "failed": failed, "timedOut": 0, "aborted": 0,
        "total": failed + succeeded, "resultsWritten": 0});
    json!({
        "DescribeExecution": described,
        "GetExecutionHistory": histories,
        "ListMapRuns": {EXECUTION: {"mapRuns": [
            {"executionArn": EXECUTION, "mapRunArn": MAP_RUN, "stateMachineArn": "m", "startDate": 1},
        ]}},
        "DescribeMapRun": {MAP_RUN: {"mapRunArn": MAP_RUN, "executionArn": EXECUTION, "status": "SUCCEEDED", "startDate": 1,
            "maxConcurrency": 8, "toleratedFailurePercentage": 100, "toleratedFailureCount": 0,
            "itemCounts": counts, "executionCounts": counts}},
        "ListExecutions": {
            "FAILED": listed("FAILED", 0..failed, None),
            "TIMED_OUT": listed("TIMED_OUT", 0..0, None),
            "ABORTED": listed("ABORTED", 0..0, None),
            "RUNNING": listed("RUNNING", 0..0, None),
            "SUCCEEDED": listed("SUCCEEDED", 0..succeeded.min(400), Some("second")),
            "second": listed("SUCCEEDED", 400..succeeded.min(800), Some("third")),
            "third": listed("SUCCEEDED", 800..succeeded, None),
        },
    })
}

fn ended(status: &str, input: &str) -> Value {
    json!({"executionArn": EXECUTION, "stateMachineArn": "m", "name": "run", "status": status, "startDate": 1, "stopDate": 9,
        "input": input})
}
