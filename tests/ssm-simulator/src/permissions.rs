//! Which permissions an operation takes, on which resource, with which context keys.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>

use std::collections::BTreeMap;

use serde_json::Value;

use crate::authorization::resource_tags;
use crate::baselines::system_of;
use crate::operation::Operation;
use crate::settings::DHMC_SETTING;
use crate::state::{Cell, Fields, strings, text};

/// An action on a resource, with what conditions can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: BTreeMap<String, String>,
    /// `aws:TagKeys`: the keys of the tags that the request sets or removes.
    pub(crate) tag_keys: Option<Vec<String>>,
}

impl Permission {
    fn new(action: impl Into<String>, resource: String) -> Self {
        Self { action: action.into(), resource, context: BTreeMap::new(), tag_keys: None }
    }
}

/// The permissions that a call takes: the operation's own, that for the target or task of a window, that for tagging,
/// and the passing of the role that it hands to the service.
pub(crate) fn needed(operation: Operation, cell: &Cell, body: &Value) -> Vec<Permission> {
    let empty = Fields::new();
    let input = body.as_object().unwrap_or(&empty);
    if operation == Operation::DescribeInstancePatchStates {
        return of_hosts(operation, cell, input);
    }
    let mut own = Permission::new(action(operation), resource(operation, cell, input));
    let window = if operation.is_tagging() { text(input, "ResourceId") } else { text(input, "WindowId") };
    if let Some(window) = cell.holdings.lock().windows.iter().find(|one| one.id == window) {
        own.context.extend(resource_tags(&window.tags));
    }
    add_request_tags(&mut own, input);
    let part = part_of_window(operation, cell, input);
    let tagging = tagging_on_creation(operation, cell, &own);
    let passing = passed_role(operation, cell, input).map(|role| {
        let mut passing = Permission::new("iam:PassRole", role);
        passing.context.insert("iam:PassedToService".to_owned(), "ssm.amazonaws.com".to_owned());
        passing
    });
    [own].into_iter().chain(part).chain(tagging).chain(passing).collect()
}

/// One for each host, with its tags; and one without a resource, as the authorization reference had it before: a policy has to be right
/// for either.
fn of_hosts(operation: Operation, cell: &Cell, input: &Fields) -> Vec<Permission> {
    let holdings = cell.holdings.lock();
    let one = |id: String| {
        let mut needed = Permission::new(action(operation), host(cell, &id));
        needed.context.extend(holdings.host(&id).into_iter().flat_map(|host| resource_tags(host.tags())));
        needed
    };
    let whole = Permission::new(action(operation), format!("arn:aws:ssm:{}:{}:*", cell.region, cell.account));
    strings(input.get("InstanceIds")).into_iter().map(one).chain([whole]).collect()
}

fn host(Cell { account, region, .. }: &Cell, id: &str) -> String {
    if id.starts_with("mi-") {
        return format!("arn:aws:ssm:{region}:{account}:managed-instance/{id}");
    }
    format!("arn:aws:ec2:{region}:{account}:instance/{id}")
}

/// A baseline of AWS has an ARN of its own, in an account of AWS.
fn baseline(Cell { account, region, .. }: &Cell, id: &str) -> String {
    if id.starts_with("arn:") { id.to_owned() } else { format!("arn:aws:ssm:{region}:{account}:patchbaseline/{id}") }
}

/// A call that changes a target or a task of a window must be allowed for both; the part carries no tags.
fn part_of_window(operation: Operation, cell: &Cell, input: &Fields) -> Option<Permission> {
    let part = match operation {
        Operation::DeregisterTargetFromMaintenanceWindow | Operation::UpdateMaintenanceWindowTarget => {
            format!("windowtarget/{}", text(input, "WindowTargetId"))
        }
        Operation::DeregisterTaskFromMaintenanceWindow | Operation::UpdateMaintenanceWindowTask => {
            format!("windowtask/{}", text(input, "WindowTaskId"))
        }
        _ => return None,
    };
    Some(Permission::new(action(operation), format!("arn:aws:ssm:{}:{}:{part}", cell.region, cell.account)))
}

fn tagging_on_creation(operation: Operation, cell: &Cell, own: &Permission) -> Option<Permission> {
    let creates_with_tags = operation == Operation::CreateMaintenanceWindow && own.tag_keys.is_some();
    creates_with_tags.then(|| Permission {
        action: "ssm:AddTagsToResource".to_owned(),
        resource: format!("arn:aws:ssm:{}:{}:maintenancewindow/*", cell.region, cell.account),
        ..own.clone()
    })
}

fn action(operation: Operation) -> String {
    let service: &str = operation.service().into();
    format!("{service}:{}", operation.name())
}

/// Operations without a resource of their own are allowed only by a policy for all resources.
fn resource(operation: Operation, cell: &Cell, input: &Fields) -> String {
    let Cell { account, region, .. } = cell;
    match operation {
        Operation::DescribeInstances | Operation::DescribeRegions => format!("arn:aws:ec2:{region}:{account}:*"),
        Operation::CreateMaintenanceWindow
        | Operation::DescribeInstanceInformation
        | Operation::DescribeMaintenanceWindowExecutionTaskInvocations
        | Operation::DescribeMaintenanceWindowExecutionTasks
        | Operation::DescribeMaintenanceWindows
        | Operation::DescribePatchBaselines
        | Operation::DescribePatchGroups
        | Operation::ListCommandInvocations
        | Operation::ListCommands => format!("arn:aws:ssm:{region}:{account}:*"),
        Operation::GetPatchBaseline => baseline(cell, text(input, "BaselineId")),
        Operation::GetDefaultPatchBaseline => {
            let default = cell.holdings.lock().default_baseline(region, system_of(input));
            baseline(cell, &default.map(|default| default.id).unwrap_or_default())
        }
        _ if text(input, "ResourceType") == "ManagedInstance" => host(cell, text(input, "ResourceId")),
        Operation::ListRegions => format!("arn:aws:account::{account}:account"),
        Operation::DescribeDocument => format!("arn:aws:ssm:{region}::document/{}", text(input, "Name")),
        Operation::GetServiceSetting | Operation::UpdateServiceSetting | Operation::ResetServiceSetting => {
            format!("arn:aws:ssm:{region}:{account}:servicesetting{}", text(input, "SettingId"))
        }
        _ => {
            let member = if operation.is_tagging() { "ResourceId" } else { "WindowId" };
            format!("arn:aws:ssm:{region}:{account}:maintenancewindow/{}", text(input, member))
        }
    }
}

fn add_request_tags(permission: &mut Permission, input: &Fields) {
    let list = |name| input.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut keys = Vec::new();
    for tag in list("Tags") {
        let part = |name| tag.get(name).and_then(Value::as_str).unwrap_or_default();
        permission.context.insert(format!("aws:RequestTag/{}", part("Key")), part("Value").to_owned());
        keys.push(part("Key").to_owned());
    }
    keys.extend(list("TagKeys").iter().filter_map(Value::as_str).map(str::to_owned));
    permission.tag_keys = (!keys.is_empty()).then_some(keys);
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-maintenance-permissions.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html>
fn passed_role(operation: Operation, cell: &Cell, input: &Fields) -> Option<String> {
    match operation {
        Operation::RegisterTaskWithMaintenanceWindow | Operation::UpdateMaintenanceWindowTask => {
            Some(text(input, "ServiceRoleArn")).filter(|role| !role.is_empty()).map(str::to_owned)
        }
        Operation::UpdateServiceSetting if text(input, "SettingId").ends_with(DHMC_SETTING) => {
            Some(format!("arn:aws:iam::{}:role/{}", cell.account, text(input, "SettingValue")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::State;

    fn actions_and_resources(operation: Operation, body: &Value) -> Vec<(String, String)> {
        let cell = State::default().cell("111122223333", "eu-west-1");
        needed(operation, &cell, body).into_iter().map(|one| (one.action, one.resource)).collect()
    }

    fn pair(action: &str, resource: &str) -> (String, String) {
        (action.to_owned(), resource.to_owned())
    }

    #[test]
    fn changing_a_task_takes_the_window_the_task_and_the_role_that_is_passed() {
        let role = "arn:aws:iam::111122223333:role/task";
        let body = json!({ "WindowId": "mw-1", "WindowTaskId": "t-1", "ServiceRoleArn": role });
        let needed = actions_and_resources(Operation::UpdateMaintenanceWindowTask, &body);
        let update = "ssm:UpdateMaintenanceWindowTask";
        assert_eq!(
            needed,
            [
                pair(update, "arn:aws:ssm:eu-west-1:111122223333:maintenancewindow/mw-1"),
                pair(update, "arn:aws:ssm:eu-west-1:111122223333:windowtask/t-1"),
                pair("iam:PassRole", role),
            ]
        );
    }

    #[test]
    fn creating_with_tags_takes_tagging_too() {
        let tags = json!({ "Tags": [{ "Key": "owner", "Value": "us" }] });
        let needed = actions_and_resources(Operation::CreateMaintenanceWindow, &tags);
        let actions: Vec<_> = needed.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(actions, ["ssm:CreateMaintenanceWindow", "ssm:AddTagsToResource"]);
        assert_eq!(actions_and_resources(Operation::CreateMaintenanceWindow, &json!({})).len(), 1);
    }

    #[test]
    fn each_host_is_a_resource_of_its_own_unless_there_is_none_to_name() {
        let body = json!({ "InstanceIds": ["i-0123456789abcdef0", "mi-0123456789abcdef0"] });
        let needed = actions_and_resources(Operation::DescribeInstancePatchStates, &body);
        let action = "ssm:DescribeInstancePatchStates";
        assert_eq!(
            needed,
            [
                pair(action, "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"),
                pair(action, "arn:aws:ssm:eu-west-1:111122223333:managed-instance/mi-0123456789abcdef0"),
                pair(action, "arn:aws:ssm:eu-west-1:111122223333:*"),
            ]
        );
    }

    #[test]
    fn a_baseline_is_a_resource_of_the_account_or_of_aws() {
        let own = json!({ "BaselineId": "pb-0123456789abcdef0" });
        let own = actions_and_resources(Operation::GetPatchBaseline, &own);
        let action = "ssm:GetPatchBaseline";
        assert_eq!(own, [pair(action, "arn:aws:ssm:eu-west-1:111122223333:patchbaseline/pb-0123456789abcdef0")]);
        let default = actions_and_resources(Operation::GetDefaultPatchBaseline, &json!({}));
        assert!(default[0].1.starts_with("arn:aws:ssm:eu-west-1:075727635805:patchbaseline/pb-"), "{default:?}");
    }

    #[test]
    fn a_document_of_aws_has_no_account_in_its_arn() {
        let needed = actions_and_resources(Operation::DescribeDocument, &json!({ "Name": "AWS-RunPatchBaseline" }));
        assert_eq!(needed, [pair("ssm:DescribeDocument", "arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline")]);
    }
}
