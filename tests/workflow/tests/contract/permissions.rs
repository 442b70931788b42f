//! Roles name what is there, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use workflow::functions::{self, pascal};
use workflow::{read, template};

/// Allowed though no code names it, with the reason.
const NOT_CALLED: [(&str, &str); 2] = [
    ("iam:PassRole", "checked when a request names a role"),
    ("ssm:AddTagsToResource", "checked when CreateMaintenanceWindow names tags"),
];

/// What looking at hosts has in common with setting up.
const SHARED: [&str; 7] = [
    "ssm:DescribeMaintenanceWindowTargets",
    "ssm:DescribeMaintenanceWindowTasks",
    "ssm:DescribeMaintenanceWindows",
    "ssm:GetMaintenanceWindow",
    "ssm:GetMaintenanceWindowTask",
    "ssm:GetServiceSetting",
    "ssm:ListTagsForResource",
];

#[test]
fn the_member_role_allows_what_the_functions_call_there_and_nothing_else() {
    let role = member_role();
    let mut allowed = template::actions(&role);
    for (action, reason) in NOT_CALLED {
        assert!(allowed.remove(action), "{action}: {reason}");
    }
    let mut called = functions::operations();
    called
        .retain(|operation| ["account:", "ec2:", "iam:", "ssm:"].iter().any(|service| operation.starts_with(service)));
    called.remove("ssm:GetParameter"); // of the management account
    for looking in functions::looking() {
        assert!(called.remove(&looking) || SHARED.contains(&looking.as_str()), "{looking}");
    }
    called.extend(SHARED.map(ToOwned::to_owned));
    assert_eq!(allowed, called);
}

#[test]
fn the_inspection_role_allows_what_looking_at_hosts_calls_and_changes_nothing() {
    let allowed = template::actions(&inspection_role());
    let called: BTreeSet<_> = functions::looking().into_iter().chain(SHARED.map(ToOwned::to_owned)).collect();
    assert_eq!(allowed, called);
    let reads = |action: &String| ["Describe", "Get", "List"].iter().any(|verb| action.contains(&format!(":{verb}")));
    assert!(allowed.iter().all(reads), "{allowed:?}");
}

#[test]
fn a_functions_role_allows_what_the_function_calls_and_nothing_else() {
    for name in functions::names() {
        let mut allowed = template::actions(&function_role(&name));
        allowed.retain(|action| !["logs:", "xray:"].iter().any(|service| action.starts_with(service)));
        assert_eq!(allowed, functions::own_operations(&name), "{name}");
    }
}

#[test]
fn each_role_in_an_account_trusts_the_functions_that_assume_it_and_no_others() {
    let (configuration, inspection) = (trusted(&member_role()), trusted(&inspection_role()));
    assert_eq!(configuration, assuming("${RolePath}${MemberRoleName}"));
    assert_eq!(inspection, assuming("${RolePath}${ResourcePrefix}-inspection"));
    assert!(configuration.is_disjoint(&inspection) && configuration.len() + inspection.len() == 5);
}

fn trusted(role: &Value) -> BTreeSet<String> {
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    let arns = template::list(&trust["Condition"]["ArnLike"]["aws:PrincipalArn"]);
    let names = |beginning: &str| -> BTreeSet<String> {
        let arns = arns.iter().filter_map(|arn| arn["Fn::Sub"].as_str()?.split_once(beginning));
        arns.map(|(_, name)| name.trim_end_matches("/*").to_owned()).collect()
    };
    let roles = names(":role/${RolePath}${FunctionRolePrefix}-");
    assert_eq!(roles, names(":assumed-role/${FunctionRolePrefix}-"), "sessions of the same");
    roles
}

/// The functions that may assume the role of this name, and no other.
fn assuming(role: &str) -> BTreeSet<String> {
    let assumes = |name: &String| {
        let statements = template::statements(&function_role(name));
        let mut assumed = statements.iter().filter(|statement| statement["Action"] == "sts:AssumeRole");
        assumed.any(|statement| {
            statement["Resource"]["Fn::Sub"].as_str().is_some_and(|arn| arn.ends_with(&format!(":role/{role}")))
        })
    };
    functions::names().into_iter().filter(assumes).collect()
}

#[test]
fn maintenance_windows_can_assume_the_task_role_whatever_they_say_of_themselves() {
    let role = template::load("member-roles.yaml")["Resources"]["TaskRole"]["Properties"].clone();
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"], json!({ "Service": "ssm.amazonaws.com" }));
    assert_eq!(trust["Condition"], Value::Null);
}

/// The resource types of `SendCommand`: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
#[test]
fn a_task_may_send_commands_with_all_that_a_command_is_authorized_for() {
    let role = template::load("member-roles.yaml")["Resources"]["TaskRole"]["Properties"].clone();
    let sending = template::statements(&role).into_iter().filter(|one| one["Action"] == "ssm:SendCommand");
    let allowed = sending.map(|one| one["Resource"].to_string()).collect::<String>();
    for resource in [":document/", ":ec2:*:${AWS::AccountId}:instance/*", ":managed-instance/*", ":s3:::*"] {
        assert!(allowed.contains(resource), "{resource} is not in {allowed}");
    }
}

#[test]
fn the_role_for_dhmc_outlives_the_stacks_that_a_deletion_takes() {
    let of_dhmc =
        |file: &String| read(format!("templates/{file}")).contains("AmazonSSMManagedEC2InstanceDefaultPolicy");
    assert_eq!(template::files().into_iter().filter(of_dhmc).collect::<Vec<_>>(), ["dhmc-role.yaml"]);
    let stack_set = template::load("org-dhmc-roles.yaml")["Resources"]["MemberAccountRoles"].clone();
    assert_eq!(stack_set["Properties"]["AutoDeployment"]["RetainStacksOnAccountRemoval"], true);
    let role = template::load("dhmc-role.yaml")["Resources"]["DhmcRole"].clone();
    assert_eq!(role["UpdateReplacePolicy"], "Retain", "a setting names it until the next rollout");
}

#[test]
fn windows_are_changed_only_with_the_owner_tag() {
    let changing = template::statements(&member_role()).into_iter().filter(|statement| {
        let actions = template::list(&statement["Action"]);
        let resources = statement["Resource"].to_string();
        !resources.contains("windowtarget/*") && actions.iter().filter_map(Value::as_str).any(changes_a_window)
    });
    let conditions: Vec<_> = changing.map(|statement| statement["Condition"]["StringEquals"].clone()).collect();
    assert_eq!(conditions.len(), 3);
    for condition in conditions {
        let (key, value) = condition.as_object().unwrap().iter().next().unwrap();
        assert!(key.to_lowercase().ends_with("tag/${ownertagkey}"), "{key}");
        assert_eq!(value, "${OwnerTagValue}");
    }
}

#[test]
fn the_state_machine_may_invoke_its_functions_and_no_others() {
    let statements = template::statements(&template::properties("RolloutRole"));
    let invoking = statements.iter().find(|statement| statement["Action"] == "lambda:InvokeFunction").unwrap();
    let named: BTreeSet<_> = template::list(&invoking["Resource"]).iter().map(Value::to_string).collect();
    let arn = |name: &String| template::function_arn(name).to_string();
    assert_eq!(named, functions::states().iter().map(arn).collect());
}

#[test]
fn the_state_machine_may_redrive_the_children_of_a_run_that_was_aborted() {
    let statements = template::statements(&template::properties("RolloutRole"));
    let may = |statement: &&Value| template::list(&statement["Action"]).contains(&"states:RedriveExecution".into());
    let redriving: Vec<_> = statements.iter().filter(may).collect();
    assert_eq!(redriving.len(), 1);
    assert!(redriving[0]["Resource"].to_string().contains(":execution:"), "{:?}", redriving[0]);
}

#[test]
fn what_starts_rollouts_may_start_this_machine_and_do_nothing_else() {
    let machine = json!({ "Ref": "RolloutStateMachine" });
    for (role, others) in [("EventsRole", vec![]), ("ScheduleRole", vec!["sqs:SendMessage"])] {
        let role = template::properties(role);
        let expected: BTreeSet<_> = others.into_iter().chain(["states:StartExecution"]).map(String::from).collect();
        assert_eq!(template::actions(&role), expected);
        let starting = template::statements(&role).into_iter().find(|one| one["Action"] == "states:StartExecution");
        assert_eq!(starting.unwrap()["Resource"], machine);
    }
    let starting = template::statements(&template::properties("StartRolloutRole"))
        .into_iter()
        .find(|statement| template::list(&statement["Action"]).contains(&"states:StartExecution".into()));
    assert_eq!(starting.unwrap()["Resource"], machine);
}

#[test]
fn both_templates_agree_on_the_names_that_they_share() {
    let (main, member) = (template::load("main.yaml"), template::load("member-roles.yaml"));
    let dhmc = template::load("dhmc-role.yaml")["Parameters"]["DhmcRoleName"].clone();
    for member in
        [&member["Parameters"]["DhmcRoleName"], &template::load("org-dhmc-roles.yaml")["Parameters"]["DhmcRoleName"]]
    {
        assert_eq!(dhmc["Default"], member["Default"]);
        assert_eq!(dhmc["AllowedPattern"], member["AllowedPattern"]);
    }
    for name in ["MemberRoleName", "TaskRoleName", "DhmcRoleName", "OwnerTagKey", "OwnerTagValue", "Documents"] {
        assert_eq!(main["Parameters"][name]["Default"], member["Parameters"][name]["Default"], "{name}");
        assert_eq!(main["Parameters"][name]["AllowedPattern"], member["Parameters"][name]["AllowedPattern"], "{name}");
    }
    assert_eq!(main["Parameters"]["ResourcePrefix"]["Default"], member["Parameters"]["FunctionRolePrefix"]["Default"]);
}

fn member_role() -> Value {
    template::load("member-roles.yaml")["Resources"]["ConfigurationRole"]["Properties"].clone()
}

fn inspection_role() -> Value {
    template::load("member-roles.yaml")["Resources"]["InspectionRole"]["Properties"].clone()
}

fn function_role(name: &str) -> Value {
    template::properties(&format!("{}Role", pascal(name)))
}

fn changes_a_window(action: &str) -> bool {
    let reads = ["ssm:Describe", "ssm:Get"].iter().any(|reading| action.starts_with(reading));
    action == "ssm:AddTagsToResource" || (action.contains("MaintenanceWindow") && !reads)
}
