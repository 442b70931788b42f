//! Executions, tasks, commands.

use super::*;

#[test]
fn a_window_opens_by_its_own_schedule_and_its_command_is_found_from_the_execution() {
    let mut region = region((0..3).map(a_host), json!({}), json!({}));
    region.play("2026-11-27T05:59:59Z");
    assert!(region.holdings.history.executions.is_empty());
    region.play(SATURDAY);
    let execution = the_execution(&mut region);
    assert_eq!((&execution["Status"], &execution["StartTime"]), (&json!("SUCCESS"), &json!(1_795_759_200.0)));
    let task = the_task(&mut region);
    let ids = json!({ "WindowExecutionId": execution["WindowExecutionId"], "TaskId": task["TaskExecutionId"] });
    let invocations = region.ok(Operation::DescribeMaintenanceWindowExecutionTaskInvocations, ids);
    let invocations = invocations["WindowExecutionTaskInvocationIdentities"].as_array().unwrap();
    assert_eq!(invocations.len(), 1, "one for the target, not one for each host");
    let command = &invocations[0]["ExecutionId"];
    let parameters: Value = serde_json::from_str(invocations[0]["Parameters"].as_str().unwrap()).unwrap();
    assert_eq!((&parameters["documentName"], &parameters["maxErrors"]), (&json!("AWS-RunPatchBaseline"), &json!("1")));
    let commands = region.ok(Operation::ListCommands, json!({ "CommandId": command }));
    let told = &commands["Commands"][0];
    assert_eq!([&told["TargetCount"], &told["CompletedCount"], &told["ErrorCount"]], [3, 3, 0]);
    let hosts = region.ok(Operation::ListCommandInvocations, json!({ "CommandId": command }));
    assert_eq!(hosts["CommandInvocations"].as_array().unwrap().len(), 3);
    assert_eq!(fates(&region), [Fate::Success; 3]);
}

#[test]
fn the_second_error_stops_the_command_and_the_rest_is_terminated() {
    let hosts = (0..6).map(|number| that(number, Response::Fails));
    let mut region = region(hosts, json!({}), json!({ "MaxConcurrency": "1" }));
    region.play(SATURDAY);
    let count = |fate| fates(&region).into_iter().filter(|one| *one == fate).count();
    assert_eq!((count(Fate::Failed), count(Fate::Terminated)), (2, 4));
    assert_eq!(the_execution(&mut region)["Status"], "FAILED");
    let commands = region.ok(Operation::ListCommands, json!({}));
    assert_eq!(
        (&commands["Commands"][0]["ErrorCount"], &commands["Commands"][0]["StatusDetails"]),
        (&json!(2), &json!("Failed"))
    );
    let untouched = json!({ "Filters": [{ "key": "Status", "value": "Terminated" }] });
    let untouched = region.ok(Operation::ListCommandInvocations, untouched);
    assert_eq!(untouched["CommandInvocations"].as_array().unwrap().len(), 4);
}

#[test]
fn stopped_unmanaged_and_untagged_hosts_get_no_command() {
    let stopped =
        with_timeline(0, &[("2026-11-27T05:00:00Z", Happening::Stops), ("2026-11-27T13:00:00Z", Happening::Starts)]);
    let unmanaged = Host { node: None, ..a_host(1) };
    let mut region = region([stopped, unmanaged, tagged(a_host(2), "linux")], json!({}), json!({}));
    region.play(SATURDAY);
    assert_eq!(fates(&region), [Fate::Stopped, Fate::NotManaged, Fate::NotMatched]);
    let execution = the_execution(&mut region);
    assert_eq!(
        (&execution["Status"], &execution["StatusDetails"]),
        (&json!("SUCCESS"), &json!("No invocations to execute."))
    );
    assert_eq!(region.ok(Operation::ListCommands, json!({}))["Commands"], json!([]));
}

#[test]
fn a_window_without_tasks_has_none_to_execute() {
    let mut region = region([a_host(0)], json!({}), json!({}));
    region.holdings.windows[0].tasks.clear();
    region.play(SATURDAY);
    assert_eq!(the_execution(&mut region)["StatusDetails"], "No tasks to execute.");
}

#[test]
fn hosts_that_are_lost_or_do_not_take_commands_are_not_reached() {
    let mut lost = a_host(0);
    lost.node = Some(Node { ping_status: PingStatus::ConnectionLost, ..Node::default() });
    let hosts = [lost, that(1, Response::IsNotDelivered), that(2, Response::IsUndeliverable), a_host(3)];
    let mut region = region(hosts, json!({}), json!({}));
    region.play(SATURDAY);
    assert_eq!(fates(&region), [Fate::DeliveryTimedOut, Fate::DeliveryTimedOut, Fate::Undeliverable, Fate::Success]);
    let commands = region.ok(Operation::ListCommands, json!({}));
    let told = &commands["Commands"][0];
    assert_eq!((&told["DeliveryTimedOutCount"], &told["ErrorCount"]), (&json!(2), &json!(0)));
}

#[test]
fn a_command_that_could_not_be_delivered_to_a_host_is_a_success_all_the_same() {
    let mut region = region([that(0, Response::IsUndeliverable), a_host(1)], json!({}), json!({}));
    region.play(SATURDAY);
    let commands = region.ok(Operation::ListCommands, json!({}));
    let told = &commands["Commands"][0];
    assert_eq!(
        (&told["Status"], &told["CompletedCount"], &told["TargetCount"]),
        (&json!("Success"), &json!(2), &json!(2))
    );
    assert_eq!(the_execution(&mut region)["Status"], "SUCCESS");
}

#[test]
fn at_the_cutoff_what_is_to_be_cancelled_is_and_what_may_go_on_does() {
    let slow = |number| Host { conduct: Conduct { minutes: 200, ..Conduct::default() }, ..a_host(number) };
    let task = |behavior: &str| json!({ "MaxConcurrency": "1", "CutoffBehavior": behavior });
    // six hours, of which the last is cut off
    let mut cancelled = region((0..3).map(slow), json!({}), task("CANCEL_TASK"));
    cancelled.play(SATURDAY);
    let fates_of = |region: &Region| fates(region).into_iter().filter(|fate| *fate == Fate::Cancelled).count();
    assert_eq!((fates_of(&cancelled), &the_execution(&mut cancelled)["Status"]), (2, &json!("TIMED_OUT")));
    let mut goes_on = region((0..3).map(slow), json!({}), task("CONTINUE_TASK"));
    goes_on.play(SATURDAY);
    assert_eq!((fates_of(&goes_on), &the_execution(&mut goes_on)["Status"]), (0, &json!("SUCCESS")));
}

#[test]
fn a_run_that_is_not_over_makes_the_next_one_skip() {
    let slow = Host { conduct: Conduct { minutes: 400, ..Conduct::default() }, ..a_host(0) };
    let window = json!({ "Schedule": "rate(4 hours)", "ScheduleTimezone": null });
    let mut region = region([slow], window, json!({ "CutoffBehavior": "CONTINUE_TASK" }));
    region.play("2026-11-24T00:00:00Z");
    let executions = region.holdings.history.executions.iter();
    let statuses: Vec<_> = executions.map(|one| one.fields["Status"].as_str().unwrap()).collect();
    assert_eq!(statuses[..2], ["SUCCESS", "SKIPPED_OVERLAPPING"]);
    assert_eq!(fates(&region)[..2], [Fate::Success, Fate::WindowDidNotRun]);
}

#[test]
fn of_six_windows_at_once_five_run() {
    let mut region = region([a_host(0)], json!({}), json!({}));
    for _ in 1..6 {
        add_window(&mut region, json!({}), json!({}));
    }
    region.play(SATURDAY);
    assert_eq!(region.holdings.history.executions.len(), 5);
    assert_eq!(fates(&region).last(), Some(&Fate::WindowDidNotRun));
}

#[test]
fn a_role_that_lacks_permissions_or_a_stale_hash_fails_the_task() {
    let role = "arn:aws:iam::111122223333:role/patch-manager-task";
    let mut denied = region([a_host(0)], json!({}), json!({ "ServiceRoleArn": role }));
    denied.config.denied_task_roles = BTreeSet::from([role.to_owned()]);
    denied.play(SATURDAY);
    assert_eq!(fates(&denied), [Fate::WindowDidNotRun]);
    let task = the_task(&mut denied);
    let details = "The provided role does not contain the correct SSM permissions.";
    assert_eq!((&task["Status"], &task["StatusDetails"]), (&json!("FAILED"), &json!(details)));
    let command = json!({ "RunCommand": { "DocumentHash": "0".repeat(64), "DocumentHashType": "Sha256" } });
    let mut stale = region([a_host(0)], json!({}), json!({ "TaskInvocationParameters": command }));
    stale.play(SATURDAY);
    assert!(the_task(&mut stale)["StatusDetails"].as_str().unwrap().starts_with("InvalidDocument"));
}

#[test]
fn tasks_of_a_lower_priority_wait_and_are_not_begun_after_the_cutoff() {
    let slow = Host { conduct: Conduct { minutes: 400, ..Conduct::default() }, ..a_host(0) };
    let mut region = region([slow], json!({}), json!({ "Priority": 1, "CutoffBehavior": "CONTINUE_TASK" }));
    let (window, target) = {
        let window = &region.holdings.windows[0];
        (window.id.clone(), window.targets[0].id.clone())
    };
    let late = with(a_task(&window, &target), json!({ "Priority": 2, "TaskArn": "AWS-UpdateSSMAgent" }));
    region.ok(Operation::RegisterTaskWithMaintenanceWindow, late);
    region.play(SATURDAY);
    assert_eq!(fates(&region), [Fate::Success, Fate::WindowDidNotRun]);
    assert_eq!(the_execution(&mut region)["Status"], "TIMED_OUT");
}

#[test]
fn what_is_under_way_is_told_as_it_is_and_its_effects_come_later() {
    let minutes =
        |number: usize, minutes| Host { conduct: Conduct { minutes, ..Conduct::default() }, ..a_host(number) };
    let hosts = [minutes(0, 10), minutes(1, 50), minutes(2, 50)];
    let mut region = region(hosts, json!({}), json!({ "MaxConcurrency": "2" }));
    region.play("2026-11-27T06:30:00Z");
    assert_eq!(
        (&the_execution(&mut region)["Status"], the_task(&mut region).get("EndTime")),
        (&json!("IN_PROGRESS"), None)
    );
    let commands = region.ok(Operation::ListCommands, json!({}));
    let command = &commands["Commands"][0];
    let over = command["CompletedCount"].as_u64().unwrap();
    assert!(command["Status"] == "InProgress" && over < 3, "{command}");
    let patched = (0..3).filter(|number| state(&region, *number).is_some()).count();
    assert_eq!(u64::try_from(patched).unwrap(), over);
    region.play(SATURDAY);
    assert_eq!(the_execution(&mut region)["Status"], "SUCCESS");
    assert!((0..3).all(|number| state(&region, number).is_some()));
}

#[test]
fn a_window_that_is_off_does_not_open_and_an_old_run_is_forgotten() {
    let mut region = region([a_host(0)], json!({}), json!({}));
    region.play(SATURDAY);
    let window = region.holdings.windows[0].id.clone();
    region.ok(Operation::UpdateMaintenanceWindow, json!({ "WindowId": window, "Enabled": false }));
    region.play("2026-12-20T00:00:00Z");
    assert_eq!(region.holdings.history.executions.len(), 1);
    region.play("2026-12-28T00:00:00Z");
    assert_eq!(region.holdings.history.executions.len(), 0);
}

#[test]
fn the_same_seed_plays_the_same() {
    let play = || {
        let hosts = (0..20).map(|number| if number % 5 == 0 { that(number, Response::Fails) } else { a_host(number) });
        let mut region = region(hosts, json!({}), json!({ "MaxConcurrency": "3" }));
        region.play(SATURDAY);
        (fates(&region), region.holdings.hosts.iter().map(|held| held.host.clone()).collect::<Vec<_>>())
    };
    assert_eq!(play(), play());
}

#[test]
fn a_window_before_which_time_is_played_is_taken_to_have_been_there() {
    let mut region = region([], json!({}), json!({}));
    let window = json!({ "WindowId": region.holdings.windows[0].id });
    for (from, since) in [(SATURDAY, MONDAY), ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z")] {
        region.holdings.were_there(time(from));
        let found = region.ok(Operation::GetMaintenanceWindow, window.clone());
        let since = epoch_seconds(time(since));
        assert_eq!([&found["CreatedDate"], &found["ModifiedDate"]], [&since, &since], "{from}");
    }
}

/// The day that `cron` names is the Sunday before; the offset leads to the Friday.
#[test]
fn a_window_whose_cron_named_a_day_before_it_was_there_waits_for_the_next_one() {
    let mut region = region([], json!({ "Schedule": "cron(0 0 1 ? * SUN *)", "ScheduleOffset": 5 }), json!({}));
    let window = json!({ "WindowId": region.holdings.windows[0].id });
    let next =
        |region: &mut Region| region.ok(Operation::GetMaintenanceWindow, window.clone())["NextExecutionTime"].clone();
    assert_eq!(next(&mut region), "2026-12-04T06:00:00.000Z");
    region.play(SATURDAY);
    assert!(region.holdings.history.executions.is_empty());
    // Now the Sunday is one on which it was there, and only another schedule begins anew.
    region.play("2026-11-30T12:00:00Z");
    region.ok(Operation::UpdateMaintenanceWindow, with(window.clone(), json!({ "Description": "other" })));
    assert_eq!(next(&mut region), "2026-12-04T06:00:00.000Z");
    region.ok(Operation::UpdateMaintenanceWindow, with(window.clone(), json!({ "ScheduleOffset": 6 })));
    assert_eq!(next(&mut region), "2026-12-12T06:00:00.000Z");
    region.play("2026-12-11T00:00:00Z");
    assert!(region.holdings.history.executions.is_empty());
    region.play("2026-12-13T00:00:00Z");
    assert_eq!(region.holdings.history.executions.len(), 1);
}
