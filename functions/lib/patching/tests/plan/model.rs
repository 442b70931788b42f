//! What SSM would hold once a plan is carried out: a model small enough to be right by looking at it.

use patching::observed::{Observed, ObservedTarget, ObservedTask, ObservedWindow};
use patching::plan::{Plan, Reconciliation, Step, WindowPlan};
use patching::settings::{TargetSettings, TaskSettings};

/// Carries the plan out.
pub(crate) fn carried_out(plan: &Plan, observed: &Observed) -> Observed {
    let found = |id: &str| observed.ours.iter().find(|window| window.id == id).unwrap();
    let window = |(number, planned): (usize, &WindowPlan)| match planned {
        WindowPlan::Delete { .. } => None,
        WindowPlan::Reconcile(window) => Some(reconciled(window, found(&window.id))),
        WindowPlan::Create(wanted) => Some(ObservedWindow {
            id: format!("new-{number}"),
            settings: wanted.window.clone(),
            targets: vec![target("new-target", &wanted.target)],
            tasks: vec![task("new-task", "new-target", &wanted.task)],
            next_execution: None,
        }),
    };
    Observed { ours: plan.windows.iter().enumerate().filter_map(window).collect(), foreign: observed.foreign.clone() }
}

fn reconciled(plan: &Reconciliation, found: &ObservedWindow) -> ObservedWindow {
    let mut window = found.clone();
    window.settings = plan.settings.clone().unwrap_or(window.settings);
    let target_id = match &plan.target {
        Step::Keep { id } => id.clone(),
        Step::Update { id, settings } => {
            assert_eq!(found_target(found, id).settings.is_of_resource_groups(), settings.is_of_resource_groups());
            window.targets.retain(|target| target.id != *id);
            window.targets.push(target(id, settings));
            id.clone()
        }
        Step::Register(settings) => {
            window.targets.push(target("new-target", settings));
            "new-target".to_owned()
        }
    };
    match &plan.task {
        Step::Keep { .. } => {}
        Step::Update { id, settings } => {
            let found = window.tasks.iter().find(|task| task.id == *id).unwrap();
            assert!(found.run_command.is_some(), "SSM cannot change a task's type");
            window.tasks.retain(|task| task.id != *id);
            window.tasks.push(task(id, &target_id, settings));
        }
        Step::Register(settings) => window.tasks.push(task("new-task", &target_id, settings)),
    }
    window.tasks.retain(|task| !plan.surplus_tasks.contains(&task.id));
    for id in &plan.surplus_targets {
        assert!(window.tasks.iter().all(|task| !task.target_ids.contains(id)), "SSM refuses: a task names it");
    }
    window.targets.retain(|target| !plan.surplus_targets.contains(&target.id));
    window
}

fn found_target<'a>(window: &'a ObservedWindow, id: &str) -> &'a ObservedTarget {
    window.targets.iter().find(|target| target.id == id).unwrap()
}

fn target(id: &str, settings: &TargetSettings) -> ObservedTarget {
    ObservedTarget { id: id.to_owned(), settings: settings.clone() }
}

fn task(id: &str, target: &str, settings: &TaskSettings) -> ObservedTask {
    ObservedTask {
        id: id.to_owned(),
        name: settings.name.clone(),
        target_ids: vec![target.to_owned()],
        run_command: Some(settings.clone()),
    }
}
