//! What is answered of executions and commands.

use serde_json::{Value, json};

use super::*;
use crate::derive;
use crate::operation::Operation;
use crate::testing::Region;

const WINDOW: &str = "mw-0123456789abcdef0";

fn uuid(what: &str, number: u64) -> String {
    derive::uuid(0, &[what], number)
}

fn at(day: u64) -> Value {
    json!(1_764_230_400 + day * 86_400)
}

/// One execution a day, each with a task that has two invocations.
fn region_with_executions(days: u64) -> Region {
    let mut region = Region::new();
    for day in 0..days {
        let status = if day % 2 == 0 { "SUCCESS" } else { "FAILED" };
        let common = json!({ "WindowExecutionId": uuid("execution", day), "Status": status, "StartTime": at(day) });
        let with = |more: Value| {
            let mut fields = common.clone();
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            fields
        };
        let invocations = (0..2).map(|number| {
            let ids = json!({ "InvocationId": uuid("invocation", number), "ExecutionId": uuid("command", day) });
            Record::new(number, with(ids), Vec::new())
        });
        let ids = json!({ "TaskExecutionId": uuid("task", day), "TaskType": "RUN_COMMAND" });
        let task = Record::new(1, with(ids), invocations.collect());
        let execution = Record::new(day + 1, with(json!({ "WindowId": WINDOW })), vec![task]);
        region.holdings.history.executions.push(execution);
    }
    region
}

fn executions(region: &mut Region, filters: &Value) -> usize {
    let input = json!({ "WindowId": WINDOW, "Filters": filters });
    region.ok(Operation::DescribeMaintenanceWindowExecutions, input)["WindowExecutions"].as_array().unwrap().len()
}

#[test]
fn executions_are_found_by_window_and_time() {
    let mut region = region_with_executions(10);
    assert_eq!(executions(&mut region, &json!([])), 10);
    let after = |time: &str| json!({ "Key": "ExecutedAfter", "Values": [time] });
    // the first was on 2025-11-27
    assert_eq!(executions(&mut region, &json!([after("2025-12-01T00:00:00Z")])), 6);
    let before = json!({ "Key": "ExecutedBefore", "Values": ["2025-12-03T00:00:00Z"] });
    assert_eq!(executions(&mut region, &json!([after("2025-12-01T00:00:00Z"), before])), 2);
    let other = json!({ "WindowId": "mw-ffffffffffffffff0" });
    let other = region.ok(Operation::DescribeMaintenanceWindowExecutions, other);
    assert_eq!(other["WindowExecutions"], json!([]));
}

#[test]
fn a_time_or_a_filter_that_is_none_is_refused() {
    let mut region = region_with_executions(1);
    for filter in
        [json!({ "Key": "ExecutedAfter", "Values": ["yesterday"] }), json!({ "Key": "Status", "Values": ["x"] })]
    {
        let input = json!({ "WindowId": WINDOW, "Filters": [filter] });
        assert_eq!(region.refused(Operation::DescribeMaintenanceWindowExecutions, input).code, "ValidationException");
    }
}

#[test]
fn tasks_and_their_invocations_are_found_by_the_ids_of_what_they_are_part_of() {
    let mut region = region_with_executions(2);
    let execution = json!({ "WindowExecutionId": uuid("execution", 1) });
    let tasks = region.ok(Operation::DescribeMaintenanceWindowExecutionTasks, execution);
    let task = &tasks["WindowExecutionTaskIdentities"][0];
    assert_eq!((&task["TaskExecutionId"], &task["Status"]), (&json!(uuid("task", 1)), &json!("FAILED")));
    let ids = json!({ "WindowExecutionId": uuid("execution", 1), "TaskId": uuid("task", 1) });
    let invocations = region.ok(Operation::DescribeMaintenanceWindowExecutionTaskInvocations, ids);
    let invocations = invocations["WindowExecutionTaskInvocationIdentities"].as_array().unwrap();
    assert_eq!(invocations.len(), 2);
    assert_eq!(invocations[0]["ExecutionId"], uuid("command", 1));
    for (execution, task) in [(uuid("execution", 9), uuid("task", 1)), (uuid("execution", 1), uuid("task", 0))] {
        let ids = json!({ "WindowExecutionId": execution, "TaskId": task });
        let refused = region.refused(Operation::DescribeMaintenanceWindowExecutionTaskInvocations, ids);
        assert_eq!(refused.code, "DoesNotExistException");
    }
}

/// Two commands with three invocations each.
fn region_with_commands() -> Region {
    let mut region = Region::new();
    for number in 0..2 {
        let common = json!({ "CommandId": uuid("command", number), "RequestedDateTime": at(number), "DocumentName": "AWS-RunPatchBaseline" });
        let with = |status: &str, details: &str, host: Option<String>| {
            let mut fields = common.clone();
            (fields["Status"], fields["StatusDetails"]) = (status.into(), details.into());
            if let Some(host) = host {
                fields["InstanceId"] = host.into();
            }
            fields
        };
        let details = [("Success", "Success"), ("Failed", "Failed"), ("TimedOut", "DeliveryTimedOut")];
        let invocations = (0..).zip(details).map(|(place, (status, details))| {
            let host = format!("i-{place:017x}");
            Record::new(number * 10 + place + 1, with(status, details, Some(host)), Vec::new())
        });
        let status = if number == 0 { "Failed" } else { "InProgress" };
        let command = Record::new(number + 1, with(status, status, None), invocations.collect());
        region.holdings.history.commands.push(command);
    }
    region
}

#[track_caller]
fn count(region: &mut Region, operation: Operation, input: Value) -> usize {
    let member = if operation == Operation::ListCommands { "Commands" } else { "CommandInvocations" };
    region.ok(operation, input)[member].as_array().unwrap().len()
}

#[test]
fn commands_are_found_by_id_host_and_filters() {
    let mut region = region_with_commands();
    let mut found = |input: Value| count(&mut region, Operation::ListCommands, input);
    let by = |key: &str, value: &str| json!({ "Filters": [{ "key": key, "value": value }] });
    assert_eq!(found(json!({})), 2);
    assert_eq!(found(json!({ "CommandId": uuid("command", 1) })), 1);
    assert_eq!(found(json!({ "CommandId": uuid("command", 7) })), 0);
    assert_eq!(found(json!({ "InstanceId": "i-00000000000000002" })), 2);
    assert_eq!(found(json!({ "InstanceId": "i-00000000000000009" })), 0);
    assert_eq!(found(by("Status", "InProgress")), 1);
    assert_eq!(found(by("ExecutionStage", "Complete")), 1);
    assert_eq!(found(by("InvokedAfter", "2025-11-28T00:00:00Z")), 1);
    assert_eq!(found(by("DocumentName", "AWS-UpdateSSMAgent")), 0);
}

#[test]
fn invocations_are_found_by_what_is_told_in_detail_too() {
    let mut region = region_with_commands();
    let mut found = |input: Value| count(&mut region, Operation::ListCommandInvocations, input);
    assert_eq!(found(json!({})), 6);
    assert_eq!(found(json!({ "CommandId": uuid("command", 0) })), 3);
    let late = json!({ "Filters": [{ "key": "Status", "value": "DeliveryTimedOut" }] });
    assert_eq!(found(late), 2);
    let late = json!({ "Filters": [{ "key": "Status", "value": "TimedOut" }], "CommandId": uuid("command", 0) });
    assert_eq!(found(late), 1);
    let refused = region.refused(Operation::ListCommandInvocations, json!({ "MaxResults": 51 }));
    assert_eq!(refused.code, "ValidationException");
}

#[test]
fn invocations_come_in_pages_across_commands() {
    let mut region = region_with_commands();
    region.config.page_size = Some(2);
    let (mut hosts, mut input) = (0, json!({}));
    loop {
        let page = region.ok(Operation::ListCommandInvocations, input);
        hosts += page["CommandInvocations"].as_array().unwrap().len();
        match page["NextToken"].as_str().unwrap() {
            "" => break,
            token => input = json!({ "NextToken": token }),
        }
    }
    assert_eq!(hosts, 6);
}
