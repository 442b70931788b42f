//! What a first and a second run cost and leave behind.

use std::time::Duration;

use patching::outcome::WindowStatus;
use serde_json::json;
use workflow::cell::{Cell, install, policy, policy_with, window};

const LATENCY: Duration = Duration::from_millis(40);

#[tokio::test]
async fn a_first_run_sets_three_windows_up_in_nine_writing_calls_and_five_round_trips() {
    let cell = Cell::with_latency(LATENCY).await;
    let (response, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    cell.assert_is(&policy());
    assert_eq!(calls.writing().0.len(), 9, "{:?}", calls.counts());
    assert!(calls.round_trips() <= 5, "{} round trips", calls.round_trips());
    assert!(response.windows.iter().all(|window| window.status == WindowStatus::Created));
    assert!(response.windows.iter().all(|window| window.id.is_some() && window.next_execution.is_some()));
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_takes_four_round_trips() {
    let cell = Cell::with_latency(LATENCY).await;
    cell.roll_out(&policy()).await;
    let before = cell.state();
    let (response, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!(calls.writing().counts(), [].into());
    assert!(calls.round_trips() <= 4, "{} round trips", calls.round_trips());
    assert!(response.windows.iter().all(|window| window.status == WindowStatus::Unchanged));
    assert!(response.windows.iter().all(|window| window.next_execution.is_some()));
    assert_eq!(cell.state(), before);
}

#[tokio::test]
async fn small_pages_make_no_difference() {
    let cell = Cell::new().await;
    cell.simulator.configure(serde_json::from_value(json!({"pageSize": 1})).unwrap());
    cell.roll_out(&policy()).await;
    cell.assert_is(&policy());
    let (_, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!(calls.writing().counts(), [].into());
}

#[tokio::test]
async fn every_field_of_the_policy_reaches_ssm() {
    let cell = Cell::new().await;
    let mut everything = window("one-window", "TUE#2", "AWS-RunPatchBaseline", &install());
    everything["description"] = "a window".into();
    everything["scheduleOffsetDays"] = 3.into();
    everything["enabled"] = false.into();
    everything["target"]["name"] = "the-target".into();
    everything["target"]["description"] = "a target".into();
    everything["task"]["description"] = "a task".into();
    everything["task"]["documentVersion"] = "1".into();
    everything["task"]["maxConcurrency"] = "10%".into();
    everything["task"]["maxErrors"] = "0".into();
    everything["task"]["timeoutSeconds"] = 1200.into();
    everything["task"]["priority"] = 4.into();
    everything["task"]["cutoffBehavior"] = "CANCEL_TASK".into();
    everything["task"]["output"] = json!({"s3Bucket": "some-bucket", "s3Prefix": "a/b", "cloudWatchLogGroup": "group"});
    let policy = policy_with(&json!({"windows": [everything], "pinDocumentHash": true}));
    cell.roll_out(&policy).await;
    cell.assert_is(&policy);
    let found = cell.window("one-window");
    let expected = json!({"Description": "a window", "ScheduleOffset": 3, "ScheduleTimezone": "America/New_York",
        "Cutoff": 1, "AllowUnassociatedTargets": false, "Enabled": false});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&found.window[field], value, "{field}");
    }
    assert_eq!(
        (&found.targets[0]["Name"], &found.targets[0]["Description"]),
        (&json!("the-target"), &json!("a target"))
    );
    let expected = json!({"Description": "a task", "MaxConcurrency": "10%", "MaxErrors": "0", "Priority": 4,
        "CutoffBehavior": "CANCEL_TASK", "TaskType": "RUN_COMMAND"});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&found.tasks[0][field], value, "{field}");
    }
    let command = workflow::cell::run_command(&found.tasks[0]);
    let expected = json!({"TimeoutSeconds": 1200, "OutputS3BucketName": "some-bucket", "OutputS3KeyPrefix": "a/b",
        "DocumentVersion": "1", "DocumentHashType": "Sha256",
        "CloudWatchOutputConfig": {"CloudWatchLogGroupName": "group", "CloudWatchOutputEnabled": true}});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&command[field], value, "{field}");
    }
    let (_, calls) = cell.calls_of(cell.roll_out(&policy)).await;
    assert_eq!(calls.writing().counts(), [].into(), "and a second run finds it all as it should be");
}
