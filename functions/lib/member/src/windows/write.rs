//! The writing calls. Every update replaces: what the settings do not name is unset.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_ssm::config::http::HttpResponse;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::types::{
    CloudWatchOutputConfig, DocumentHashType, MaintenanceWindowResourceType, MaintenanceWindowRunCommandParameters,
    MaintenanceWindowTaskInvocationParameters, MaintenanceWindowTaskType, Tag, Target,
};
use lambda::call::Called;
use lambda::{CallError, Cause};
use patching::diff::Change;
use patching::plan::{Call, Step, WindowPlan};
use patching::settings::{TargetSettings, TaskSettings, WindowSettings};

use super::site::Round;

/// What a window is created with and updated to: the same methods of builders of two types.
macro_rules! with_window {
    ($call:expr, $settings:expr) => {
        $call
            .name(&$settings.name)
            .set_description($settings.description.clone())
            .schedule(&$settings.schedule)
            .set_schedule_timezone($settings.timezone.clone())
            .set_schedule_offset($settings.schedule_offset_days)
            .duration($settings.duration_hours)
            .cutoff($settings.cutoff_hours)
            .allow_unassociated_targets($settings.allow_unassociated_targets)
    };
}

/// The same for a target.
macro_rules! with_target {
    ($call:expr, $settings:expr) => {
        $call
            .set_targets(Some(selectors($settings)))
            .set_name($settings.name.clone())
            .set_description($settings.description.clone())
    };
}

/// The same for a task, on the target of its window.
macro_rules! with_task {
    ($call:expr, $target:expr, $settings:expr) => {
        $call
            .set_targets($target.clone().map(window_targets))
            .task_arn(&$settings.document)
            .set_service_role_arn($settings.service_role.clone())
            .task_invocation_parameters(invocation($settings))
            .priority($settings.priority)
            .set_max_concurrency($settings.max_concurrency.clone())
            .set_max_errors($settings.max_errors.clone())
            .set_cutoff_behavior($settings.cutoff_behavior.map(|behavior| behavior.as_str().into()))
            .set_name($settings.name.clone())
            .set_description($settings.description.clone())
    };
}

/// Makes a call about the window of a step.
macro_rules! written {
    ($window:ident, $step:ident, $operation:literal, $call:expr) => {{
        let call = $call.set_window_id($window.id.clone());
        $window.write($operation, $step, async || call.clone().send().await).await
    }};
}

/// Takes the steps of one window.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    round: &'a Round<'a>,
    name: &'a str,
    /// None until it is created.
    pub(super) id: Option<String>,
    /// Whether this run has created it, or a try of it may have, as a part is missing: what is said of it just now may pass.
    is_new: bool,
    /// The target on which its task is to run; none until it is registered.
    target: Option<String>,
    /// The steps that are done.
    pub(super) taken: Vec<&'a Step>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(round: &'a Round<'a>, plan: &'a WindowPlan) -> Self {
        let id = plan.outcome.id.clone();
        let registers = |step: &Step| matches!(step.call, Call::RegisterTarget(_) | Call::RegisterTask(_));
        let is_new =
            plan.steps.iter().flatten().any(registers) || id.as_ref().is_some_and(|id| round.created.contains(id));
        Self { round, name: &plan.outcome.name, id, is_new, target: plan.target.clone(), taken: Vec::new() }
    }

    /// One after the other, until one fails.
    pub(super) async fn take_all(&mut self, steps: &'a [Step]) -> Result<(), CallError> {
        for step in steps {
            self.take(step).await?;
            self.taken.push(step);
        }
        Ok(())
    }

    async fn take(&mut self, step: &Step) -> Result<(), CallError> {
        let ssm = self.round.site.ssm;
        match &step.call {
            Call::CreateWindow(settings) => self.create_window(settings).await,
            Call::UpdateWindow(settings) => {
                let call = ssm.update_maintenance_window().replace(true).enabled(settings.enabled);
                written!(self, step, "ssm:UpdateMaintenanceWindow", with_window!(call, settings)).map(drop)
            }
            Call::DeleteWindow => {
                done_or_gone(written!(self, step, "ssm:DeleteMaintenanceWindow", ssm.delete_maintenance_window()))
            }
            Call::RegisterTarget(settings) => self.register_target(step, settings).await,
            Call::UpdateTarget(id, settings) => {
                let call = ssm.update_maintenance_window_target().window_target_id(id).replace(true);
                written!(self, step, "ssm:UpdateMaintenanceWindowTarget", with_target!(call, settings)).map(drop)
            }
            Call::DeregisterTarget(id) => {
                // Safe: a target that a task still names stays, and the next run sees to it.
                let call = ssm.deregister_target_from_maintenance_window().window_target_id(id).safe(true);
                done_or_gone(written!(self, step, "ssm:DeregisterTargetFromMaintenanceWindow", call))
            }
            Call::RegisterTask(settings) => {
                let call = ssm.register_task_with_maintenance_window().client_token(self.token("task", settings));
                let call = with_task!(call.task_type(MaintenanceWindowTaskType::RunCommand), self.target, settings);
                written!(self, step, "ssm:RegisterTaskWithMaintenanceWindow", call).map(drop)
            }
            Call::UpdateTask(id, settings) => {
                let call = ssm.update_maintenance_window_task().window_task_id(id).replace(true);
                written!(self, step, "ssm:UpdateMaintenanceWindowTask", with_task!(call, self.target, settings))
                    .map(drop)
            }
            Call::DeregisterTask(id) => {
                let call = ssm.deregister_task_from_maintenance_window().window_task_id(id);
                done_or_gone(written!(self, step, "ssm:DeregisterTaskFromMaintenanceWindow", call))
            }
        }
    }

    /// The tag goes with the creation: there is no moment at which a window of ours is without it.
    async fn create_window(&mut self, settings: &WindowSettings) -> Result<(), CallError> {
        const OPERATION: &str = "ssm:CreateMaintenanceWindow";
        let owner_tag = self.round.site.owner_tag;
        let tag = Tag::builder().key(owner_tag.key.as_str()).value(owner_tag.value.as_str()).build();
        let call = self.round.site.ssm.create_maintenance_window().client_token(self.token("window", settings));
        let call = call.tags(tag.map_err(|error| CallError::not_made(OPERATION, error))?);
        let answer = with_window!(call, settings).send().await.called(OPERATION)?;
        let left_out = || CallError::left_out(OPERATION, "WindowId");
        self.id = Some(answer.window_id.clone().ok_or_else(left_out)?);
        self.tell(OPERATION, &[], answer.request_id());
        Ok(())
    }

    async fn register_target(&mut self, step: &Step, settings: &TargetSettings) -> Result<(), CallError> {
        use MaintenanceWindowResourceType::{Instance, ResourceGroup};
        let call = self.round.site.ssm.register_target_with_maintenance_window();
        // Keys that name resource groups go with another type than those that name nodes.
        let resource_type = if settings.is_of_resource_groups() { ResourceGroup } else { Instance };
        let call = call.client_token(self.token("target", settings)).resource_type(resource_type);
        let answer = written!(self, step, "ssm:RegisterTargetWithMaintenanceWindow", with_target!(call, settings))?;
        let left_out = || CallError::left_out("ssm:RegisterTargetWithMaintenanceWindow", "WindowTargetId");
        self.target = Some(answer.window_target_id.ok_or_else(left_out)?);
        Ok(())
    }

    /// Each round has tokens of its own: what an earlier round created may be gone, and its token would still be answered
    /// with its id.
    fn token(&self, item: &str, settings: &impl Debug) -> String {
        let (item, parent) = (format!("{item}-{}", self.round.number), format!("{:?}/{:?}", self.id, self.target));
        self.round.site.place.client_token(&item, &parent, settings)
    }

    /// Makes the call of `operation` and logs it.
    async fn write<T: RequestId, E: ProvideErrorMetadata + Error + 'static>(
        &self,
        operation: &'static str,
        step: &Step,
        send: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, CallError> {
        let call = async || send().await.called(operation);
        let answer = if self.is_new { self.round.site.patiently(call).await } else { call().await }?;
        self.tell(operation, &step.changes, answer.request_id());
        Ok(answer)
    }

    /// The one line of a writing call that succeeded.
    fn tell(&self, operation: &'static str, changes: &[Change], request_id: Option<&str>) {
        let changes: Vec<_> =
            changes.iter().map(|Change { field, from, to }| format!("{field}: {from} -> {to}")).collect();
        let changes = (!changes.is_empty()).then(|| changes.join("; "));
        let (window, window_id) = (self.name, self.id.as_deref());
        tracing::info!(operation, window, window_id, changes, request_id, "{operation}: {window}");
    }
}

fn invocation(settings: &TaskSettings) -> MaintenanceWindowTaskInvocationParameters {
    let output = settings.output_log_group.as_ref().map(|group| {
        CloudWatchOutputConfig::builder().cloud_watch_log_group_name(group).cloud_watch_output_enabled(true).build()
    });
    let parameters = settings.parameters.iter().map(|(name, values)| (name.clone(), values.clone())).collect();
    MaintenanceWindowTaskInvocationParameters::builder()
        .run_command(
            MaintenanceWindowRunCommandParameters::builder()
                .set_document_version(settings.document_version.clone())
                .set_document_hash(settings.document_hash.clone())
                .set_document_hash_type(settings.document_hash.as_ref().map(|_| DocumentHashType::Sha256))
                .set_parameters(Some(parameters))
                .set_timeout_seconds(settings.timeout_seconds)
                .set_comment(settings.comment.clone())
                .set_output_s3_bucket_name(settings.output_s3_bucket.clone())
                .set_output_s3_key_prefix(settings.output_s3_prefix.clone())
                .set_cloud_watch_output_config(output)
                .build(),
        )
        .build()
}

fn window_targets(id: String) -> Vec<Target> {
    vec![Target::builder().key("WindowTargetIds").values(id).build()]
}

fn selectors(settings: &TargetSettings) -> Vec<Target> {
    let selectors = settings.selectors.iter();
    selectors
        .map(|(key, values)| Target::builder().key(key).set_values(Some(values.iter().cloned().collect())).build())
        .collect()
}

/// What was to be removed and is not there any more is done.
fn done_or_gone<T>(result: Result<T, CallError>) -> Result<(), CallError> {
    match result {
        Err(error) if error.cause != Cause::ChangedMeanwhile => Err(error),
        _ => Ok(()),
    }
}
