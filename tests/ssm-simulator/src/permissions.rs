//! Which permissions an operation takes, on which resource, with which context keys.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>

use std::collections::BTreeMap;

use serde_json::Value;

use crate::authorization::resource_tags;
use crate::operation::Operation;
use crate::settings::DHMC_SETTING;
use crate::state::{Cell, Fields, text};

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
    let service = match operation {
        Operation::ListRegions => "account",
        Operation::DescribeRegions => "ec2",
        _ => "ssm",
    };
    format!("{service}:{}", operation.name())
}

/// Operations without a resource of their own are allowed only by a policy for all resources.
fn resource(operation: Operation, cell: &Cell, input: &Fields) -> String {
    let Cell { account, region, .. } = cell;
    match operation {
        Operation::DescribeRegions => format!("arn:aws:ec2:{region}:{account}:*"),
        Operation::CreateMaintenanceWindow | Operation::DescribeMaintenanceWindows => {
            format!("arn:aws:ssm:{region}:{account}:*")
        }
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
    fn a_document_of_aws_has_no_account_in_its_arn() {
        let needed = actions_and_resources(Operation::DescribeDocument, &json!({ "Name": "AWS-RunPatchBaseline" }));
        assert_eq!(needed, [pair("ssm:DescribeDocument", "arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline")]);
    }
}
