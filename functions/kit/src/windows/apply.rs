//! Writing: what a plan names, and nothing else.

use aws_sdk_ssm::Client;
use futures::future::{join_all, try_join_all};
use futures::try_join;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Afterwards, Plan, Reconciliation, Step, WindowPlan};
use patching::policy::OwnerTag;
use patching::settings::{DesiredWindow, TargetSettings};
use patching::token::Place;

use super::observe::{identities, is_whole};
use super::write::Writer;
use crate::call::{CallError, CallFailure};

/// What came of carrying a plan out.
#[derive(Debug)]
pub struct Applied {
    /// What was done, one entry a window in the plan's order.
    pub windows: Vec<WindowOutcome>,
    /// Set when another run may have been at work on the same windows: they are to be observed, planned and applied
    /// again, and this is the error if that does not end.
    pub contested: Option<CallError>,
}

/// Carries out `plan` in `place`, as the run's `round`, counted from 0.
///
/// Windows do not depend on each other and are worked on at once; those to delete come first, as an account-Region holds
/// fifty. When one fails the others are still carried through;
/// the error is then that of the first that no repetition can mend, else of the first. Whatever was left undone, the
/// next run's plan has it.
pub async fn apply(
    ssm: &Client,
    place: &Place,
    owner_tag: &OwnerTag,
    plan: &Plan,
    round: u8,
) -> Result<Applied, CallError> {
    let writer = Writer { ssm, place, owner_tag, round };
    let (deletions, others): (Vec<_>, Vec<_>) =
        plan.windows.iter().partition(|window| matches!(window, WindowPlan::Delete { .. }));
    let deleted = join_all(deletions.into_iter().map(|window| apply_window(&writer, window))).await;
    let mut results = join_all(others.into_iter().map(|window| apply_window(&writer, window))).await;
    results.extend(deleted);
    let (done, mut failed): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    failed.sort_by_key(|result| matches!(result, Err(error) if error.is_passing()));
    if let Some(Err(error)) = failed.into_iter().next() {
        return Err(error);
    }
    let (mut windows, disturbances): (Vec<_>, Vec<_>) = done.into_iter().flatten().unzip();
    let afterwards = look(ssm, &mut windows).await?;
    let disturbed = disturbances.into_iter().flatten().next();
    let contested = disturbed.or_else(|| plan.is_contested(&afterwards).then(another_run));
    Ok(Applied { windows, contested })
}

/// Answers what was done, and the error when another run changed the window in between.
async fn apply_window(writer: &Writer<'_>, plan: &WindowPlan) -> Result<(WindowOutcome, Option<CallError>), CallError> {
    let result = match plan {
        WindowPlan::Create(wanted) => create(writer, wanted).await.map(Some),
        WindowPlan::Reconcile(window) => reconcile(writer, window).await.map(|()| None),
        WindowPlan::Delete { id, .. } => writer.delete_window(id).await.map(|()| None),
    };
    match result {
        Ok(created) => Ok((plan.outcome(created), None)),
        Err(disturbed @ CallError::ChangedMeanwhile(_)) => Ok((plan.outcome(None), Some(disturbed))),
        Err(error) => Err(error),
    }
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
    // Before one is registered: a window holds twenty tasks.
    for task in &window.surplus_tasks {
        writer.deregister_task(&window.id, task).await?;
    }
    match &window.task {
        Step::Keep { .. } => {}
        Step::Update { id, settings } => writer.update_task(&window.id, id, &target, settings).await?,
        Step::Register(settings) => writer.register_task(&window.id, &target, settings).await?,
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

/// Lists the windows once more when something was written: when each runs next, and whether another run wrote, too.
async fn look(ssm: &Client, outcomes: &mut [WindowOutcome]) -> Result<Afterwards, CallError> {
    if !outcomes.iter().any(|outcome| matches!(outcome.status, WindowStatus::Created | WindowStatus::Updated)) {
        return Ok(Afterwards::default());
    }
    let created = outcomes.iter().filter(|outcome| outcome.status == WindowStatus::Created);
    let whole = try_join_all(
        created
            .filter_map(|outcome| Some((&outcome.name, outcome.id.as_ref()?)))
            .map(async |(name, id)| Ok::<_, CallError>(is_whole(ssm, id).await?.then(|| name.clone()))),
    );
    let (listed, whole) = try_join!(identities(ssm), whole)?;
    let whole = whole.into_iter().flatten().collect();
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status != WindowStatus::Deleted) {
        let found = listed.iter().find(|window| window.window_id.is_some() && window.window_id == outcome.id);
        outcome.next_execution = found.and_then(|window| window.next_execution_time.clone());
    }
    Ok(Afterwards { names: listed.into_iter().filter_map(|window| window.name).collect(), whole })
}

fn another_run() -> CallError {
    CallError::ChangedMeanwhile(CallFailure {
        operation: "ssm:DescribeMaintenanceWindows",
        code: None,
        message: "another run is at work on the same windows".to_owned(),
        request_id: None,
    })
}
