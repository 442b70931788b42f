//! What is there after a plan was carried out.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use futures::try_join;
use lambda::CallError;
use patching::observed::Observed;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::{Afterwards, Plan};

use super::observe::{gone_is_none, identities, targets, task_ids, window};
use super::site::Site;

/// Lists the windows once more: when each runs next, and whether another run wrote, too.
pub(super) async fn look(
    site: &Site<'_>,
    plan: &Plan,
    before: &Observed,
    outcomes: &mut [WindowOutcome],
) -> Result<Afterwards, CallError> {
    let (listed, doubled) = try_join!(identities(site.ssm), doubled(site, plan, outcomes))?;
    let own = outcomes.iter().filter_map(|outcome| outcome.id.clone());
    let known: BTreeSet<_> = before.foreign.iter().map(|window| window.id.clone()).chain(own).collect();
    let others = listed.iter().filter(|window| window.window_id.as_ref().is_some_and(|id| !known.contains(id)));
    let names = others.filter_map(|window| window.name.clone()).collect();
    let mut afterwards = Afterwards { names, gone: BTreeSet::new(), doubled };
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status != WindowStatus::Deleted) {
        let Some(id) = &outcome.id else { continue };
        let found = if let Some(window) = listed.iter().find(|window| window.window_id.as_ref() == Some(id)) {
            Some(window.next_execution_time.clone())
        } else {
            // It may be there though no list has it.
            let found = gone_is_none(site.patiently(async || window(site.ssm, id).await)).await?;
            found.map(|window| window.next_execution_time)
        };
        if found.is_none() {
            afterwards.gone.insert(id.clone());
        }
        outcome.next_execution = found.flatten();
    }
    Ok(afterwards)
}

/// Those of the windows to which parts were added, or from which some were taken away, that now have more than one of a kind.
async fn doubled(site: &Site<'_>, plan: &Plan, outcomes: &[WindowOutcome]) -> Result<BTreeSet<String>, CallError> {
    let removed: Vec<_> = plan.removed_parts().collect();
    let others = |found: Vec<String>| found.iter().filter(|id| !removed.contains(id)).count();
    let changed = outcomes.iter().filter(|outcome| outcome.adds_or_removes_parts());
    let looks = changed.filter_map(|outcome| outcome.id.as_ref()).map(async |id| {
        let parts = gone_is_none(site.patiently(async || parts_of(site, id).await)).await?;
        let is_doubled = parts.is_some_and(|(targets, tasks)| others(targets) > 1 || others(tasks) > 1);
        Ok::<_, CallError>(is_doubled.then(|| id.clone()))
    });
    Ok(try_join_all(looks).await?.into_iter().flatten().collect())
}

async fn parts_of(site: &Site<'_>, id: &str) -> Result<(Vec<String>, Vec<String>), CallError> {
    let (targets, tasks) = try_join!(targets(site.ssm, id), task_ids(site.ssm, id))?;
    Ok((targets.into_iter().map(|target| target.id).collect(), tasks))
}
