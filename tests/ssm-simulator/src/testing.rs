//! What the tests of the rules share: one account-Region, called without the wire.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::Config;
use crate::dispatch::dispatch;
use crate::error::ServiceError;
use crate::model::{Model, model_in_virtual_environment};
use crate::operation::Operation;
use crate::state::{Answer, Context, Holdings};
use crate::validate::validate;

#[path = "../tests/it/virtual_environment.rs"]
mod virtual_environment;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

pub(crate) struct Region {
    pub(crate) config: Config,
    model: Arc<Model>,
    holdings: Holdings,
}

impl Region {
    pub(crate) fn new() -> Self {
        let path = model_in_virtual_environment(&virtual_environment::find()).unwrap();
        Self { config: Config::default(), model: Model::load(&path).unwrap(), holdings: Holdings::default() }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Validates a request and lets it have its effect.
    pub(crate) fn call(&mut self, operation: Operation, input: Value) -> Answer {
        validate(&self.model, self.model.input(operation).unwrap(), &input)?;
        let (config, model) = (&self.config, &*self.model);
        let context = Context { account: ACCOUNT, region: REGION, config, model, seed: 0 };
        dispatch(&mut self.holdings, context, operation, input)
    }

    #[track_caller]
    pub(crate) fn ok(&mut self, operation: Operation, input: Value) -> Value {
        self.call(operation, input).unwrap()
    }

    #[track_caller]
    pub(crate) fn refused(&mut self, operation: Operation, input: Value) -> ServiceError {
        self.call(operation, input).unwrap_err()
    }

    /// Creates a window that has a target and a task, and answers the ids of all three.
    pub(crate) fn with_a_window(&mut self) -> (String, String, String) {
        let window = self.ok(Operation::CreateMaintenanceWindow, a_window());
        let window = id(&window, "WindowId");
        let target = self.ok(Operation::RegisterTargetWithMaintenanceWindow, a_target(&window));
        let target = id(&target, "WindowTargetId");
        let task = self.ok(Operation::RegisterTaskWithMaintenanceWindow, a_task(&window, &target));
        (window, target, id(&task, "WindowTaskId"))
    }
}

pub(crate) fn id(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap().to_owned()
}

/// The request with other values for some members; `null` takes one away.
pub(crate) fn with(mut request: Value, changes: Value) -> Value {
    let fields = request.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    fields.extend(changes);
    fields.retain(|_, value| !value.is_null());
    request
}

pub(crate) fn a_window() -> Value {
    json!({
        "Name": "sra_linux_maintenance",
        "Schedule": "cron(0 0 1 ? * FRI *)",
        "ScheduleTimezone": "America/New_York",
        "Duration": 6,
        "Cutoff": 1,
        "AllowUnassociatedTargets": false,
    })
}

pub(crate) fn a_target(window: &str) -> Value {
    json!({
        "WindowId": window,
        "ResourceType": "INSTANCE",
        "Targets": [{ "Key": "tag:InstanceOS", "Values": ["Linux"] }],
    })
}

pub(crate) fn a_task(window: &str, target: &str) -> Value {
    json!({
        "WindowId": window,
        "TaskArn": "AWS-RunPatchBaseline",
        "TaskType": "RUN_COMMAND",
        "Targets": [{ "Key": "WindowTargetIds", "Values": [target] }],
        "MaxConcurrency": "100",
        "MaxErrors": "1",
        "TaskInvocationParameters": { "RunCommand": {
            "Comment": "scan",
            "Parameters": { "Operation": ["Scan"] },
            "TimeoutSeconds": 3600,
        } },
    })
}
