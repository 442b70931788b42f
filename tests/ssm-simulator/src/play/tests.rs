//! What windows make of hosts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::hosts::{
    Conduct, Event, Happening, Host, Instance, Node, PatchOperation, PatchState, PingStatus, RebootOption, Response,
};
use crate::operation::Operation;
use crate::testing::{Region, a_target, a_task, a_window, id, with};

mod hosts;
mod windows;

/// A Monday. The window opens on Fridays at 01:00 in New York, which is 06:00 UTC.
const MONDAY: &str = "2026-11-23T12:00:00Z";
const FRIDAY: &str = "2026-11-27T06:00:00Z";
const SATURDAY: &str = "2026-11-28T12:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn name(number: usize) -> String {
    format!("i-{number:017x}")
}

/// A managed Linux host that was launched in June and carries the tag of the window.
fn a_host(number: usize) -> Host {
    let tags = [("InstanceOS".to_owned(), "Linux".to_owned())].into();
    Host {
        id: name(number),
        instance: Some(Instance { tags, launch_time: time("2026-06-01T00:00:00Z"), ..Instance::default() }),
        node: Some(Node::default()),
        ..Host::default()
    }
}

fn that(number: usize, commands: Response) -> Host {
    Host { conduct: Conduct { commands, ..Conduct::default() }, ..a_host(number) }
}

fn tagged(mut host: Host, value: &str) -> Host {
    if let Some(instance) = &mut host.instance {
        instance.tags.insert("InstanceOS".into(), value.into());
    }
    host
}

fn with_timeline(number: usize, events: &[(&str, Happening)]) -> Host {
    let timeline = events.iter().map(|(at, what)| Event { at: time(at), what: *what }).collect();
    Host { conduct: Conduct { timeline, ..Conduct::default() }, ..a_host(number) }
}

/// A region on Monday that has a window with one target and one task, and hosts; the changes are of the task.
fn region(hosts: impl IntoIterator<Item = Host>, window: Value, task: Value) -> Region {
    let mut region = Region::new();
    region.now = time(MONDAY);
    add_window(&mut region, window, task);
    region.put(hosts).unwrap();
    region
}

fn add_window(region: &mut Region, window: Value, task: Value) -> String {
    let window = id(&region.ok(Operation::CreateMaintenanceWindow, with(a_window(), window)), "WindowId");
    let target = id(&region.ok(Operation::RegisterTargetWithMaintenanceWindow, a_target(&window)), "WindowTargetId");
    region.ok(Operation::RegisterTaskWithMaintenanceWindow, with(a_task(&window, &target), task));
    window
}

fn install(reboot: &str) -> Value {
    let parameters = json!({ "Operation": ["Install"], "RebootOption": [reboot] });
    json!({ "TaskInvocationParameters": { "RunCommand": { "Parameters": parameters, "TimeoutSeconds": 3600 } } })
}

fn fates(region: &Region) -> Vec<Fate> {
    let nights = region.holdings.hosts.iter().flat_map(|held| &held.nights);
    nights.map(|night| night.fate).collect()
}

fn state(region: &Region, number: usize) -> Option<PatchState> {
    region.holdings.host(&name(number)).unwrap().patch_state.clone()
}

fn the_execution(region: &mut Region) -> Value {
    let window = region.holdings.windows[0].id.clone();
    let executions = region.ok(Operation::DescribeMaintenanceWindowExecutions, json!({ "WindowId": window }));
    executions["WindowExecutions"].as_array().unwrap().last().unwrap().clone()
}

fn the_task(region: &mut Region) -> Value {
    let id = the_execution(region)["WindowExecutionId"].clone();
    let tasks = region.ok(Operation::DescribeMaintenanceWindowExecutionTasks, json!({ "WindowExecutionId": id }));
    tasks["WindowExecutionTaskIdentities"][0].clone()
}
