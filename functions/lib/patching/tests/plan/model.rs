//! What SSM would hold once a plan is carried out: a model small enough to be right by looking at it.

use patching::observed::{Observed, ObservedTarget, ObservedTask, ObservedWindow};
use patching::plan::{Call, Plan, WindowPlan};
use patching::settings::{TargetSettings, TaskSettings};

/// Carries the plan out.
pub(crate) fn carried_out(plan: &Plan, observed: &Observed) -> Observed {
    let windows = plan.windows.iter().enumerate();
    let ours = windows.filter_map(|(number, plan)| window(number, plan, &observed.ours)).collect();
    Observed { ours, foreign: observed.foreign.clone() }
}

/// Whether a plan makes no call.
pub(crate) fn nothing_to_do(plan: &Plan) -> bool {
    plan.windows.iter().all(|window| window.steps.iter().all(Vec::is_empty))
}

fn window(number: usize, plan: &WindowPlan, ours: &[ObservedWindow]) -> Option<ObservedWindow> {
    let mut window = plan.outcome.id.as_ref().map(|id| ours.iter().find(|window| window.id == *id).unwrap().clone());
    let mut target_id = plan.target.clone();
    for step in plan.steps.iter().flatten() {
        match (&step.call, &mut window) {
            (Call::CreateWindow(settings), None) => {
                window = Some(ObservedWindow {
                    id: format!("new-{number}"),
                    settings: settings.clone(),
                    targets: Vec::new(),
                    tasks: Vec::new(),
                    next_execution: None,
                });
            }
            (Call::DeleteWindow, Some(_)) => window = None,
            (Call::RegisterTarget(_), Some(_)) if target_id.is_some() => panic!("a second target"),
            (Call::RegisterTarget(settings), Some(window)) => {
                target_id = Some("new-target".to_owned());
                window.targets.push(target("new-target", settings));
            }
            (call, Some(window)) => change(window, call, target_id.as_deref()),
            (call, None) => panic!("there is no window for {call:?}"),
        }
    }
    window
}

/// A call that says by id what is there, or that is of the window itself; `on` is the target that its task runs on.
fn change(window: &mut ObservedWindow, call: &Call, on: Option<&str>) {
    match call {
        Call::UpdateWindow(settings) => window.settings = settings.clone(),
        Call::UpdateTarget(id, settings) => {
            let found = window.targets.iter_mut().find(|target| target.id == *id).unwrap();
            assert_eq!(found.settings.is_of_resource_groups(), settings.is_of_resource_groups());
            *found = target(id, settings);
        }
        Call::UpdateTask(id, settings) => {
            let found = window.tasks.iter_mut().find(|task| task.id == *id).unwrap();
            assert!(found.run_command.is_some(), "SSM cannot change a task's type");
            *found = task(id, on.unwrap(), settings);
        }
        Call::RegisterTask(settings) => window.tasks.push(task("new-task", on.unwrap(), settings)),
        Call::DeregisterTask(id) => window.tasks.retain(|task| task.id != *id),
        Call::DeregisterTarget(id) => {
            assert!(window.tasks.iter().all(|task| !task.target_ids.contains(id)), "SSM refuses: a task names it");
            window.targets.retain(|target| target.id != *id);
        }
        Call::CreateWindow(_) | Call::DeleteWindow | Call::RegisterTarget(_) => panic!("{call:?} of {window:?}"),
    }
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
