//! Tasks of maintenance windows.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTask.html>

use serde_json::{Value, json};

use crate::additions;
use crate::error::ServiceError;
use crate::lag::Age;
use crate::operation::Operation;
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, Registered, Window, echo, filters, merge, text};
use crate::targets::entries;
use crate::windows::require;

/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>
pub(crate) const MAX_TASKS: usize = 20;

/// What stays when `Replace` empties a task: the type cannot be changed.
const KEPT: [&str; 3] = ["WindowId", "WindowTaskId", "TaskType"];

impl Holdings {
    pub(crate) fn register_task(&mut self, context: Context<'_>, input: Fields) -> Answer {
        let window = self.window(&input)?;
        let registered = window.tasks.len();
        if let Some(answer) = self.tokens.recall(Operation::RegisterTaskWithMaintenanceWindow, &input)? {
            return Ok(answer);
        }
        check(self.window(&input)?, &input)?;
        if registered >= MAX_TASKS {
            return Err(ServiceError::new(
                "ResourceLimitExceededException",
                format!("You have reached the maximum number of tasks for a maintenance window ({MAX_TASKS})"),
            ));
        }
        let sequence = self.next_sequence();
        let id = context.uuid(sequence);
        let mut fields = input.clone();
        fields.remove("ClientToken");
        fields.insert("WindowTaskId".to_owned(), id.as_str().into());
        fields.entry("Priority").or_insert_with(|| 1.into());
        let answer = json!({ "WindowTaskId": id });
        self.window(&input)?.tasks.push(Registered { id, sequence, fields, age: Age::begins(context.config.list_lag) });
        self.tokens.remember(context.config, Operation::RegisterTaskWithMaintenanceWindow, input, &answer);
        Ok(answer)
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetMaintenanceWindowTask.html>
    pub(crate) fn get_task(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let task = self.window(input)?.task(input)?;
        let mut answer = context.model.project("GetMaintenanceWindowTaskResult", &task.fields);
        additions::to_task(context, &mut answer);
        Ok(Value::Object(answer))
    }

    /// `TaskInvocationParameters` are taken over as a whole: "The values you don't specify again are removed."
    pub(crate) fn update_task(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let mut fields = window.task(input)?.fields.clone();
        if input.get("Replace") == Some(&Value::Bool(true)) {
            require(input, &["TaskArn"])?;
            fields.retain(|name, _| KEPT.contains(&name.as_str()));
            fields.insert("Priority".to_owned(), 1.into());
        }
        merge(&mut fields, input);
        fields.remove("Replace");
        check(window, &fields)?;
        let task = window.task(input)?;
        task.fields = fields;
        Ok(Value::Object(context.model.project("UpdateMaintenanceWindowTaskResult", &task.fields)))
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeregisterTaskFromMaintenanceWindow.html>
    pub(crate) fn deregister_task(&mut self, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let id = window.task(input)?.id.clone();
        window.tasks.retain(|task| task.id != id);
        Ok(echo(input, &["WindowId", "WindowTaskId"]))
    }

    /// The items have no `TaskInvocationParameters`, and call the type `Type`.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTask.html>
    pub(crate) fn describe_tasks(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let filters = filters(input, &["WindowTaskId", "TaskArn", "Priority", "TaskType"])?;
        let page = Page::asked_for(input, context.config)?;
        let wanted = |task: &&mut Registered| {
            filters.iter().all(|(key, values)| match task.fields.get(key) {
                Some(Value::Number(number)) => values.iter().any(|value| *value == number.to_string()),
                _ => values.iter().any(|value| value == text(&task.fields, key)),
            })
        };
        let tasks = window.tasks.iter_mut().filter(wanted);
        let tasks = tasks.filter_map(|task| (!task.age.is_missed(context.config.list_lag)).then_some(task));
        Ok(page.answer("Tasks", tasks, |task| {
            let mut item = context.model.project("MaintenanceWindowTask", &task.fields);
            item.insert("Type".to_owned(), text(&task.fields, "TaskType").into());
            Value::Object(item)
        }))
    }
}

impl Window {
    fn task(&mut self, input: &Fields) -> Result<&mut Registered, ServiceError> {
        let id = text(input, "WindowTaskId");
        self.tasks.iter_mut().find(|task| task.id == id).ok_or_else(|| {
            ServiceError::new("DoesNotExistException", format!("Maintenance window task {id} does not exist"))
        })
    }
}

/// The rules between members that the model does not have.
fn check(window: &Window, fields: &Fields) -> Result<(), ServiceError> {
    let kind = text(fields, "TaskType");
    let has_targets = entries(fields).next().is_some();
    if kind == "RUN_COMMAND" && !has_targets {
        return Err(ServiceError::validation("One or more targets must be specified for a RUN_COMMAND task"));
    }
    let limits = ["MaxConcurrency", "MaxErrors"];
    if let Some(name) = limits.iter().find(|name| has_targets && !fields.contains_key(**name)) {
        return Err(ServiceError::validation(format!("{name} must be specified for a task that has targets")));
    }
    check_targets(window, fields)?;
    check_parameters(kind, fields)
}

fn check_targets(window: &Window, fields: &Fields) -> Result<(), ServiceError> {
    for (key, values) in entries(fields) {
        match key {
            "WindowTargetIds" => {
                let known = |id: &Value| window.targets.iter().any(|target| *id == target.id.as_str());
                if let Some(missing) = values.iter().find(|id| !known(id)) {
                    let id = missing.as_str().unwrap_or_default();
                    let message = format!("Maintenance window target {id} does not exist");
                    return Err(ServiceError::new("DoesNotExistException", message));
                }
            }
            "InstanceIds" => {}
            _ => {
                let message = format!("Target key {key} is not valid for a task: WindowTargetIds or InstanceIds");
                return Err(ServiceError::validation(message));
            }
        }
    }
    Ok(())
}

/// "Populate only the fields that match the task type."
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskInvocationParameters.html>
fn check_parameters(kind: &str, fields: &Fields) -> Result<(), ServiceError> {
    let own = match kind {
        "RUN_COMMAND" => "RunCommand",
        "AUTOMATION" => "Automation",
        "STEP_FUNCTIONS" => "StepFunctions",
        _ => "Lambda",
    };
    let parameters = fields.get("TaskInvocationParameters").and_then(Value::as_object);
    let foreign = parameters.and_then(|parameters| parameters.keys().find(|name| *name != own));
    foreign.map_or(Ok(()), |name| {
        Err(ServiceError::validation(format!("TaskInvocationParameters {name} do not match the task type {kind}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Region, a_task, with};

    #[test]
    fn the_list_of_tasks_is_without_their_invocation_parameters() {
        let mut region = Region::new();
        let (window, _, task) = region.with_a_window();
        let listed = region.ok(Operation::DescribeMaintenanceWindowTasks, json!({ "WindowId": window }));
        assert_eq!(listed["Tasks"][0].get("TaskInvocationParameters"), None);
        assert_eq!(listed["Tasks"][0]["Type"], "RUN_COMMAND");
        let task = json!({ "WindowId": window, "WindowTaskId": task });
        let task = region.ok(Operation::GetMaintenanceWindowTask, task);
        assert_eq!(task["TaskInvocationParameters"]["RunCommand"]["Comment"], "scan");
        assert_eq!(task["TaskType"], "RUN_COMMAND");
    }

    #[test]
    fn an_update_replaces_the_invocation_parameters_as_a_whole_and_keeps_the_rest() {
        let mut region = Region::new();
        let (window, _, task) = region.with_a_window();
        let install = json!({ "RunCommand": { "Parameters": { "Operation": ["Install"] } } });
        let update = json!({ "WindowId": window, "WindowTaskId": task, "TaskInvocationParameters": install });
        let answer = region.ok(Operation::UpdateMaintenanceWindowTask, update);
        assert_eq!(answer["TaskInvocationParameters"], install, "the comment and the timeout are gone");
        assert_eq!(answer["MaxConcurrency"], "100");
    }

    #[test]
    fn an_update_with_replace_empties_what_it_does_not_name() {
        let mut region = Region::new();
        let (window, target, task) = region.with_a_window();
        let full =
            with(a_task(&window, &target), json!({ "WindowTaskId": task, "TaskType": null, "Name": "Linux_Scan" }));
        region.ok(Operation::UpdateMaintenanceWindowTask, full.clone());
        let replace = json!({ "Name": null, "TaskInvocationParameters": null, "Replace": true });
        let answer = region.ok(Operation::UpdateMaintenanceWindowTask, with(full.clone(), replace));
        assert_eq!((answer.get("Name"), answer.get("TaskInvocationParameters")), (None, None));
        let incomplete = with(full, json!({ "TaskArn": null, "Replace": true }));
        let refused = region.refused(Operation::UpdateMaintenanceWindowTask, incomplete);
        assert!(refused.message.contains("'taskArn'"), "{refused}");
    }

    #[test]
    fn the_type_of_a_task_cannot_be_changed() {
        let mut region = Region::new();
        let (window, _, task) = region.with_a_window();
        let update = json!({ "WindowId": window, "WindowTaskId": task, "TaskType": "LAMBDA" });
        assert_eq!(region.refused(Operation::UpdateMaintenanceWindowTask, update).code, "ValidationException");
    }

    #[test]
    fn a_run_command_task_needs_targets_and_limits() {
        let mut region = Region::new();
        let (window, target, _) = region.with_a_window();
        for missing in ["Targets", "MaxConcurrency", "MaxErrors"] {
            let request = with(a_task(&window, &target), json!({ missing: null }));
            let refused = region.refused(Operation::RegisterTaskWithMaintenanceWindow, request);
            assert_eq!(refused.code, "ValidationException", "{missing}");
        }
    }

    #[test]
    fn a_task_names_targets_of_its_own_window() {
        let mut region = Region::new();
        let (window, ..) = region.with_a_window();
        let stranger = a_task(&window, "01234567-0123-0123-0123-0123456789ab");
        let refused = region.refused(Operation::RegisterTaskWithMaintenanceWindow, stranger.clone());
        assert_eq!(refused.code, "DoesNotExistException");
        let by_tag = with(stranger, json!({ "Targets": [{ "Key": "tag:InstanceOS", "Values": ["Linux"] }] }));
        assert_eq!(region.refused(Operation::RegisterTaskWithMaintenanceWindow, by_tag).code, "ValidationException");
    }

    #[test]
    fn the_invocation_parameters_must_be_those_of_the_type() {
        let mut region = Region::new();
        let (window, target, _) = region.with_a_window();
        let automation = json!({ "TaskInvocationParameters": { "Automation": { "DocumentVersion": "1" } } });
        let request = with(a_task(&window, &target), automation);
        assert_eq!(region.refused(Operation::RegisterTaskWithMaintenanceWindow, request).code, "ValidationException");
    }

    #[test]
    fn a_window_holds_twenty_tasks() {
        let mut region = Region::new();
        let (window, target, _) = region.with_a_window();
        for _ in 1..MAX_TASKS {
            region.ok(Operation::RegisterTaskWithMaintenanceWindow, a_task(&window, &target));
        }
        let refused = region.refused(Operation::RegisterTaskWithMaintenanceWindow, a_task(&window, &target));
        assert_eq!(refused.code, "ResourceLimitExceededException");
    }
}
