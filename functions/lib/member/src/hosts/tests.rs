//! The calls that looking leads to, against a server that stands in for EC2 and Systems Manager.

use lambda::NamedError;
use patching::hosts::observation::{Invocation, PatchCounts};
use serde_json::{Value, json};
use support::Server;

use super::*;

const NOW: &str = "2026-11-28T12:00:00Z";
const HOST: &str = "i-0123456789abcdef0";
const ELSEWHERE: &str = "mi-0123456789abcdef0";

/// What a server answers beside the rest.
type Arrange<'a> = &'a dyn Fn(&Server);

async fn look(server: &Server) -> Result<Option<Observation>, CallError> {
    let owner_tag = OwnerTag::default();
    observe(&server.sdk_config(), &owner_tag, NOW.parse().unwrap()).await
}

/// The operations that were called, sorted.
fn asked(server: &Server) -> Vec<String> {
    let name = |target: &str| target.rsplit('.').next().unwrap().to_owned();
    let asked = server.asked().into_iter();
    let mut names: Vec<_> =
        asked.map(|asked| asked.header("x-amz-target").map_or_else(|| "DescribeInstances".to_owned(), name)).collect();
    names.sort();
    names
}

fn instances(ids_and_states: &[(&str, &str)]) -> String {
    let instance = |(id, state): &(&str, &str)| {
        format!(
            "<item><instancesSet><item><instanceId>{id}</instanceId><instanceState><name>{state}</name></instanceState>\
             </item></instancesSet></item>"
        )
    };
    let all: String = ids_and_states.iter().map(instance).collect();
    format!("<R><reservationSet>{all}</reservationSet></R>")
}

/// What the server answers to each of these, once.
fn answers(server: &Server, answers: &[(&str, Value)]) {
    for (operation, answer) in answers {
        server.answers_to(&format!(".{operation} "), 200, &answer.to_string());
    }
}

/// A cell with two hosts and a window that opened yesterday; `command` is what its one command came to.
fn cell(server: &Server, command: &Value) {
    server.answers_to("Action=DescribeInstances", 200, &instances(&[(HOST, "running"), ("i-00000002", "stopped")]));
    let node = |id: &str, ping: &str| {
        json!({
            "InstanceId": id, "PingStatus": ping, "LastPingDateTime": 1_795_000_000, "AgentVersion": "3.3.1611.0",
            "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ComputerName": "c", "Name": ""
        })
    };
    let state = json!({
        "InstanceId": HOST, "PatchGroup": "", "BaselineId": "pb-0123456789abcdef0", "Operation": "Scan",
        "OperationStartTime": 0, "OperationEndTime": 1_795_000_000.5, "MissingCount": 3, "FailedCount": -1
    });
    let window = json!({
        "WindowId": "mw-1", "Name": "sra_linux_maintenance", "Enabled": true, "NextExecutionTime": "2026-12-04T01:00Z",
        "CreatedDate": 1_794_000_000, "Schedule": "cron(0 1 ? * FRI *)", "ScheduleTimezone": "UTC", "ScheduleOffset": 2
    });
    let execution = json!({
        "WindowId": "mw-1", "WindowExecutionId": "e-1", "Status": "FAILED", "StatusDetails": "One or more failed.",
        "StartTime": 1_795_000_000, "EndTime": 1_795_000_600
    });
    let invocation =
        json!({"InvocationId": "n-1", "ExecutionId": "c-1", "Status": "FAILED", "StatusDetails": "Failed"});
    answers(
        server,
        &[
            (
                "DescribeInstanceInformation",
                json!({"InstanceInformationList": [node(HOST, "Online")], "NextToken": "t"}),
            ),
            ("DescribeInstanceInformation", json!({"InstanceInformationList": [node(ELSEWHERE, "ConnectionLost")]})),
            ("GetServiceSetting", json!({"ServiceSetting": {"SettingValue": "$None", "Status": "Default"}})),
            ("DescribeInstancePatchStates", json!({"InstancePatchStates": [state]})),
            (
                "DescribeMaintenanceWindows",
                json!({"WindowIdentities": [window.clone(), {"WindowId": "mw-2", "Name": "theirs"}]}),
            ),
            ("GetMaintenanceWindow", window),
            (
                "DescribeMaintenanceWindowTargets",
                json!({"Targets": [{
                    "WindowId": "mw-1", "WindowTargetId": "w-1", "Targets": [{"Key": "tag:InstanceOS", "Values": ["Linux"]}]
                }]}),
            ),
            ("DescribeMaintenanceWindowTasks", json!({"Tasks": [{"WindowId": "mw-1", "WindowTaskId": "k-1"}]})),
            (
                "GetMaintenanceWindowTask",
                json!({
                    "WindowId": "mw-1", "WindowTaskId": "k-1", "TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunPatchBaseline",
                    "Targets": [{"Key": "WindowTargetIds", "Values": ["w-1"]}],
                    "TaskInvocationParameters": {"RunCommand": {"Parameters": {"Operation": ["Install"]}}}
                }),
            ),
            ("DescribeMaintenanceWindowExecutions", json!({"WindowExecutions": [execution]})),
            (
                "DescribeMaintenanceWindowExecutionTasks",
                json!({"WindowExecutionTaskIdentities": [{"TaskExecutionId": "t-1", "Status": "FAILED"}]}),
            ),
            (
                "DescribeMaintenanceWindowExecutionTaskInvocations",
                json!({"WindowExecutionTaskInvocationIdentities": [invocation]}),
            ),
            ("ListCommands", json!({"Commands": [command]})),
            ("ListCommandInvocations", json!({"CommandInvocations": []})),
            (
                "GetDefaultPatchBaseline",
                json!({"BaselineId": "arn:aws:ssm:us-east-1:1:patchbaseline/pb-0123456789abcdef0"}),
            ),
            (
                "GetPatchBaseline",
                json!({
                    "BaselineId": "pb-0123456789abcdef0", "Name": "AWS-Default", "OperatingSystem": "AMAZON_LINUX_2023",
                    "ApprovalRules": {"PatchRules": [
                        {"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 7},
                        {"PatchFilterGroup": {"PatchFilters": []}, "ApproveUntilDate": "2026-01-01"},
                    ]},
                    "AvailableSecurityUpdatesComplianceStatus": "NON_COMPLIANT"
                }),
            ),
        ],
    );
    let tags = |value: &str| json!({"TagList": [{"Key": "createdBy", "Value": value}]}).to_string();
    server.answers_to(r#""ResourceId":"mw-1""#, 200, &tags("SRA_Patch_Management"));
    server.answers_to(r#""ResourceId":"mw-2""#, 200, &tags("them"));
    let elsewhere = format!(r#""ResourceId":"{ELSEWHERE}""#);
    server.answers_to(&elsewhere, 200, &json!({"TagList": [{"Key": "InstanceOS", "Value": "Linux"}]}).to_string());
}

fn command(status: &str, completed: u32, errors: u32) -> Value {
    json!({
        "CommandId": "c-1", "Status": status, "StatusDetails": status, "MaxErrors": "1", "TargetCount": 2,
        "CompletedCount": completed, "ErrorCount": errors, "DeliveryTimedOutCount": 0
    })
}

#[tokio::test]
async fn where_there_is_no_host_two_calls_say_so() {
    let server = Server::start().await;
    server.answers_to("Action=DescribeInstances", 200, &instances(&[]));
    answers(&server, &[("DescribeInstanceInformation", json!({"InstanceInformationList": []}))]);
    assert_eq!(look(&server).await.unwrap(), None);
    assert_eq!(asked(&server), ["DescribeInstanceInformation", "DescribeInstances"]);
}

#[tokio::test]
async fn everything_is_read_down_to_what_each_host_got() {
    let server = Server::start().await;
    let invocation = |host: &str, details: &str| json!({"InstanceId": host, "StatusDetails": details});
    answers(
        &server,
        &[
            ("ListCommandInvocations", json!({"CommandInvocations": [invocation(HOST, "Failed")], "NextToken": "t"})),
            ("ListCommandInvocations", json!({"CommandInvocations": [invocation(ELSEWHERE, "Terminated")]})),
        ],
    );
    cell(&server, &command("Failed", 2, 1));
    let found = look(&server).await.unwrap().unwrap();
    assert_eq!((found.dhmc, found.instances.len()), (None, 2));
    let [host, elsewhere] = found.nodes.as_slice() else { panic!("{:?}", found.nodes) };
    assert_eq!((host.id.as_str(), host.name.as_deref(), host.ping_status.as_str()), (HOST, Some("c"), "Online"));
    assert_eq!(elsewhere.tags["InstanceOS"], "Linux");
    let [state] = found.patch_states.as_slice() else { panic!("{:?}", found.patch_states) };
    assert_eq!(state.counts, PatchCounts { missing: 3, failed: -1, ..PatchCounts::default() });
    assert_eq!(state.ended_at.unwrap().to_string(), "2026-11-18T11:06:40.5Z");
    let [window] = found.windows.as_slice() else { panic!("{:?}", found.windows) };
    assert_eq!((window.name.as_str(), window.enabled), ("sra_linux_maintenance", true));
    let timing = (&*window.schedule, window.timezone.as_deref(), window.schedule_offset_days);
    assert_eq!(timing, ("cron(0 1 ? * FRI *)", Some("UTC"), Some(2)));
    assert_eq!(
        (&*window.targets[0].id, &window.targets[0].filters["tag:InstanceOS"]),
        ("w-1", &["Linux".into()].into())
    );
    let task = &window.tasks[0];
    assert_eq!((&*task.document, &*task.parameters["Operation"][0]), ("AWS-RunPatchBaseline", "Install"));
    assert_eq!(task.targets, ["w-1"]);
    assert_eq!(window.next_execution.as_deref(), Some("2026-12-04T01:00Z"));
    let [execution] = window.executions.as_slice() else { panic!("{:?}", window.executions) };
    let [command] = execution.commands.as_slice() else { panic!("{:?}", execution.commands) };
    assert_eq!((command.details.as_str(), command.targets, command.max_errors.as_deref()), ("Failed", 2, Some("1")));
    let got = |host: &str, details: &str| Invocation {
        host: host.into(),
        status_details: details.into(),
        requested_at: None,
    };
    assert_eq!(command.invocations, [got(HOST, "Failed"), got(ELSEWHERE, "Terminated")]);
    let mut baselines = found.baselines;
    baselines.sort_by(|one, other| one.id.cmp(&other.id));
    let [by_arn, by_id] = baselines.as_slice() else { panic!("{baselines:?}") };
    assert!(by_arn.is_default && by_id.is_default && by_id.id == state.baseline && by_arn.id.starts_with("arn:"));
    assert_eq!((by_id.approve_after_days, by_id.approves_nothing, by_id.approves_until), (Some(7), false, None));
    assert!(by_id.is_strict);
    let ids = server.asked().into_iter().find(|asked| asked.body.contains("InstanceIds")).unwrap().body;
    let ids: Value = serde_json::from_str(&ids).unwrap();
    assert_eq!(ids["InstanceIds"], json!(["i-00000002", HOST, ELSEWHERE]), "those that are, and were, managed");
    let since = server.asked().into_iter().find(|asked| asked.body.contains("ExecutedAfter")).unwrap().body;
    assert!(since.contains("2026-10-29T12:00:00Z"), "{since}");
}

/// A command is a success for Run Command though it could not be delivered to a host, which counts as completed.
#[tokio::test]
async fn a_command_that_is_a_success_is_read_host_by_host() {
    let server = Server::start().await;
    let undeliverable = json!({"InstanceId": ELSEWHERE, "StatusDetails": "Undeliverable"});
    answers(&server, &[("ListCommandInvocations", json!({"CommandInvocations": [undeliverable]}))]);
    cell(&server, &command("Success", 2, 0));
    let found = look(&server).await.unwrap().unwrap();
    let command = &found.windows[0].executions[0].commands[0];
    assert_eq!((command.details.as_str(), command.targets, command.is_gone), ("Success", 2, false));
    assert_eq!(command.invocations[0].status_details, "Undeliverable");
}

/// Rather nothing than half of it.
#[tokio::test]
async fn what_fails_at_any_call_fails_the_whole() {
    let server = Server::start().await;
    cell(&server, &command("Success", 2, 0));
    look(&server).await.unwrap();
    let mut operations = asked(&server);
    operations.dedup();
    assert_eq!(operations.len(), 17, "{operations:?}");
    for operation in operations {
        let server = Server::start().await;
        let refusal = json!({"__type": "AccessDeniedException", "message": "no"}).to_string();
        match operation.as_str() {
            "DescribeInstances" => {
                let refusal = "<R><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></R>";
                server.answers_to("Action=DescribeInstances", 403, refusal);
            }
            operation => server.answers_to(&format!(".{operation} "), 400, &refusal),
        }
        cell(&server, &command("Success", 2, 0));
        assert_eq!(look(&server).await.unwrap_err().name(), "AccessDenied", "{operation}");
    }
}

/// What concerns one host, or an ornament, is no reason to know nothing of all the others.
#[tokio::test]
async fn what_is_odd_about_one_thing_costs_that_and_no_more() {
    const OTHERS: &str = "arn:aws:ssm:us-east-1:2:patchbaseline/pb-0fedcba9876543210";
    let found = async |arrange: Arrange<'_>| {
        let server = Server::start().await;
        arrange(&server);
        cell(&server, &command("Success", 2, 0));
        look(&server).await.unwrap().unwrap()
    };
    let refusal = |code: &str| json!({"__type": code, "message": "no"}).to_string();
    let refused = |operation: &'static str, code: &'static str| {
        move |server: &Server| server.answers_to(&format!(".{operation} "), 400, &refusal(code))
    };
    let no_default = found(&refused("GetDefaultPatchBaseline", "ValidationException")).await;
    let [baseline] = no_default.baselines.as_slice() else { panic!("{no_default:?}") };
    assert!(!baseline.is_default, "the Region does not know the system");
    let no_setting = found(&refused("GetServiceSetting", "ServiceSettingNotFound")).await;
    assert_eq!((no_setting.dhmc, no_setting.nodes.len()), (None, no_default.nodes.len()));
    let state = json!({"InstanceId": HOST, "PatchGroup": "", "BaselineId": OTHERS, "Operation": "Scan",
                       "OperationStartTime": 1_795_000_000, "OperationEndTime": 1_795_000_060});
    let of_another_account = found(&|server| {
        answers(server, &[("DescribeInstancePatchStates", json!({"InstancePatchStates": [state]}))]);
        server.answers_to("pb-0fedcba9876543210", 400, &refusal("AccessDeniedException"));
    })
    .await;
    assert_eq!(of_another_account.patch_states[0].baseline, OTHERS);
    assert_eq!(of_another_account.baselines.len(), 1, "the default");
    let without_ping = found(&|server| {
        answers(server, &[("DescribeInstanceInformation", json!({"InstanceInformationList": [{"InstanceId": HOST}]}))]);
    })
    .await;
    assert_ne!(without_ping.nodes[0].ping_status, "Online");
}

#[tokio::test]
async fn an_answer_that_lacks_what_it_always_has_is_none() {
    for (operation, answer, lacking) in [
        ("DescribeInstanceInformation", json!({"InstanceInformationList": [{"PingStatus": "Online"}]}), "InstanceId"),
        (
            "DescribeInstancePatchStates",
            json!({"InstancePatchStates": [{"InstanceId": HOST, "Operation": "Scan"}]}),
            "BaselineId",
        ),
        ("DescribeMaintenanceWindows", json!({"WindowIdentities": [{"Name": "w"}]}), "WindowId"),
        (
            "DescribeMaintenanceWindowExecutions",
            json!({"WindowExecutions": [{"Status": "SUCCESS"}]}),
            "WindowExecutionId",
        ),
        ("DescribeMaintenanceWindowExecutions", json!({"WindowExecutions": [{"WindowExecutionId": "e"}]}), "Status"),
        (
            "DescribeMaintenanceWindowExecutionTasks",
            json!({"WindowExecutionTaskIdentities": [{"Status": "FAILED"}]}),
            "TaskExecutionId",
        ),
        ("ListCommands", json!({"Commands": [{"CommandId": "c-1"}]}), "StatusDetails"),
        ("GetDefaultPatchBaseline", json!({}), "BaselineId"),
        ("GetPatchBaseline", json!({"Name": "n"}), "OperatingSystem"),
        ("GetServiceSetting", json!({"ServiceSetting": {}}), "SettingValue"),
    ] {
        let server = Server::start().await;
        answers(&server, &[(operation, answer)]);
        cell(&server, &command("Success", 2, 0));
        let error = look(&server).await.unwrap_err();
        assert_eq!(
            (error.name(), error.message.as_str()),
            ("ServiceUnavailable", format!("the answer has no {lacking}").as_str())
        );
    }
}

#[tokio::test]
async fn what_was_never_sent_or_is_kept_no_more_has_the_tasks_own_word() {
    let refusal = json!({"__type": "InvalidCommandId"});
    let gone = |server: &Server| server.answers_to(".ListCommands ", 400, &refusal.to_string());
    let never_sent = |server: &Server| {
        let invocation = json!({"InvocationId": "n-1", "Status": "FAILED", "StatusDetails": "no such role"});
        let answer = json!({"WindowExecutionTaskInvocationIdentities": [invocation]});
        answers(server, &[("DescribeMaintenanceWindowExecutionTaskInvocations", answer)]);
    };
    let nobody = |server: &Server| {
        let task =
            json!({"TaskExecutionId": "t-1", "Status": "SUCCESS", "StatusDetails": "No invocations to execute."});
        let tasks = json!({"WindowExecutionTaskIdentities": [task]});
        let none = json!({"WindowExecutionTaskInvocationIdentities": []});
        answers(
            server,
            &[
                ("DescribeMaintenanceWindowExecutionTasks", tasks),
                ("DescribeMaintenanceWindowExecutionTaskInvocations", none),
            ],
        );
    };
    let cases: [(Arrange<'_>, _, _); 3] = [
        (&gone, ("FAILED", "Failed"), true),
        (&never_sent, ("FAILED", "no such role"), false),
        (&nobody, ("SUCCESS", "No invocations to execute."), false),
    ];
    for (arrange, expected, is_gone) in cases {
        let server = Server::start().await;
        arrange(&server);
        cell(&server, &command("Success", 2, 0));
        let found = look(&server).await.unwrap().unwrap();
        let command = &found.windows[0].executions[0].commands[0];
        assert_eq!((command.details.as_str(), command.task_details.as_deref()), (expected.0, Some(expected.1)));
        assert_eq!((command.targets, command.invocations.len(), command.is_gone), (0, 0, is_gone));
    }
}

#[tokio::test]
async fn a_baseline_of_dates_and_lists_approves_nothing_that_came_out_later() {
    let rule = |date: &str| json!({"PatchFilterGroup": {"PatchFilters": []}, "ApproveUntilDate": date});
    let rules = |rules: &[Value]| json!({"ApprovalRules": {"PatchRules": rules}});
    // 2026-11-18
    let listed = json!({"ApprovedPatches": ["KB1"], "ModifiedDate": 1_795_000_000});
    let mut both = rules(&[rule("2026-01-01")]);
    both.as_object_mut().unwrap().extend(listed.as_object().unwrap().clone());
    for (baseline, until) in [
        (rules(&[rule("2026-01-01"), rule("2026-02-01")]), Some("2026-02-01")),
        (rules(&[rule("2026-01-01"), json!({"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 0})]), None),
        (rules(&[rule("soon")]), Some("-009999-01-01")),
        (listed, Some("2026-11-18")),
        (both, Some("2026-11-18")),
    ] {
        let server = Server::start().await;
        let mut answer = json!({"BaselineId": "pb-0123456789abcdef0", "OperatingSystem": "AMAZON_LINUX_2023"});
        answer.as_object_mut().unwrap().extend(baseline.as_object().unwrap().clone());
        answers(&server, &[("GetPatchBaseline", answer)]);
        cell(&server, &command("Success", 2, 0));
        let found = look(&server).await.unwrap().unwrap();
        let until = until.map(|until| until.parse().unwrap());
        assert!(found.baselines.iter().all(|one| one.approves_until == until), "{:?}", found.baselines);
    }
}

#[tokio::test]
async fn patch_groups_are_listed_where_a_host_is_in_one() {
    let server = Server::start().await;
    let group = |name: &str| {
        let baseline = json!({"BaselineId": "pb-2", "BaselineName": "Strict", "OperatingSystem": "UBUNTU"});
        json!({"PatchGroup": name, "BaselineIdentity": baseline})
    };
    let elsewhere = format!(r#""ResourceId":"{ELSEWHERE}""#);
    server.answers_to(&elsewhere, 200, &json!({"TagList": [{"Key": "Patch Group", "Value": "web"}]}).to_string());
    answers(
        &server,
        &[
            ("DescribePatchGroups", json!({"Mappings": [group("web")], "NextToken": "t"})),
            ("DescribePatchGroups", json!({"Mappings": [group("db")], "NextToken": ""})),
        ],
    );
    cell(&server, &command("Success", 2, 0));
    let found = look(&server).await.unwrap().unwrap();
    let names: Vec<_> = found.patch_groups.iter().map(|group| (&*group.name, &*group.baseline_name)).collect();
    assert_eq!(names, [("web", "Strict"), ("db", "Strict")]);
}
