//! What the script does, and says.

use std::collections::BTreeSet;
use std::io::Write;

use local_aws::LocalAws;
use serde_json::{Value, json};

const STACK: &str = "patch-manager";
/// More than fit into one parameter of a template.
const WINDOWS: usize = 12;

pub(crate) async fn a_second_time_it_changes_nothing_and_says_where_to_look(aws: &LocalAws) {
    let before = executions(aws).await;
    let said = aws.script.deploy(&[]).await.unwrap();
    // The stack, and what hands on the organization's events.
    assert_eq!(said.matches("nothing to change").count(), 2, "{said}");
    assert!(said.contains("The artifacts are in s3://"), "{said}");
    assert_eq!(executions(aws).await, before, "another rollout was started");
    let machine = &aws.deployment().unwrap().state_machine;
    let region = &aws.clients.home_region;
    for link in [
        format!("console.aws.amazon.com/states/home?region={region}#/statemachines/view/{machine}"),
        "#/v2/executions/details/arn:aws:states:".to_owned(),
        format!("console.aws.amazon.com/s3/object/{}?", aws.deployment().unwrap().data_bucket),
        "#dashboards/dashboard/patch-manager".to_owned(),
    ] {
        assert!(said.contains(&link), "no {link} in {said}");
    }
}

pub(crate) async fn it_checks_without_deploying(aws: &LocalAws) {
    let before = status(aws).await;
    let said = aws.script.deploy(&["--validate", "Timezone=Europe/Berlin"]).await.unwrap();
    for valid in ["main.yaml is valid", "control-plane.yaml is valid", "rollout.asl.json is valid", "All valid"] {
        assert!(said.contains(valid), "no {valid} in {said}");
    }
    assert_eq!(status(aws).await, before);
}

pub(crate) async fn it_refuses_what_does_not_go_together(aws: &LocalAws) {
    let before = status(aws).await;
    for (arguments, problem) in [
        (&["ControlTowerRegionsOnly=true"][..], "ControlTowerRegionsOnly and Regions are two ways to name the Regions"),
        (&["LinuxCutoffHours=24"], "LinuxCutoffHours"),
        (&["LinuxMaxErrors=1"], "main.yaml has no parameter LinuxMaxErrors; what a window can have"),
        (&["--architecture", "mips"], "--architecture is arm64 or x86_64"),
        (&["--policy", "/nowhere"], "/nowhere cannot be read"),
    ] {
        let error = aws.script.deploy(arguments).await.unwrap_err().to_string();
        assert!(error.contains(problem), "no {problem} in {error}");
    }
    assert_eq!(status(aws).await, before);
}

/// The nested stack's own events have it; its parent only says which resource failed.
pub(crate) async fn it_tells_why_a_nested_stack_failed(aws: &LocalAws) {
    let error = aws.script.deploy(&["LinuxCutoffHours=6"]).await.unwrap_err().to_string();
    assert!(error.contains("UPDATE_ROLLBACK_COMPLETE"), "{error}");
    assert!(error.contains("ControlPlane: Embedded stack"), "{error}");
    assert!(
        error.contains("Rollout: ") && error.contains("$.windows[2].cutoffHours: 6 — allowed: less than"),
        "{error}"
    );
}

pub(crate) async fn a_policy_file_sets_up_any_number_of_windows(aws: &LocalAws) {
    let windows: Vec<Value> = (0..WINDOWS).map(window).collect();
    let policy = json!({
        "scope": { "regions": [aws.organization.regions[0]] },
        "windows": windows,
        "dhmc": { "enabled": true, "role": "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom" },
        "taskRole": "patch-manager-task",
        "ownerTag": { "key": "createdBy", "value": "SRA_Patch_Management" },
    });
    assert!(policy.to_string().len() > 4096);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(serde_json::to_string_pretty(&policy).unwrap().as_bytes()).unwrap();
    aws.script.deploy(&["--policy", file.path().to_str().unwrap(), "DisablePatchManager=false"]).await.unwrap();
    let held = held_names(aws).await;
    assert_eq!(held, (0..WINDOWS).map(|number| format!("window_{number}")).collect());
}

fn window(number: usize) -> Value {
    json!({
        "name": format!("window_{number}"),
        "description": "A quote \" and a backslash \\, which parameters of the template do not take",
        "schedule": "cron(0 0 2 ? * SUN *)", "timezone": "UTC", "durationHours": 3, "cutoffHours": 1,
        "target": { "key": "tag:Patch Group", "values": [format!("group {number}")] },
        "task": {
            "name": format!("patch_{number}"), "document": "AWS-RunPatchBaseline",
            "parameters": { "Operation": ["Scan"], "RebootOption": ["NoReboot"] },
        },
    })
}

pub(crate) async fn it_deletes_the_stack_and_resets_what_it_is_told_to(aws: &LocalAws) {
    assert!(!held_names(aws).await.is_empty());
    let said = aws.script.deploy(&["--delete", "reset"]).await.unwrap();
    assert!(said.contains("Kept: the reports in s3://"), "{said}");
    assert_eq!(held_names(aws).await, BTreeSet::new());
    assert_eq!(dhmc_roles(aws).await, ["$None".to_owned()].into());
    let error = aws.script.deploy(&["--delete", "keep"]).await.unwrap_err().to_string();
    assert!(error.contains("there is no stack patch-manager"), "{error}");
}

pub(crate) async fn it_deletes_what_was_deployed_once_more_and_keeps_what_it_is_told_to(aws: &LocalAws) {
    let before = dhmc_roles(aws).await;
    assert!(before.iter().any(|role| role != "$None"), "{before:?}");
    assert!(!held_names(aws).await.is_empty());
    aws.script.deploy(&["--delete", "keep"]).await.unwrap();
    assert_eq!((held_names(aws).await, dhmc_roles(aws).await), (BTreeSet::new(), before));
}

/// The names of all windows of the organization.
async fn held_names(aws: &LocalAws) -> BTreeSet<String> {
    let state = aws.simulator.state().await.unwrap();
    let windows = state.0.iter().flat_map(|one| &one.windows);
    windows.map(|window| window.window["Name"].as_str().unwrap().to_owned()).collect()
}

/// What the setting is, somewhere in the organization.
async fn dhmc_roles(aws: &LocalAws) -> BTreeSet<String> {
    let state = aws.simulator.state().await.unwrap();
    state.0.iter().map(|one| one.dhmc_role.clone()).collect()
}

async fn executions(aws: &LocalAws) -> usize {
    let machine = &aws.deployment().unwrap().state_machine;
    aws.clients.sfn().list_executions().state_machine_arn(machine).send().await.unwrap().executions.len()
}

/// The stack's status and when it was changed.
async fn status(aws: &LocalAws) -> String {
    let described = aws.clients.cloudformation().describe_stacks().stack_name(STACK).send().await.unwrap();
    let stack = &described.stacks()[0];
    format!("{:?} {:?}", stack.stack_status(), stack.last_updated_time())
}
