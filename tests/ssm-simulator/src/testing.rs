//! What the tests of the rules share: one account-Region, called without the wire.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::Config;
use crate::dispatch::dispatch;
use crate::error::ServiceError;
use crate::hosts::{self, Fleet, Host, Mistakes};
use crate::model::{Model, model_in_virtual_environment, model_of_ec2};
use crate::operation::{Operation, Service};
use crate::state::{Answer, Context, Holdings};
use crate::validate::validate;

#[path = "../tests/it/virtual_environment.rs"]
mod virtual_environment;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

pub(crate) struct Region {
    pub(crate) config: Config,
    pub(crate) holdings: Holdings,
    pub(crate) now: Timestamp,
    model: Arc<Model>,
}

fn path() -> PathBuf {
    model_in_virtual_environment(&virtual_environment::find()).unwrap()
}

pub(crate) fn ec2_model() -> Arc<Model> {
    Model::load(&model_of_ec2(&path()), Service::Ec2).unwrap()
}

impl Region {
    pub(crate) fn new() -> Self {
        let model = Model::load(&path(), Service::Ssm).unwrap();
        Self { config: Config::default(), holdings: Holdings::default(), now: Timestamp::now(), model }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Validates a request, lets it have its effect, and validates the answer.
    pub(crate) fn call(&mut self, operation: Operation, input: Value) -> Answer {
        let answer = self.call_unchecked(operation, input)?;
        if self.config.additions {
            // Empty texts, which the model does not allow for.
            return Ok(answer);
        }
        let model = self.model_of(operation);
        let checked = validate(&model, model.output(operation).unwrap(), &answer);
        assert!(checked.is_ok(), "{operation:?} answers {answer}: {checked:?}");
        Ok(answer)
    }

    /// For an answer that is AWS's and not as the model says.
    pub(crate) fn call_unchecked(&mut self, operation: Operation, input: Value) -> Answer {
        let model = self.model_of(operation);
        validate(&model, model.input(operation).unwrap(), &input)?;
        let (config, model) = (&self.config, &*self.model);
        let context = Context { account: ACCOUNT, region: REGION, config, model, seed: 0, now: self.now };
        dispatch(&mut self.holdings, context, operation, input)
    }

    fn model_of(&self, operation: Operation) -> Arc<Model> {
        if operation.service() == Service::Ec2 { ec2_model() } else { Arc::clone(&self.model) }
    }

    /// Puts hosts, if they could be.
    pub(crate) fn put(&mut self, hosts: impl IntoIterator<Item = Host>) -> Result<(), Mistakes> {
        let hosts = hosts.into_iter().collect();
        self.put_fleet(&Fleet { account: ACCOUNT.into(), region: REGION.into(), hosts, baselines: Vec::new() })
    }

    /// Lets time pass until this moment.
    pub(crate) fn play(&mut self, until: &str) {
        let (config, model, until) = (&self.config, &*self.model, until.parse().unwrap());
        let context = Context { account: ACCOUNT, region: REGION, config, model, seed: 0, now: self.now };
        self.holdings.play(context, until);
        self.now = until;
    }

    pub(crate) fn put_fleet(&mut self, fleet: &Fleet) -> Result<(), Mistakes> {
        hosts::check(&self.model, std::slice::from_ref(fleet))?;
        self.holdings.put(fleet);
        Ok(())
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
