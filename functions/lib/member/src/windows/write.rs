//! The writing calls, one a method. Every update replaces: what the settings do not name is unset.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_ssm::config::http::HttpResponse;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::types::{
    CloudWatchOutputConfig, DocumentHashType, MaintenanceWindowResourceType, MaintenanceWindowRunCommandParameters,
    MaintenanceWindowTaskCutoffBehavior, MaintenanceWindowTaskInvocationParameters, MaintenanceWindowTaskType, Tag,
    Target,
};
use lambda::call::Called;
use lambda::{CallError, Cause};
use patching::settings::{TargetSettings, TaskSettings, WindowSettings};

use super::site::Site;
use super::subject::{Part, Subject};

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

/// The same for a task, on a target of its window.
macro_rules! with_task {
    ($call:expr, $target:expr, $settings:expr) => {
        $call
            .targets(window_target($target))
            .task_arn(&$settings.document)
            .set_service_role_arn($settings.service_role.clone())
            .task_invocation_parameters(invocation($settings))
            .priority($settings.priority)
            .set_max_concurrency($settings.max_concurrency.clone())
            .set_max_errors($settings.max_errors.clone())
            .set_cutoff_behavior(cutoff_behavior($settings))
            .set_name($settings.name.clone())
            .set_description($settings.description.clone())
    };
}

/// Sends a call as often as it is asked to.
macro_rules! sent {
    ($call:expr) => {
        async || $call.clone().send().await
    };
}

#[derive(Debug)]
pub(super) struct Writer<'a> {
    site: &'a Site<'a>,
    round: u32,
    /// The windows that this run has created: what is said of them just now may pass.
    created: Mutex<BTreeSet<String>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(site: &'a Site<'a>, round: u32, created: BTreeSet<String>) -> Self {
        Self { site, round, created: Mutex::new(created) }
    }

    /// Each round has tokens of its own: what an earlier round created may be gone, and its token would still be answered
    /// with its id.
    fn token(&self, item: &str, parent: &str, settings: &impl Debug) -> String {
        self.site.place.client_token(&format!("{item}-{}", self.round), parent, settings)
    }

    fn created(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the call of `operation`, which writes this part of `window`, and logs it.
    async fn write<T, E>(
        &self,
        operation: &'static str,
        window: Subject<'_>,
        part: Part,
        send: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, CallError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + Error + 'static,
    {
        let is_new = self.created().contains(window.id);
        let call = async || send().await.called(operation);
        let answer = if is_new { self.site.patiently(call).await } else { call().await }?;
        window.written(operation, part, answer.request_id());
        Ok(answer)
    }

    /// The tag goes with the creation: there is no moment at which a window of ours is without it.
    pub(super) async fn create_window(&self, settings: &WindowSettings) -> Result<String, CallError> {
        const OPERATION: &str = "ssm:CreateMaintenanceWindow";
        let owner_tag = self.site.owner_tag;
        let tag = Tag::builder().key(owner_tag.key.as_str()).value(owner_tag.value.as_str()).build();
        let call = self.site.ssm.create_maintenance_window().client_token(self.token("window", "", settings));
        let call = call.tags(tag.map_err(|error| CallError::not_made(OPERATION, error))?);
        let answer = with_window!(call, settings).send().await.called(OPERATION)?;
        let request_id = answer.request_id().map(ToOwned::to_owned);
        let id = answer.window_id.ok_or_else(|| CallError::left_out(OPERATION, "WindowId"))?;
        let window = Subject { id: &id, name: &settings.name, changes: &[] };
        window.written(OPERATION, Part::Settings, request_id.as_deref());
        self.created().insert(id.clone());
        Ok(id)
    }

    pub(super) async fn update_window(&self, window: Subject<'_>, settings: &WindowSettings) -> Result<(), CallError> {
        let call = self.site.ssm.update_maintenance_window().window_id(window.id).replace(true);
        let call = call.enabled(settings.enabled);
        let call = with_window!(call, settings);
        self.write("ssm:UpdateMaintenanceWindow", window, Part::Settings, sent!(call)).await.map(drop)
    }

    pub(super) async fn delete_window(&self, window: Subject<'_>) -> Result<(), CallError> {
        let call = self.site.ssm.delete_maintenance_window().window_id(window.id);
        done_or_gone(self.write("ssm:DeleteMaintenanceWindow", window, Part::Settings, sent!(call)).await)
    }

    pub(super) async fn register_target(
        &self,
        window: Subject<'_>,
        settings: &TargetSettings,
    ) -> Result<String, CallError> {
        const OPERATION: &str = "ssm:RegisterTargetWithMaintenanceWindow";
        let call = self.site.ssm.register_target_with_maintenance_window().window_id(window.id);
        let call = call.client_token(self.token("target", window.id, settings)).resource_type(resource_type(settings));
        let call = with_target!(call, settings);
        let answer = self.write(OPERATION, window, Part::Target, sent!(call)).await?;
        answer.window_target_id.ok_or_else(|| CallError::left_out(OPERATION, "WindowTargetId"))
    }

    pub(super) async fn update_target(
        &self,
        window: Subject<'_>,
        id: &str,
        settings: &TargetSettings,
    ) -> Result<(), CallError> {
        let call = self.site.ssm.update_maintenance_window_target().window_id(window.id);
        let call = call.window_target_id(id).replace(true);
        let call = with_target!(call, settings);
        self.write("ssm:UpdateMaintenanceWindowTarget", window, Part::Target, sent!(call)).await.map(drop)
    }

    /// `Safe`: a target that a task still names stays, and the next run sees to it.
    pub(super) async fn deregister_target(&self, window: Subject<'_>, id: &str) -> Result<(), CallError> {
        let call = self.site.ssm.deregister_target_from_maintenance_window().window_id(window.id);
        let call = call.window_target_id(id).safe(true);
        let operation = "ssm:DeregisterTargetFromMaintenanceWindow";
        done_or_gone(self.write(operation, window, Part::SurplusTargets, sent!(call)).await)
    }

    pub(super) async fn register_task(
        &self,
        window: Subject<'_>,
        target: &str,
        settings: &TaskSettings,
    ) -> Result<(), CallError> {
        let token = self.token("task", &format!("{}/{target}", window.id), settings);
        let call = self.site.ssm.register_task_with_maintenance_window().window_id(window.id).client_token(token);
        let call = with_task!(call.task_type(MaintenanceWindowTaskType::RunCommand), target, settings);
        self.write("ssm:RegisterTaskWithMaintenanceWindow", window, Part::Task, sent!(call)).await.map(drop)
    }

    pub(super) async fn update_task(
        &self,
        window: Subject<'_>,
        id: &str,
        target: &str,
        settings: &TaskSettings,
    ) -> Result<(), CallError> {
        let call = self.site.ssm.update_maintenance_window_task().window_id(window.id);
        let call = call.window_task_id(id).replace(true);
        let call = with_task!(call, target, settings);
        self.write("ssm:UpdateMaintenanceWindowTask", window, Part::Task, sent!(call)).await.map(drop)
    }

    pub(super) async fn deregister_task(&self, window: Subject<'_>, id: &str) -> Result<(), CallError> {
        let call = self.site.ssm.deregister_task_from_maintenance_window().window_id(window.id).window_task_id(id);
        let operation = "ssm:DeregisterTaskFromMaintenanceWindow";
        done_or_gone(self.write(operation, window, Part::SurplusTasks, sent!(call)).await)
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

fn window_target(id: &str) -> Target {
    Target::builder().key("WindowTargetIds").values(id).build()
}

fn selectors(settings: &TargetSettings) -> Vec<Target> {
    let selectors = settings.selectors.iter();
    selectors
        .map(|(key, values)| Target::builder().key(key).set_values(Some(values.iter().cloned().collect())).build())
        .collect()
}

/// Keys that name resource groups go with another type than those that name nodes.
fn resource_type(settings: &TargetSettings) -> MaintenanceWindowResourceType {
    if settings.is_of_resource_groups() {
        MaintenanceWindowResourceType::ResourceGroup
    } else {
        MaintenanceWindowResourceType::Instance
    }
}

fn cutoff_behavior(settings: &TaskSettings) -> Option<MaintenanceWindowTaskCutoffBehavior> {
    settings.cutoff_behavior.map(|behavior| behavior.as_str().into())
}

/// What was to be removed and is not there any more is done.
fn done_or_gone<T>(result: Result<T, CallError>) -> Result<(), CallError> {
    match result {
        Err(error) if error.cause != Cause::ChangedMeanwhile => Err(error),
        _ => Ok(()),
    }
}
