//! Writing: what a plan names, and nothing else.

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;
use futures::future::join_all;
use futures::try_join;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Plan, Reconciliation, Step, WindowPlan};
use patching::policy::OwnerTag;
use patching::settings::{DesiredWindow, TargetSettings};
use patching::token::Place;

use super::observe::next_executions;
use super::write::Writer;
use crate::call::CallError;

/// Carries out `plan` in `place` and answers what was done, one entry a window in the plan's order.
///
/// Windows do not depend on each other and are worked on at once. When one fails the others are still carried through;
/// the error is then that of the first that no repetition can mend, else of the first. Whatever was left undone, the
/// next run's plan has it.
pub async fn apply(
    ssm: &Client,
    place: &Place,
    owner_tag: &OwnerTag,
    plan: &Plan,
) -> Result<Vec<WindowOutcome>, CallError> {
    let writer = Writer { ssm, place, owner_tag };
    let results = join_all(plan.windows.iter().map(|window| apply_window(&writer, window))).await;
    let (done, mut failed): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    failed.sort_by_key(|result| matches!(result, Err(error) if error.is_passing()));
    if let Some(Err(error)) = failed.into_iter().next() {
        return Err(error);
    }
    let mut outcomes: Vec<_> = done.into_iter().flatten().collect();
    if outcomes.iter().any(|outcome| matches!(outcome.status, WindowStatus::Created | WindowStatus::Updated)) {
        read_next_executions(ssm, &mut outcomes).await?;
    }
    Ok(outcomes)
}

async fn apply_window(writer: &Writer<'_>, plan: &WindowPlan) -> Result<WindowOutcome, CallError> {
    let created = match plan {
        WindowPlan::Create(wanted) => Some(create(writer, wanted).await?),
        WindowPlan::Reconcile(window) => {
            reconcile(writer, window).await?;
            None
        }
        WindowPlan::Delete { id, .. } => {
            writer.delete_window(id).await?;
            None
        }
    };
    Ok(plan.outcome(created))
}

/// The window comes first and its task last: a window without a task does nothing when it opens.
async fn create(writer: &Writer<'_>, wanted: &DesiredWindow) -> Result<String, CallError> {
    let id = writer.create_window(&wanted.window).await?;
    if !wanted.window.enabled {
        // SSM creates windows enabled.
        writer.update_window(&id, &wanted.window).await?;
    }
    let target = writer.register_target(&id, &wanted.target).await?;
    writer.register_task(&id, &target, &wanted.task).await?;
    Ok(id)
}

async fn reconcile(writer: &Writer<'_>, window: &Reconciliation) -> Result<(), CallError> {
    let settings = async {
        match &window.settings {
            Some(settings) => writer.update_window(&window.id, settings).await,
            None => Ok(()),
        }
    };
    let ((), target) = try_join!(settings, reconcile_target(writer, &window.id, &window.target))?;
    match &window.task {
        Step::Keep { .. } => {}
        Step::Update { id, settings } => writer.update_task(&window.id, id, &target, settings).await?,
        Step::Register(settings) => writer.register_task(&window.id, &target, settings).await?,
    }
    for task in &window.surplus_tasks {
        writer.deregister_task(&window.id, task).await?;
    }
    for target in &window.surplus_targets {
        writer.deregister_target(&window.id, target).await?;
    }
    Ok(())
}

/// Answers the id of the target on which the task is to run.
async fn reconcile_target(writer: &Writer<'_>, window: &str, step: &Step<TargetSettings>) -> Result<String, CallError> {
    match step {
        Step::Keep { id } => Ok(id.clone()),
        Step::Update { id, settings } => {
            writer.update_target(window, id, settings).await?;
            Ok(id.clone())
        }
        Step::Register(settings) => writer.register_target(window, settings).await,
    }
}

async fn read_next_executions(ssm: &Client, outcomes: &mut [WindowOutcome]) -> Result<(), CallError> {
    let by_id: BTreeMap<String, String> = next_executions(ssm).await?;
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status != WindowStatus::Deleted) {
        outcome.next_execution = outcome.id.as_ref().and_then(|id| by_id.get(id).cloned());
    }
    Ok(())
}
