//! What is there after a plan was carried out, and whether another run is at work on the same windows.
//!
//! Two runs that find a window missing both create it. Neither can see that beforehand, but the one that writes last can
//! see it afterwards. So a run looks again after each change that another run could have made as well, and is done when such a
//! look leaves nothing to do. All choose alike which of several stays.
//!
//! SSM's lists may lag behind: that something is not listed yet says nothing of other runs.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use futures::try_join;
use lambda::CallError;
use patching::observed::Observed;
use patching::outcome::{WindowOutcome, WindowStatus};
use patching::plan::Plan;

use super::observe::{gone_is_none, identities, targets, task_ids, window};
use super::site::Site;

/// Lists the windows once more. Each outcome gets when its window runs next; the answer is whether another run has done what this one
/// did, so that there is now too much or too little.
pub(super) async fn look(
    site: &Site<'_>,
    plan: &Plan,
    before: &Observed,
    outcomes: &mut [WindowOutcome],
) -> Result<bool, CallError> {
    let (listed, mut is_contested) = try_join!(identities(site.ssm), is_any_doubled(site, plan, outcomes))?;
    let own = outcomes.iter().filter_map(|outcome| outcome.id.clone());
    let known: BTreeSet<_> = before.foreign.iter().map(|window| window.id.clone()).chain(own).collect();
    let others = listed.iter().filter(|window| window.window_id.as_ref().is_some_and(|id| !known.contains(id)));
    let names: BTreeSet<_> = others.filter_map(|window| window.name.as_ref()).collect();
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.status != WindowStatus::Deleted) {
        let Some(id) = &outcome.id else { continue };
        let found = if let Some(window) = listed.iter().find(|window| window.window_id.as_ref() == Some(id)) {
            Some(window.next_execution_time.clone())
        } else {
            // It may be there though no list has it.
            let found = gone_is_none(site.patiently(async || window(site.ssm, id).await)).await?;
            found.map(|window| window.next_execution_time)
        };
        is_contested |= found.is_none() || names.contains(&outcome.name);
        outcome.next_execution = found.flatten();
    }
    Ok(is_contested)
}

/// Whether of the windows to which parts were added, or from which some were taken away, one now has more than one of a kind.
async fn is_any_doubled(site: &Site<'_>, plan: &Plan, outcomes: &[WindowOutcome]) -> Result<bool, CallError> {
    let removed: Vec<_> = plan.removed_parts().collect();
    let others = |found: Vec<String>| found.iter().filter(|id| !removed.contains(id)).count();
    let changed = outcomes.iter().filter(|outcome| outcome.adds_or_removes_parts());
    let looks = changed.filter_map(|outcome| outcome.id.as_ref()).map(async |id| {
        let parts = gone_is_none(site.patiently(async || parts_of(site, id).await)).await?;
        Ok::<_, CallError>(parts.is_some_and(|(targets, tasks)| others(targets) > 1 || others(tasks) > 1))
    });
    Ok(try_join_all(looks).await?.contains(&true))
}

async fn parts_of(site: &Site<'_>, id: &str) -> Result<(Vec<String>, Vec<String>), CallError> {
    let (targets, tasks) = try_join!(targets(site.ssm, id), task_ids(site.ssm, id))?;
    Ok((targets.into_iter().map(|target| target.id).collect(), tasks))
}
