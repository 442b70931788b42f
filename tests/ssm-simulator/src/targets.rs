//! Targets of maintenance windows.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTargetWithMaintenanceWindow.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTarget.html>

use serde_json::{Value, json};

use crate::additions;
use crate::error::ServiceError;
use crate::lag::Age;
use crate::operation::Operation;
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, Registered, Window, echo, filters, merge, text};
use crate::windows::require;

/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>
pub(crate) const MAX_TARGETS: usize = 100;

impl Holdings {
    pub(crate) fn register_target(&mut self, context: Context<'_>, input: Fields) -> Answer {
        let registered = self.window(&input)?.targets.len();
        if let Some(answer) = self.tokens.recall(Operation::RegisterTargetWithMaintenanceWindow, &input)? {
            return Ok(answer);
        }
        check(&input)?;
        if registered >= MAX_TARGETS {
            return Err(ServiceError::new(
                "ResourceLimitExceededException",
                format!("You have reached the maximum number of targets for a maintenance window ({MAX_TARGETS})"),
            ));
        }
        let sequence = self.next_sequence();
        let id = context.uuid(sequence);
        let mut fields = input.clone();
        fields.remove("ClientToken");
        fields.insert("WindowTargetId".to_owned(), id.as_str().into());
        let answer = json!({ "WindowTargetId": id });
        self.window(&input)?.targets.push(Registered {
            id,
            sequence,
            fields,
            age: Age::begins(context.config.list_lag),
        });
        self.tokens.remember(context.config, Operation::RegisterTargetWithMaintenanceWindow, input, &answer);
        Ok(answer)
    }

    pub(crate) fn update_target(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let target = self.window(input)?.target(input)?;
        let mut fields = target.fields.clone();
        if input.get("Replace") == Some(&Value::Bool(true)) {
            require(input, &["Targets"])?;
            fields.retain(|name, _| ["WindowId", "WindowTargetId", "ResourceType"].contains(&name.as_str()));
        }
        merge(&mut fields, input);
        fields.remove("Replace");
        check(&fields)?;
        target.fields = fields;
        Ok(Value::Object(context.model.project("UpdateMaintenanceWindowTargetResult", &target.fields)))
    }

    /// With `Safe`, a target that a task names stays; without it, the task keeps a name that leads nowhere.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeregisterTargetFromMaintenanceWindow.html>
    pub(crate) fn deregister_target(&mut self, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let id = window.target(input)?.id.clone();
        let in_use = window.tasks.iter().any(|task| names_target(&task.fields, &id));
        if in_use && input.get("Safe") == Some(&Value::Bool(true)) {
            return Err(ServiceError::new(
                "TargetInUseException",
                format!("This Target cannot be deregistered because it is still referenced in a task: {id}"),
            ));
        }
        window.targets.retain(|target| target.id != id);
        Ok(echo(input, &["WindowId", "WindowTargetId"]))
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindowTargets.html>
    pub(crate) fn describe_targets(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let filters = filters(input, &["Type", "WindowTargetId", "OwnerInformation"])?;
        let page = Page::asked_for(input, context.config)?;
        let wanted = |target: &&mut Registered| {
            filters.iter().all(|(key, values)| {
                let member = if key == "Type" { "ResourceType" } else { key };
                values.iter().any(|value| value == text(&target.fields, member))
            })
        };
        let targets = window.targets.iter_mut().filter(wanted);
        let targets = targets.filter_map(|target| (!target.age.is_missed(context.config.list_lag)).then_some(target));
        Ok(page.answer("Targets", targets, |target| {
            let mut item = context.model.project("MaintenanceWindowTarget", &target.fields);
            additions::to_target(context, &mut item);
            Value::Object(item)
        }))
    }
}

impl Window {
    fn target(&mut self, input: &Fields) -> Result<&mut Registered, ServiceError> {
        let id = text(input, "WindowTargetId");
        self.targets.iter_mut().find(|target| target.id == id).ok_or_else(|| {
            ServiceError::new("DoesNotExistException", format!("Maintenance window target {id} does not exist"))
        })
    }
}

/// The key and the values of each entry of a `Targets` member.
pub(crate) fn entries(fields: &Fields) -> impl Iterator<Item = (&str, &[Value])> {
    let entries = fields.get("Targets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    entries.iter().map(|entry| {
        let key = entry.get("Key").and_then(Value::as_str).unwrap_or_default();
        let values = entry.get("Values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        (key, values)
    })
}

/// Whether a task names this target.
pub(crate) fn names_target(task: &Fields, id: &str) -> bool {
    entries(task).any(|(key, values)| key == "WindowTargetIds" && values.iter().any(|value| value == id))
}

/// What the service answers to nodes that are chosen in any other way, as it was seen to.
const FORMATS: &str = "Targets must be specified in one of the following formats: 1) 1 target with \"Key=InstanceIds\" and \"Values=\" a \
                       list of up to 50 instance IDs, or 2) Up to 5 targets, each of which can be either \
                       \"Key=tag:<key>,Values=<tag_values>\" or \"Key=tag-key,Values=<tag_keys>\", and each with up to 5 unique \
                       tag keys/values.";

/// The keys of a target, which go with which resource type, and how many values they take:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/mw-cli-tutorial-targets-examples.html>. What a key means that comes twice
/// is not told; here both have to match.
fn check(fields: &Fields) -> Result<(), ServiceError> {
    let resource_groups = text(fields, "ResourceType") == "RESOURCE_GROUP";
    let count = entries(fields).count();
    if count == 0 {
        return Err(ServiceError::validation("Targets must have at least one entry"));
    }
    for (key, values) in entries(fields) {
        let most = match key {
            "resource-groups:Name" => 1,
            "InstanceIds" => 50,
            _ => 5,
        };
        let of_resource_groups = matches!(key, "resource-groups:Name" | "resource-groups:ResourceTypeFilters");
        let of_instances =
            matches!(key, "InstanceIds" | "tag-key") || key.strip_prefix("tag:").is_some_and(|k| !k.is_empty());
        if !(if resource_groups { of_resource_groups } else { of_instances }) {
            return Err(ServiceError::validation("Target Type does not match with the provided target."));
        }
        if values.is_empty() {
            return Err(ServiceError::validation(format!("Target key {key} must have at least one value")));
        }
        if values.len() > most || (key == "InstanceIds" && count > 1) {
            return Err(ServiceError::validation(FORMATS));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Region, a_target, id, with};

    #[test]
    fn a_target_in_use_is_safe() {
        let mut region = Region::new();
        let (window, target, task) = region.with_a_window();
        let by_id = json!({ "WindowId": window, "WindowTargetId": target });
        let safely = with(by_id.clone(), json!({ "Safe": true }));
        let refused = region.refused(Operation::DeregisterTargetFromMaintenanceWindow, safely.clone());
        assert_eq!(refused.code, "TargetInUseException");
        region.ok(Operation::DeregisterTaskFromMaintenanceWindow, json!({ "WindowId": window, "WindowTaskId": task }));
        assert_eq!(region.ok(Operation::DeregisterTargetFromMaintenanceWindow, safely), by_id);
    }

    #[test]
    fn without_safe_the_task_is_left_with_a_target_that_is_gone() {
        let mut region = Region::new();
        let (window, target, task) = region.with_a_window();
        let by_id = json!({ "WindowId": window, "WindowTargetId": target });
        region.ok(Operation::DeregisterTargetFromMaintenanceWindow, by_id);
        let task = json!({ "WindowId": window, "WindowTaskId": task });
        let task = region.ok(Operation::GetMaintenanceWindowTask, task);
        assert_eq!(task["Targets"][0]["Values"][0], target.as_str());
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name_unless_it_replaces() {
        let mut region = Region::new();
        let (window, target, _) = region.with_a_window();
        let by_id = json!({ "WindowId": window, "WindowTargetId": target });
        let named = with(by_id.clone(), json!({ "Name": "linux", "Description": "hosts" }));
        region.ok(Operation::UpdateMaintenanceWindowTarget, named);
        let other = with(by_id.clone(), json!({ "Targets": [{ "Key": "tag-key", "Values": ["Patch"] }] }));
        let answer = region.ok(Operation::UpdateMaintenanceWindowTarget, other.clone());
        assert_eq!((&answer["Name"], &answer["Targets"][0]["Key"]), (&json!("linux"), &json!("tag-key")));
        let replaced = region.ok(Operation::UpdateMaintenanceWindowTarget, with(other, json!({ "Replace": true })));
        assert_eq!((replaced.get("Name"), replaced.get("Description")), (None, None));
        let incomplete = with(by_id, json!({ "Replace": true }));
        assert_eq!(region.refused(Operation::UpdateMaintenanceWindowTarget, incomplete).code, "ValidationException");
    }

    #[test]
    fn a_target_key_must_go_with_the_resource_type() {
        let mut region = Region::new();
        let (window, ..) = region.with_a_window();
        let mut register = |kind: &str, key: &str| {
            let changes = json!({ "ResourceType": kind, "Targets": [{ "Key": key, "Values": ["x"] }] });
            region.call(Operation::RegisterTargetWithMaintenanceWindow, with(a_target(&window), changes)).is_ok()
        };
        for key in ["InstanceIds", "tag:InstanceOS", "tag-key"] {
            assert!(register("INSTANCE", key), "{key}");
            assert!(!register("RESOURCE_GROUP", key), "{key}");
        }
        for key in ["resource-groups:Name", "resource-groups:ResourceTypeFilters"] {
            assert!(register("RESOURCE_GROUP", key), "{key}");
            assert!(!register("INSTANCE", key), "{key}");
        }
        assert!(!register("INSTANCE", "InstanceOS"));
    }

    #[test]
    fn tags_go_together_and_ids_go_alone() {
        let mut region = Region::new();
        let (window, ..) = region.with_a_window();
        let mut register = |kind: &str, targets: &[(&str, usize)]| {
            let one = |(key, count): &(&str, usize)| json!({ "Key": key, "Values": (0..*count).map(|number| format!("x-{number}")).collect::<Vec<_>>() });
            let targets: Vec<_> = targets.iter().map(one).collect();
            let request = with(a_target(&window), json!({ "ResourceType": kind, "Targets": targets }));
            region.call(Operation::RegisterTargetWithMaintenanceWindow, request).err().map(|error| error.message)
        };
        let tags = ["tag:a", "tag:b", "tag:c", "tag:d", "tag-key"].map(|key| (key, 5));
        assert_eq!(register("INSTANCE", &tags), None);
        assert_eq!(register("INSTANCE", &[("InstanceIds", 50)]), None);
        assert_eq!(register("RESOURCE_GROUP", &[("resource-groups:Name", 1)]), None);
        let both = [("resource-groups:Name", 1), ("resource-groups:ResourceTypeFilters", 5)];
        assert_eq!(register("RESOURCE_GROUP", &both), None);
        for refused in [&[("tag:a", 6)][..], &[("tag-key", 6)], &[("InstanceIds", 1), ("tag:a", 1)]] {
            assert_eq!(register("INSTANCE", refused).as_deref(), Some(FORMATS), "{refused:?}");
        }
        assert!(register("RESOURCE_GROUP", &[("resource-groups:Name", 2)]).is_some());
        assert!(register("INSTANCE", &[("tag:a", 1), ("resource-groups:Name", 1)]).is_some());
    }

    #[test]
    fn a_window_that_does_not_exist_takes_no_target() {
        let request = a_target("mw-0123456789abcdef0");
        let refused = Region::new().refused(Operation::RegisterTargetWithMaintenanceWindow, request);
        assert_eq!(refused.code, "DoesNotExistException");
    }

    #[test]
    fn a_window_holds_a_hundred_targets() {
        let mut region = Region::new();
        let (window, first, _) = region.with_a_window();
        for _ in 1..MAX_TARGETS {
            region.ok(Operation::RegisterTargetWithMaintenanceWindow, a_target(&window));
        }
        let refused = region.refused(Operation::RegisterTargetWithMaintenanceWindow, a_target(&window));
        assert_eq!(refused.code, "ResourceLimitExceededException");
        let filter = json!({ "WindowId": window, "Filters": [{ "Key": "WindowTargetId", "Values": [first] }] });
        let found = region.ok(Operation::DescribeMaintenanceWindowTargets, filter);
        assert_eq!(id(&found["Targets"][0], "WindowTargetId"), first);
        assert_eq!(found["Targets"].as_array().unwrap().len(), 1);
    }
}
