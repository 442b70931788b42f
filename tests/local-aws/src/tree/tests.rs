//! Step Functions' answers, and the tree that comes of them.

mod answers;

use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Value, json};

use super::states::{states, transitions};
use super::text::text;
use super::{Node, Run, Status};
use answers::{EXECUTION, client};

fn plain(run: &Run, width: usize, all: bool) -> String {
    anstream::adapter::strip_str(&text(run, width, all)).to_string()
}

/// The states of a history, in full.
fn outline(states: Vec<Node>) -> String {
    let execution = Node { name: "run".to_owned(), children: states, ..Node::default() };
    let run = Run { started: "then".to_owned(), error: None, execution, counts: vec![], transitions: None };
    let text = plain(&run, 80, true);
    text.lines().skip(2).collect::<Vec<_>>().join("\n")
}

/// Events as AWS writes them, a second apart: id, the event before, type and details.
async fn events(rows: Value) -> Vec<HistoryEvent> {
    let rows = rows.as_array().unwrap().iter().map(|row| {
        let kind = row[2].as_str().unwrap();
        let mut event = json!({"id": row[0], "previousEventId": row[1], "type": kind, "timestamp": row[0]});
        let (member, details) = match kind.split_once("State") {
            Some((_, what @ ("Entered" | "Exited"))) => {
                (format!("state{what}"), json!({"name": row[3], "input": row[4]}))
            }
            _ => (kind[..1].to_lowercase() + &kind[1..], row[3].clone()),
        };
        event[format!("{member}EventDetails")] = details;
        event
    });
    let answers = json!({"GetExecutionHistory": {EXECUTION: {"events": rows.collect::<Vec<_>>()}}});
    let history = client(answers).await.get_execution_history().execution_arn(EXECUTION).send().await.unwrap();
    history.events
}

#[tokio::test]
async fn a_run_of_the_local_aws_shows_what_failed_in_80_columns() {
    let answers: Value = serde_json::from_str(include_str!("../../fixtures/history/local.json")).unwrap();
    let arn = answers["ListMapRuns"].as_object().unwrap().keys().next().unwrap().clone();
    let run = super::read::run(&client(answers.clone()).await, &arn, false).await.unwrap();
    insta::assert_snapshot!("local-80", plain(&run, 80, false));
    let run = super::read::run(&client(answers).await, &arn, true).await.unwrap();
    insta::assert_snapshot!("local-120-all", plain(&run, 120, true));
}

#[tokio::test]
async fn iterations_that_run_at_the_same_time_are_told_apart_by_their_links() {
    let events = events(json!([
        [1, 0, "ExecutionStarted", {}],
        [2, 0, "MapStateEntered", "EachRegion", "{}"],
        [3, 2, "MapStateStarted", {"length": 3}],
        [4, 3, "MapIterationStarted", {"name": "EachRegion", "index": 0}],
        [5, 3, "MapIterationStarted", {"name": "EachRegion", "index": 1}],
        [6, 4, "TaskStateEntered", "ConfigureDhmc", "{\"region\": \"eu-west-1\"}"],
        [7, 5, "TaskStateEntered", "ConfigureDhmc", "{\"region\": \"us-east-1\"}"],
        [8, 6, "TaskScheduled", {}],
        [9, 7, "TaskScheduled", {}],
        [10, 9, "TaskFailed", {"error": "AccessDenied", "cause": "{\"errorMessage\": \"no\"}"}],
        [11, 8, "TaskSucceeded", {}],
        [12, 10, "TaskStateExited", "ConfigureDhmc"],
        [13, 11, "TaskStateExited", "ConfigureDhmc"],
        [14, 12, "PassStateEntered", "ConfigureDhmcFailed"],
        [15, 14, "PassStateExited", "ConfigureDhmcFailed"],
        [16, 13, "MapIterationSucceeded", {"name": "EachRegion", "index": 0}],
        [17, 15, "MapIterationSucceeded", {"name": "EachRegion", "index": 1}],
        [18, 16, "MapIterationStarted", {"name": "EachRegion", "index": 2}],
        [19, 18, "PassStateEntered", "Nothing", "{}"],
        [20, 19, "PassStateExited", "Nothing"],
        [21, 20, "MapIterationSucceeded", {"name": "EachRegion", "index": 2}],
        [22, 21, "MapStateSucceeded", {}],
        [23, 22, "MapStateExited", "EachRegion"],
        [24, 23, "SucceedStateEntered", "Done"],
        [25, 24, "SucceedStateExited", "Done"],
        [26, 25, "ExecutionSucceeded", {}],
    ]))
    .await;
    assert_eq!(transitions(&events), 6);
    insta::assert_snapshot!(outline(states(&events)));
}

#[tokio::test]
async fn branches_of_a_parallel_are_inside_of_it() {
    let events = events(json!([
        [1, 0, "ExecutionStarted", {}],
        [2, 0, "ParallelStateEntered", "Both", "{}"],
        [3, 2, "ParallelStateStarted", {}],
        [4, 3, "PassStateEntered", "One", "{\"region\": \"eu-west-1\"}"],
        [5, 3, "PassStateEntered", "Other", "{}"],
        [6, 4, "PassStateExited", "One"],
        [7, 5, "PassStateExited", "Other"],
        [8, 7, "ParallelStateSucceeded", {}],
        [9, 8, "ParallelStateExited", "Both"],
        [10, 9, "SucceedStateEntered", "Done"],
        [11, 10, "SucceedStateExited", "Done"],
        [12, 11, "ExecutionSucceeded", {}],
    ]))
    .await;
    insta::assert_snapshot!(outline(states(&events)));
}

#[tokio::test]
async fn attempts_are_counted_with_what_each_failed_with() {
    let events = events(json!([
        [1, 0, "ExecutionStarted", {}],
        [2, 0, "WaitStateEntered", "LetReplacedRunsFinish"],
        [122, 2, "WaitStateExited", "LetReplacedRunsFinish"],
        [123, 122, "TaskStateEntered", "AssumeRole", "{}"],
        [124, 123, "LambdaFunctionScheduled", {}],
        [125, 124, "LambdaFunctionStarted", {}],
        [126, 125, "LambdaFunctionFailed", {"error": "RoleNotReady", "cause": "not yet"}],
        [186, 126, "LambdaFunctionScheduled", {}],
        [187, 186, "LambdaFunctionTimedOut", {"error": "States.Timeout"}],
        [190, 187, "TaskScheduled", {}],
        [191, 190, "TaskTimedOut", {"error": "States.Timeout", "cause": "90 s are over"}],
        [192, 191, "TaskScheduled", {}],
        [193, 192, "TaskSucceeded", {}],
        [194, 193, "TaskStateExited", "AssumeRole"],
        [195, 194, "ChoiceStateEntered", "AnyRegionFailed"],
        [196, 195, "ChoiceStateExited", "AnyRegionFailed"],
        [197, 196, "FailStateEntered", "AccountIncomplete"],
        [198, 197, "ExecutionFailed", {"error": "AccountIncomplete", "cause": "dev (111122223333): failed in [\"eu-west-1\"]"}],
    ]))
    .await;
    assert_eq!(transitions(&events), 4 + 3);
    insta::assert_snapshot!(outline(states(&events)));
}

#[tokio::test]
async fn what_was_cut_off_says_where() {
    let begin = json!([
        [1, 0, "ExecutionStarted", {}],
        [2, 0, "MapStateEntered", "EachAccount", "{}"],
        [3, 2, "MapStateStarted", {"length": 1}],
        [4, 3, "MapIterationStarted", {"name": "EachAccount", "index": 0}],
        [5, 4, "TaskStateEntered", "ConfigureWindows", "\"eu-west-1\""],
        [6, 5, "TaskScheduled", {}],
    ]);
    let status =
        |states: &[Node]| (states[0].status, states[0].children[0].status, states[0].children[0].children[0].status);
    let running = states(&events(begin.clone()).await);
    assert_eq!(status(&running), (Status::Running, Status::Running, Status::Running));
    for (end, expected) in [
        (json!([7, 6, "ExecutionTimedOut", {"error": "States.Timeout"}]), Status::TimedOut),
        (json!([7, 6, "ExecutionAborted", {"error": "Stopped", "cause": "by hand"}]), Status::Aborted),
    ] {
        let mut rows = begin.clone();
        rows.as_array_mut().unwrap().push(end);
        let ended = states(&events(rows).await);
        assert_eq!(status(&ended), (expected, expected, expected));
        assert_eq!(ended[0].children[0].children[0].failures.len(), 1);
    }
}

#[tokio::test]
async fn an_error_that_nothing_in_the_iteration_catches_fails_iteration_and_map() {
    let states = states(
        &events(json!([
            [1, 0, "ExecutionStarted", {}],
            [2, 0, "MapStateEntered", "EachRegion", "{}"],
            [3, 2, "MapStateStarted", {"length": 1}],
            [4, 3, "MapIterationStarted", {"name": "EachRegion", "index": 0}],
            [5, 4, "TaskStateEntered", "ConfigureDhmc", "\"eu-west-1\""],
            [6, 5, "TaskScheduled", {}],
            [7, 6, "TaskFailed", {"error": "Lambda.Unknown"}],
            [8, 7, "MapIterationFailed", {"name": "EachRegion", "index": 0}],
            [9, 8, "MapStateFailed", {}],
            [10, 9, "MapStateExited", "EachRegion"],
            [11, 10, "PassStateEntered", "EachRegionFailed"],
            [12, 11, "PassStateExited", "EachRegionFailed"],
            [13, 12, "ExecutionSucceeded", {}],
        ]))
        .await,
    );
    insta::assert_snapshot!(outline(states));
}

#[tokio::test]
async fn of_a_thousand_accounts_the_first_are_read_and_the_others_counted() {
    let answers = answers::of_many(3, 997);
    let client = client(answers).await;
    let run = super::read::run(&client, EXECUTION, false).await.unwrap();
    let lines = plain(&run, 80, false);
    assert!(lines.contains("✗ FAILED-0 (111122223333)") && lines.contains("✓ SUCCEEDED-49 (111122223333)"), "{lines}");
    assert!(lines.contains("accounts: 3 failed, 997 succeeded"), "{lines}");
    assert!(lines.contains("└─ … and 947 more that succeeded"), "{lines}");
    assert_eq!(run.transitions, None, "not every history was read");
    assert_eq!(run.execution.children[0].children.len(), 3 + 50);
    let run = super::read::run(&client, EXECUTION, true).await.unwrap();
    assert_eq!(run.execution.children[0].children.len(), 1000);
    assert_eq!(run.transitions, Some(1 + 1000));
}

#[tokio::test]
async fn a_run_in_which_all_went_well_names_its_accounts_in_a_line_each() {
    let run = super::read::run(&client(answers::of_many(0, 2)).await, EXECUTION, false).await.unwrap();
    insta::assert_snapshot!(plain(&run, 80, false));
}
