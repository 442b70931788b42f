//! Writing: what a plan names, and nothing else.

use std::collections::BTreeMap;

use futures::future::join_all;
use futures::join;
use lambda::{CallError, Cause};
use patching::diff::Change;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Plan, Reconciliation, Step, WindowPlan};
use patching::settings::{DesiredWindow, TargetSettings};

use super::subject::{Part, Subject};
use super::write::Writer;

/// What came of carrying a plan out.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// What was done, in the plan's order; also what was done before something failed.
    pub windows: Vec<WindowOutcome>,
    /// Why not all was done: the first error that no repetition can mend, else the first. The next plan has
    /// what was left undone.
    pub failed: Option<CallError>,
    /// Another run changed a window in between: they are to be observed, planned and applied again.
    pub disturbed: Option<CallError>,
}

/// What was done to one window, and why not all.
struct Attempt {
    done: Option<WindowOutcome>,
    error: Option<CallError>,
}

/// Carries out `plan`.
///
/// Windows do not depend on each other and are worked on at once; when one fails the others are still carried through. What
/// is to be deleted comes last, and only when all else was done: a window that has gone does not patch, and the one in
/// its place may be refused. Where the Region is full, one is deleted for each one that is created.
pub(super) async fn apply(writer: &Writer<'_>, plan: &Plan) -> Applied {
    let numbered = || plan.windows.iter().enumerate();
    let creations: Vec<_> = numbered().filter(|(_, window)| matches!(window, WindowPlan::Create(_))).collect();
    let updates = numbered().filter(|(_, window)| matches!(window, WindowPlan::Reconcile(_)));
    let mut deletions =
        numbered().filter(|(_, window)| matches!(window, WindowPlan::Delete { .. })).collect::<Vec<_>>().into_iter();
    let (with_room, others) = creations.split_at(plan.room.min(creations.len()));

    let mut attempts = at_once(writer, updates.chain(with_room.iter().copied())).await;
    // As many as there are do not make room for all of them: the service says so, and all that is there stays.
    let exchanges =
        if others.len() <= deletions.len() { deletions.by_ref().take(others.len()).collect() } else { Vec::new() };
    if exchanges.is_empty() {
        attempts.extend(at_once(writer, others.iter().copied()).await);
    }
    for (deletion, creation) in exchanges.into_iter().zip(others) {
        for (number, window) in [deletion, *creation] {
            if is_done(&attempts) {
                attempts.insert(number, attempt(writer, window).await);
            }
        }
    }
    if is_done(&attempts) {
        attempts.extend(at_once(writer, deletions).await);
    }
    applied(attempts)
}

async fn at_once<'a>(
    writer: &Writer<'_>,
    windows: impl Iterator<Item = (usize, &'a WindowPlan)>,
) -> BTreeMap<usize, Attempt> {
    let attempts = windows.map(async |(number, window)| (number, attempt(writer, window).await));
    join_all(attempts).await.into_iter().collect()
}

fn is_done(attempts: &BTreeMap<usize, Attempt>) -> bool {
    attempts.values().all(|attempt| attempt.error.is_none())
}

fn applied(attempts: BTreeMap<usize, Attempt>) -> Applied {
    let mut applied = Applied::default();
    for Attempt { done, error } in attempts.into_values() {
        applied.windows.extend(done);
        match error {
            Some(error) if error.cause == Cause::ChangedMeanwhile => _ = applied.disturbed.get_or_insert(error),
            Some(error) if applied.failed.as_ref().is_none_or(|first| first.is_passing() && !error.is_passing()) => {
                applied.failed = Some(error);
            }
            None | Some(_) => {}
        }
    }
    applied
}

async fn attempt(writer: &Writer<'_>, plan: &WindowPlan) -> Attempt {
    match plan {
        WindowPlan::Create(wanted) => create(writer, plan, wanted).await,
        WindowPlan::Reconcile(window) => {
            let (changes, error) = reconcile(writer, window).await;
            // Of a window in which something failed only what was done is known, and not whether that is all.
            let done =
                (error.is_none() || !changes.is_empty()).then(|| WindowOutcome { changes, ..plan.outcome(None) });
            Attempt { done, error }
        }
        WindowPlan::Delete { id, name } => {
            let window = Subject { id, name, changes: &[] };
            let error = writer.delete_window(window).await.err();
            Attempt { done: error.is_none().then(|| plan.outcome(None)), error }
        }
    }
}

/// The window comes first and its task last: a window without a task does nothing when it opens.
async fn create(writer: &Writer<'_>, plan: &WindowPlan, wanted: &DesiredWindow) -> Attempt {
    let id = match writer.create_window(&wanted.window).await {
        Ok(id) => id,
        Err(error) => return Attempt { done: None, error: Some(error) },
    };
    let window = Subject { id: &id, name: &wanted.window.name, changes: &[] };
    let parts = async {
        if !wanted.window.enabled {
            // SSM creates windows enabled.
            writer.update_window(window, &wanted.window).await?;
        }
        let target = writer.register_target(window, &wanted.target).await?;
        writer.register_task(window, &target, &wanted.task).await
    };
    let error = parts.await.err();
    Attempt { done: Some(plan.outcome(Some(id))), error }
}

/// Answers the changes that were made, and why not all were.
async fn reconcile(writer: &Writer<'_>, window: &Reconciliation) -> (Vec<Change>, Option<CallError>) {
    let subject = Subject { id: &window.id, name: &window.name, changes: &window.changes };
    let settings = async {
        let Some(settings) = &window.settings else { return Ok(()) };
        writer.update_window(subject, settings).await
    };
    let (settings, target) = join!(settings, reconcile_target(writer, subject, &window.target));
    let mut parts = vec![(Part::Settings, settings.is_ok()), (Part::Target, target.is_ok())];
    let on_target = match &target {
        Ok(target) => reconcile_on(writer, subject, window, target, &mut parts).await,
        Err(_) => Ok(()),
    };
    let is_made = |change: &&Change| parts.contains(&(Part::of(change), true));
    let changes = window.changes.iter().filter(is_made).cloned().collect();
    (changes, settings.err().or(target.err()).or(on_target.err()))
}

/// All that needs the target's id; `parts` gets what was done.
async fn reconcile_on(
    writer: &Writer<'_>,
    subject: Subject<'_>,
    window: &Reconciliation,
    target: &str,
    parts: &mut Vec<(Part, bool)>,
) -> Result<(), CallError> {
    // Before one is registered: a window holds twenty tasks.
    for task in &window.surplus_tasks {
        writer.deregister_task(subject, task).await?;
    }
    parts.push((Part::SurplusTasks, true));
    match &window.task {
        Step::Keep { .. } => {}
        Step::Update { id, settings } => writer.update_task(subject, id, target, settings).await?,
        Step::Register(settings) => writer.register_task(subject, target, settings).await?,
    }
    parts.push((Part::Task, true));
    for target in &window.surplus_targets {
        writer.deregister_target(subject, target).await?;
    }
    parts.push((Part::SurplusTargets, true));
    Ok(())
}

/// Answers the id of the target on which the task is to run.
async fn reconcile_target(
    writer: &Writer<'_>,
    window: Subject<'_>,
    step: &Step<TargetSettings>,
) -> Result<String, CallError> {
    match step {
        Step::Keep { id } => Ok(id.clone()),
        Step::Update { id, settings } => {
            writer.update_target(window, id, settings).await?;
            Ok(id.clone())
        }
        Step::Register(settings) => writer.register_target(window, settings).await,
    }
}

/// Whether something was written that another run may have written as well.
pub(super) fn is_worth_a_look(windows: &[WindowOutcome]) -> bool {
    let keeps = |name: &str| windows.iter().any(|window| window.name == name && window.status != WindowStatus::Deleted);
    windows.iter().any(|window| match window.status {
        WindowStatus::Created | WindowStatus::Updated => true,
        WindowStatus::Deleted => keeps(&window.name),
        _ => false,
    })
}
