//! Which of several candidates stays, independent of the order in which SSM listed them.

use std::cmp::Reverse;

use crate::diff::changes;
use crate::observed::{ObservedTarget, ObservedTask, ObservedWindow};
use crate::settings::{DesiredWindow, TargetSettings, TaskSettings};

/// Of the windows with the wanted name the most complete one, then the one with the least to change, then the lowest id.
pub(super) fn window<'a>(wanted: &DesiredWindow, windows: &'a [ObservedWindow]) -> Option<&'a ObservedWindow> {
    windows.iter().filter(|window| window.settings.name == wanted.window.name).min_by_key(|window| {
        let target = target(&wanted.target, &window.targets);
        let task = task(&wanted.task, &window.tasks);
        let parts = usize::from(target.is_some()) + usize::from(task.is_some());
        let to_change = changes("", &window.settings, &wanted.window).len()
            + target.map_or(0, |target| changes("", &target.settings, &wanted.target).len())
            + task.map_or(0, |(_, run_command)| changes("", run_command, &wanted.task).len());
        (Reverse(parts), to_change, &window.id)
    })
}

/// The target with the least to change, then the lowest id. One of nodes cannot be made into one of resource groups.
pub(super) fn target<'a>(wanted: &TargetSettings, targets: &'a [ObservedTarget]) -> Option<&'a ObservedTarget> {
    targets
        .iter()
        .filter(|target| target.settings.is_of_resource_groups() == wanted.is_of_resource_groups())
        .min_by_key(|target| (changes("", &target.settings, wanted).len(), &target.id))
}

/// The Run Command task with the least to change, then the lowest id. Another type of task cannot be made into one.
pub(super) fn task<'a>(
    wanted: &TaskSettings,
    tasks: &'a [ObservedTask],
) -> Option<(&'a ObservedTask, &'a TaskSettings)> {
    tasks
        .iter()
        .filter_map(|task| task.run_command.as_ref().map(|run_command| (task, run_command)))
        .min_by_key(|(task, run_command)| (changes("", *run_command, wanted).len(), &task.id))
}
