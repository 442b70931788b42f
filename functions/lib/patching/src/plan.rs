//! The decision: from what should be there and what is there to what is to be done.
//!
//! A plan leaves nothing to choose when it is carried out, and carrying it out changes nothing that it does not name.

mod choose;
mod contest;
#[cfg(test)]
mod tests;

pub use contest::Afterwards;

use crate::diff::{Change, changes};
use crate::observed::{Observed, ObservedTarget, ObservedTask, ObservedWindow};
use crate::outcome::{Warning, WindowOutcome, WindowStatus};
use crate::settings::{Desired, DesiredWindow, TargetSettings, TaskSettings, WindowSettings};
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
pub enum WindowPlan {
    /// No window of ours has the name.
    Create(Box<DesiredWindow>),
    /// A window of ours has the name; nothing in it may need doing.
    Reconcile(Box<Reconciliation>),
    /// A window of ours that the policy does not have, or a second one of a name.
    Delete {
        /// The window's id.
        id: String,
        /// The window's name.
        name: String,
    },
}

/// What to do in a window that stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciliation {
    /// The window's id.
    pub id: String,
    /// The window's name.
    pub name: String,
    /// When it runs next, as observed.
    pub next_execution: Option<String>,
    /// The window's settings, when they differ.
    pub settings: Option<WindowSettings>,
    /// Its one target.
    pub target: Step<TargetSettings>,
    /// Its one task, to be registered on that target.
    pub task: Step<TaskSettings>,
    /// Tasks to deregister, before the targets that they may name.
    pub surplus_tasks: Vec<String>,
    /// Targets to deregister.
    pub surplus_targets: Vec<String>,
    /// All of the above, field by field.
    pub changes: Vec<Change>,
}

/// What to do with a target or a task.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<S> {
    /// It is as it should be.
    Keep {
        /// Its id.
        id: String,
    },
    /// It differs.
    Update {
        /// Its id.
        id: String,
        /// All of its settings; what they do not name is to be unset.
        settings: S,
    },
    /// There is none.
    Register(S),
}

/// What is to be done so that `observed` becomes `desired`.
///
/// Pure and total: it has an answer for every pair, and the order in which SSM listed things makes no difference.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let kept: Vec<Option<&ObservedWindow>> =
        desired.windows.iter().map(|wanted| choose::window(wanted, &observed.ours)).collect();
    let mut windows: Vec<WindowPlan> = desired
        .windows
        .iter()
        .zip(&kept)
        .map(|(wanted, kept)| match kept {
            Some(window) => WindowPlan::Reconcile(Box::new(reconcile(wanted, window))),
            None => WindowPlan::Create(Box::new(wanted.clone())),
        })
        .collect();
    let mut surplus: Vec<_> = observed
        .ours
        .iter()
        .filter(|window| !kept.iter().flatten().any(|kept| kept.id == window.id))
        .map(|window| WindowPlan::Delete { id: window.id.clone(), name: window.settings.name.clone() })
        .collect();
    // First the second ones of a name: nothing is lost with them.
    let is_last_of_its_name =
        |window: &WindowPlan| !kept.iter().flatten().any(|kept| kept.settings.name == window.name());
    surplus.sort_by_key(|window| {
        (is_last_of_its_name(window), window.name().to_owned(), window.id().map(ToOwned::to_owned))
    });
    windows.append(&mut surplus);
    let room = MAX_WINDOWS.saturating_sub(observed.ours.len() + observed.foreign.len());
    Plan { windows, room, warnings: foreign_windows_of_our_names(desired, observed) }
}

fn reconcile(wanted: &DesiredWindow, window: &ObservedWindow) -> Reconciliation {
    let mut found = settings_changes(&window.settings, wanted);
    let settings = (!found.is_empty()).then(|| wanted.window.clone());

    let kept_target = choose::target(&wanted.target, &window.targets);
    let target = match kept_target {
        Some(target) => {
            step(&target.id, changes("target", &target.settings, &wanted.target), &wanted.target, &mut found)
        }
        None => register("target", wanted.target.name.as_deref(), &wanted.target, &mut found),
    };

    let kept_task = choose::task(&wanted.task, &window.tasks);
    let task = match kept_task {
        Some((task, run_command)) => {
            let mut differing = changes("task", run_command, &wanted.task);
            differing.extend(task_target_change(task, kept_target.map(|target| target.id.as_str())));
            step(&task.id, differing, &wanted.task, &mut found)
        }
        None => register("task", wanted.task.name.as_deref(), &wanted.task, &mut found),
    };

    let mut surplus_tasks: Vec<_> =
        window.tasks.iter().filter(|task| kept_task.is_none_or(|(kept, _)| kept.id != task.id)).collect();
    let mut surplus_targets: Vec<_> =
        window.targets.iter().filter(|target| kept_target.is_none_or(|kept| kept.id != target.id)).collect();
    surplus_tasks.sort_by_key(|task| &task.id);
    surplus_targets.sort_by_key(|target| &target.id);
    found.extend(surplus_tasks.iter().map(|task| Change::surplus("task", task.name.as_ref().unwrap_or(&task.id))));
    let name = |target: &&ObservedTarget| target.settings.name.clone().unwrap_or_else(|| target.id.clone());
    found.extend(surplus_targets.iter().map(|target| Change::surplus("target", &name(target))));
    Reconciliation {
        id: window.id.clone(),
        name: window.settings.name.clone(),
        next_execution: window.next_execution.clone(),
        settings,
        target,
        task,
        surplus_tasks: surplus_tasks.into_iter().map(|task| task.id.clone()).collect(),
        surplus_targets: surplus_targets.into_iter().map(|target| target.id.clone()).collect(),
        changes: found,
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

fn step<S: Clone>(id: &str, differing: Vec<Change>, wanted: &S, found: &mut Vec<Change>) -> Step<S> {
    if differing.is_empty() {
        return Step::Keep { id: id.to_owned() };
    }
    found.extend(differing);
    Step::Update { id: id.to_owned(), settings: wanted.clone() }
}

fn register<S: Clone>(field: &str, name: Option<&str>, wanted: &S, found: &mut Vec<Change>) -> Step<S> {
    found.push(Change::missing(field, name.unwrap_or(field)));
    Step::Register(wanted.clone())
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
    let mut warnings: Vec<_> = observed
        .foreign
        .iter()
        .filter(|foreign| desired.windows.iter().any(|wanted| wanted.window.name == foreign.name))
        .map(|foreign| Warning::foreign_window(&foreign.name, &foreign.id, &desired.owner_tag))
        .collect();
    warnings.sort();
    warnings
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.windows.iter().all(WindowPlan::is_empty)
    }

    /// What a plan-only run reports: "would create" where a rollout reports "created".
    pub fn predicted(&self) -> Vec<WindowOutcome> {
        self.windows.iter().map(|window| window.outcome(None).planned()).collect()
    }
}

impl Reconciliation {
    /// Whether targets or tasks are added or taken away, as another run may do as well.
    pub fn adds_or_removes_parts(&self) -> bool {
        matches!(self.target, Step::Register(_))
            || matches!(self.task, Step::Register(_))
            || !self.surplus_targets.is_empty()
            || !self.surplus_tasks.is_empty()
    }
}

impl WindowPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Reconcile(window) if window.changes.is_empty())
    }

    /// The window's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Create(wanted) => &wanted.window.name,
            Self::Reconcile(window) => &window.name,
            Self::Delete { name, .. } => name,
        }
    }

    /// The window's id, for one that exists.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Create(_) => None,
            Self::Reconcile(window) => Some(&window.id),
            Self::Delete { id, .. } => Some(id),
        }
    }

    /// What to report once this is carried out; `created` is the id that a created window got.
    pub fn outcome(&self, created: Option<String>) -> WindowOutcome {
        let (status, changes, next_execution) = match self {
            Self::Create(_) => (WindowStatus::Created, Vec::new(), None),
            Self::Delete { .. } => (WindowStatus::Deleted, Vec::new(), None),
            Self::Reconcile(window) if window.changes.is_empty() => {
                (WindowStatus::Unchanged, Vec::new(), window.next_execution.clone())
            }
            Self::Reconcile(window) => (WindowStatus::Updated, window.changes.clone(), window.next_execution.clone()),
        };
        WindowOutcome {
            name: self.name().to_owned(),
            id: created.or_else(|| self.id().map(ToOwned::to_owned)),
            status,
            changes,
            next_execution,
        }
    }
}
