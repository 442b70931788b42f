//! The decision: from what should be there and what is there to what is to be done.
//!
//! A plan leaves nothing to choose when it is carried out, and carrying it out changes nothing that it does not name.

mod step;
#[cfg(test)]
mod tests;

pub use step::{Call, Step};

use std::iter;

use crate::diff::{Change, changes};
use crate::observed::{ForeignWindow, Observed, ObservedTask, ObservedWindow};
use crate::outcome::{Warning, WindowOutcome, WindowStatus};
use crate::settings::{Desired, DesiredWindow, WindowSettings};
use policy::ScheduleKind;

/// An account has so many windows in a Region at most:
/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>
const MAX_WINDOWS: usize = 50;

/// Everything to do in one account and Region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One entry a window: those of the policy in its order, then those to delete in the order in which they may go.
    pub windows: Vec<WindowPlan>,
    /// How many windows can be created before one has to be deleted for the next.
    pub room: usize,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What to do with one window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowPlan {
    /// What is to be reported once all is done; a window to be created has no id yet.
    pub outcome: WindowOutcome,
    /// The target that stays: on it the task is to run.
    pub target: Option<String>,
    /// The steps of a list are taken one after the other until one fails; the lists do not depend on each other.
    pub steps: Vec<Vec<Step>>,
}

/// What is to be done so that `observed` becomes `desired`.
///
/// Pure and total: it has an answer for every pair, and the order in which SSM listed things makes no difference.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut windows: Vec<_> = desired.windows.iter().map(|wanted| planned(wanted, &observed.ours)).collect();
    let is_kept = |found: &&ObservedWindow| windows.iter().any(|kept| kept.outcome.id.as_ref() == Some(&found.id));
    let (kept, mut surplus): (Vec<_>, Vec<_>) = observed.ours.iter().partition(is_kept);
    // First the second ones of a name: nothing is lost with them.
    let stays = |name: &str| kept.iter().any(|window| window.settings.name == name);
    surplus.sort_by_key(|window| (!stays(&window.settings.name), &window.settings.name, &window.id));
    windows.extend(surplus.into_iter().map(deleted));
    let room = MAX_WINDOWS.saturating_sub(observed.ours.len() + observed.foreign.len());
    Plan { windows, room, warnings: foreign_windows_of_our_names(desired, observed) }
}

/// Of several windows with the wanted name the most complete one stays, then the one with the least to change, then that of the lowest
/// id.
fn planned(wanted: &DesiredWindow, windows: &[ObservedWindow]) -> WindowPlan {
    let namesakes = windows.iter().filter(|window| window.settings.name == wanted.window.name);
    let kept = namesakes.map(|window| reconciled(wanted, window)).min_by_key(|plan| {
        let is_missing = |step: &&Step| matches!(step.call, Call::RegisterTarget(_) | Call::RegisterTask(_));
        let missing = plan.steps.iter().flatten().filter(is_missing).count();
        (missing, plan.outcome.changes.len(), plan.outcome.id.clone())
    });
    kept.unwrap_or_else(|| created(wanted))
}

/// The window comes first and its task last: a window without a task does nothing when it opens.
fn created(wanted: &DesiredWindow) -> WindowPlan {
    let DesiredWindow { window, target, task, .. } = wanted.clone();
    let name = window.name.clone();
    let disabled = (!window.enabled).then(|| Call::UpdateWindow(window.clone()));
    let parts = [Call::RegisterTarget(target), Call::RegisterTask(task)];
    let calls = iter::once(Call::CreateWindow(window)).chain(disabled).chain(parts);
    let steps = calls.map(|call| Step { call, changes: Vec::new() }).collect();
    let outcome =
        WindowOutcome { name, id: None, status: WindowStatus::Created, changes: Vec::new(), next_execution: None };
    WindowPlan { outcome, target: None, steps: vec![steps] }
}

fn deleted(found: &ObservedWindow) -> WindowPlan {
    let (name, id) = (found.settings.name.clone(), Some(found.id.clone()));
    let outcome = WindowOutcome { name, id, status: WindowStatus::Deleted, changes: Vec::new(), next_execution: None };
    WindowPlan { outcome, target: None, steps: vec![vec![Step { call: Call::DeleteWindow, changes: Vec::new() }]] }
}

fn reconciled(wanted: &DesiredWindow, found: &ObservedWindow) -> WindowPlan {
    let (target, surplus_targets) = one_stays(found.targets.iter().map(|target| {
        Part {
            id: &target.id,
            name: target.settings.name.as_ref(),
            // One of nodes cannot be made into one of resource groups.
            changes: (target.settings.is_of_resource_groups() == wanted.target.is_of_resource_groups())
                .then(|| changes("target", &target.settings, &wanted.target)),
        }
    }));
    let kept_target = target.as_ref().map(|(id, _)| id.clone());
    let (task, surplus_tasks) = one_stays(found.tasks.iter().map(|task| Part {
        id: &task.id,
        name: task.name.as_ref(),
        // Another type of task cannot be made into one of Run Command.
        changes: task.run_command.as_ref().map(|command| {
            let differing = changes("task", command, &wanted.task);
            differing.into_iter().chain(task_target_change(task, kept_target.as_deref())).collect()
        }),
    }));

    let settings = Call::UpdateWindow(wanted.window.clone()).unless_same(settings_changes(&found.settings, wanted));
    let target = match target {
        Some((id, changes)) => Call::UpdateTarget(id, wanted.target.clone()).unless_same(changes),
        None => Some(
            Call::RegisterTarget(wanted.target.clone()).with(Change::missing("target", wanted.target.name.as_deref())),
        ),
    };
    let task = match task {
        Some((id, changes)) => Call::UpdateTask(id, wanted.task.clone()).unless_same(changes),
        None => {
            Some(Call::RegisterTask(wanted.task.clone()).with(Change::missing("task", wanted.task.name.as_deref())))
        }
    };
    // Tasks before the targets that they may name, and before one is registered: a window holds twenty.
    let surplus_tasks = surplus_tasks.iter().map(|task| task.removed("task", Call::DeregisterTask));
    let surplus_targets = surplus_targets.iter().map(|target| target.removed("target", Call::DeregisterTarget));
    let parts = target.into_iter().chain(surplus_tasks).chain(task).chain(surplus_targets);
    let steps = vec![settings.into_iter().collect(), parts.collect::<Vec<_>>()];

    let changes: Vec<_> = steps.iter().flatten().flat_map(|step| step.changes.clone()).collect();
    let status = if changes.is_empty() { WindowStatus::Unchanged } else { WindowStatus::Updated };
    let (name, id) = (found.settings.name.clone(), Some(found.id.clone()));
    let outcome = WindowOutcome { name, id, status, changes, next_execution: found.next_execution.clone() };
    WindowPlan { outcome, target: kept_target, steps }
}

/// A target or a task that a window has.
struct Part<'a> {
    id: &'a String,
    name: Option<&'a String>,
    /// What is to change in it; none where SSM cannot make it into the wanted one.
    changes: Option<Vec<Change>>,
}

/// The one with the least to change stays, else that of the lowest id; the others go in the order of their ids.
fn one_stays<'a>(parts: impl Iterator<Item = Part<'a>>) -> (Option<(String, Vec<Change>)>, Vec<Part<'a>>) {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by_key(|part| part.id);
    let fitting = parts.iter().enumerate().filter_map(|(index, part)| Some((part.changes.as_ref()?.len(), index)));
    let Some((_, index)) = fitting.min() else { return (None, parts) };
    let Part { id, changes, .. } = parts.remove(index);
    (changes.map(|changes| (id.clone(), changes)), parts)
}

impl Part<'_> {
    /// The step that takes it away.
    fn removed(&self, kind: &str, deregister: fn(String) -> Call) -> Step {
        deregister(self.id.clone()).with(Change::surplus(kind, self.name.unwrap_or(self.id)))
    }
}

/// Schedule and offset of a `patch-tuesday` are one: they are told together, and in the policy's words, too.
fn settings_changes(found: &WindowSettings, wanted: &DesiredWindow) -> Vec<Change> {
    let mut differing = changes("", found, &wanted.window);
    if let ScheduleKind::PatchTuesday { .. } = wanted.schedule.kind() {
        let all = differing.len();
        differing.retain(|change| change.field != "schedule" && change.field != "scheduleOffsetDays");
        if differing.len() < all {
            let to = format!("{}: {}", wanted.schedule, wanted.window.comes_round());
            differing.push(Change { field: "schedule".to_owned(), from: found.comes_round().into(), to: to.into() });
        }
    }
    differing
}

/// A task must run on the one target that stays. A target about to be registered has no id yet, so a task that is
/// there cannot name it.
fn task_target_change(task: &ObservedTask, kept_target: Option<&str>) -> Option<Change> {
    let names_it = kept_target.is_some_and(|id| task.target_ids == [id]);
    (!names_it).then(|| Change {
        field: "task.target".to_owned(),
        from: task.target_ids.clone().into(),
        to: kept_target.map_or_else(|| "the registered target".into(), |id| vec![id].into()),
    })
}

fn foreign_windows_of_our_names(desired: &Desired, observed: &Observed) -> Vec<Warning> {
    let (key, value) = (desired.owner_tag.key.as_str(), desired.owner_tag.value.as_str());
    let is_ours = |name: &str| desired.windows.iter().any(|wanted| wanted.window.name == name);
    let namesakes = observed.foreign.iter().filter(|foreign| is_ours(&foreign.name)).map(|ForeignWindow { id, name }| {
        format!(
            "the maintenance window {id} is also named {name} but lacks the tag {key}={value}: it was left alone, and both run"
        )
    });
    let mut warnings: Vec<_> = namesakes.map(|message| Warning::new("ForeignWindow", message)).collect();
    warnings.sort();
    warnings
}

impl Plan {
    /// What a plan-only run reports: "would create" where a rollout reports "created".
    pub fn predicted(&self) -> Vec<WindowOutcome> {
        self.windows.iter().map(|window| window.outcome.clone().planned()).collect()
    }

    /// The ids of the targets and tasks that are to be removed.
    pub fn removed_parts(&self) -> impl Iterator<Item = &String> {
        let steps = self.windows.iter().flat_map(|window| window.steps.iter().flatten());
        steps.filter_map(|step| match &step.call {
            Call::DeregisterTarget(id) | Call::DeregisterTask(id) => Some(id),
            _ => None,
        })
    }
}
