//! What is there after a plan was carried out.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use futures::try_join;
use lambda::CallError;
use patching::observed::Observed;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Afterwards, Plan, Reconciliation, WindowPlan};

use super::observe::{gone_is_none, identities, next_execution, targets, task_ids};
use super::site::Site;

/// Lists the windows once more: when each runs next, and whether another run wrote, too.
pub(super) async fn look(
    site: &Site<'_>,
    plan: &Plan,
    before: &Observed,
    outcomes: &mut [WindowOutcome],
) -> Result<Afterwards, CallError> {
    let (listed, doubled) = try_join!(identities(site.ssm), doubled(site, plan, outcomes))?;
    let is_deleted = |id: &str| {
        outcomes.iter().any(|window| window.status == WindowStatus::Deleted && window.id.as_deref() == Some(id))
    };
    let is_foreign = |id: &str| before.foreign.iter().any(|window| window.id == id);
    let mut afterwards = Afterwards { doubled, ..Afterwards::default() };
    for window in &listed {
        if let (Some(id), Some(name)) = (&window.window_id, &window.name)
            && !is_deleted(id)
            && !is_foreign(id)
        {
            afterwards.listed.insert(id.clone(), name.clone());
        }
    }
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status != WindowStatus::Deleted) {
        let Some(id) = &outcome.id else { continue };
        let found = match listed.iter().find(|window| window.window_id.as_ref() == Some(id)) {
            Some(window) => Some(window.next_execution_time.clone()),
            None => unlisted(site, id).await?,
        };
        if found.is_none() {
            afterwards.gone.insert(id.clone());
        }
        outcome.next_execution = found.flatten();
    }
    Ok(afterwards)
}

/// When a window runs next that is there though no list has it; none for one that is not.
async fn unlisted(site: &Site<'_>, id: &str) -> Result<Option<Option<String>>, CallError> {
    gone_is_none(site.patiently(async || next_execution(site.ssm, id).await)).await
}

/// Those of the windows to which parts were added, or from which some were taken away, that now have more than one of a kind.
async fn doubled(site: &Site<'_>, plan: &Plan, outcomes: &[WindowOutcome]) -> Result<BTreeSet<String>, CallError> {
    let none = || (&[][..], &[][..]);
    let created = outcomes.iter().filter(|window| window.status == WindowStatus::Created);
    let created = created.filter_map(|window| Some((window.id.as_ref()?, none())));
    let reconciled = plan.windows.iter().filter_map(|window| match window {
        WindowPlan::Reconcile(window) if window.adds_or_removes_parts() => Some((&window.id, surplus(window))),
        _ => None,
    });
    let looks = created.chain(reconciled).map(async |(id, (targets, tasks))| {
        let left = |found: Vec<String>, surplus: &[String]| found.iter().filter(|id| !surplus.contains(id)).count();
        let is_doubled = gone_is_none(site.patiently(async || parts_of(site, id).await)).await?.is_some_and(
            |(found_targets, found_tasks)| left(found_targets, targets) > 1 || left(found_tasks, tasks) > 1,
        );
        Ok::<_, CallError>(is_doubled.then(|| id.clone()))
    });
    Ok(try_join_all(looks).await?.into_iter().flatten().collect())
}

async fn parts_of(site: &Site<'_>, id: &str) -> Result<(Vec<String>, Vec<String>), CallError> {
    let (targets, tasks) = try_join!(targets(site.ssm, id), task_ids(site.ssm, id))?;
    Ok((targets.into_iter().map(|target| target.id).collect(), tasks))
}

fn surplus(window: &Reconciliation) -> (&[String], &[String]) {
    (&window.surplus_targets, &window.surplus_tasks)
}
