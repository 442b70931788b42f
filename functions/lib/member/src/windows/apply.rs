//! Writing: what a plan names, and nothing else.

use std::collections::BTreeMap;

use futures::future::join_all;
use lambda::{CallError, Cause};
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Plan, WindowPlan};

use super::site::Round;
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
type Attempt = (Option<WindowOutcome>, Option<CallError>);

/// Carries out `plan`.
///
/// Windows do not depend on each other and are worked on at once; when one fails the others are still carried through. What
/// is to be deleted comes last, and only when all else was done: a window that has gone does not patch, and the one in
/// its place may be refused. Where the Region is full, one is deleted for each one that is created.
pub(super) async fn apply(round: &Round<'_>, plan: &Plan) -> Applied {
    let numbered = |is_meant: fn(WindowStatus) -> bool| -> Vec<_> {
        plan.windows.iter().enumerate().filter(|(_, window)| is_meant(window.outcome.status)).collect()
    };
    let mut creations = numbered(|status| status == WindowStatus::Created);
    let mut deletions = numbered(|status| status == WindowStatus::Deleted);
    let without_room = creations.len().saturating_sub(plan.room);
    // Where there are too few deletions to make room for all, the service says so, and all that is there stays.
    let pairs = if without_room <= deletions.len() { without_room } else { 0 };
    let last_creations = creations.split_off(creations.len() - pairs);
    let last_deletions = deletions.split_off(pairs);

    let updates = numbered(|status| matches!(status, WindowStatus::Updated | WindowStatus::Unchanged));
    let mut attempts = at_once(round, [updates, creations].concat()).await;
    for (deletion, creation) in deletions.into_iter().zip(last_creations) {
        for (number, window) in [deletion, creation] {
            if is_done(&attempts) {
                attempts.insert(number, attempt(round, window).await);
            }
        }
    }
    if is_done(&attempts) {
        attempts.extend(at_once(round, last_deletions).await);
    }
    applied(attempts)
}

async fn at_once(round: &Round<'_>, windows: Vec<(usize, &WindowPlan)>) -> BTreeMap<usize, Attempt> {
    let attempts = windows.into_iter().map(async |(number, window)| (number, attempt(round, window).await));
    join_all(attempts).await.into_iter().collect()
}

fn is_done(attempts: &BTreeMap<usize, Attempt>) -> bool {
    attempts.values().all(|(_, error)| error.is_none())
}

fn applied(attempts: BTreeMap<usize, Attempt>) -> Applied {
    let mut applied = Applied::default();
    for (done, error) in attempts.into_values() {
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

async fn attempt(round: &Round<'_>, plan: &WindowPlan) -> Attempt {
    let lists = plan.steps.iter().map(async |steps| {
        let mut writer = Writer::new(round, plan);
        let error = writer.take_all(steps).await.err();
        (writer, error)
    });
    let (writers, errors): (Vec<_>, Vec<_>) = join_all(lists).await.into_iter().unzip();
    let (error, taken) = (errors.into_iter().flatten().next(), writers.iter().flat_map(|writer| &writer.taken));
    // Of a window in which something failed only what was done is known, and not whether that is all.
    let is_known = error.is_none() || taken.clone().next().is_some();
    let done = is_known.then(|| WindowOutcome {
        id: writers.iter().find_map(|writer| writer.id.clone()),
        changes: taken.flat_map(|step| step.changes.clone()).collect(),
        ..plan.outcome.clone()
    });
    (done, error)
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
