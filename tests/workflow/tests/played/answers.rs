//! What AWS's operations answer of a week, held against what the simulator knows of it.

use std::collections::{BTreeMap, BTreeSet};

use ssm_simulator::{Fate, InstanceState, RegionSnapshot};

use super::*;

/// What a command's own results name.
const OF_COMMANDS: [Fate; 8] = [
    Fate::Success,
    Fate::Failed,
    Fate::ExecutionTimedOut,
    Fate::DeliveryTimedOut,
    Fate::Undeliverable,
    Fate::InvalidPlatform,
    Fate::Terminated,
    Fate::Cancelled,
];

/// The commands of the last execution of a window, the way that the API leads to them.
async fn commands(cell: &Cell, state: &RegionSnapshot, window: &str) -> Vec<String> {
    let ssm = &cell.ssm;
    let executions = ssm.describe_maintenance_window_executions().window_id(&state.window(window).unwrap().id);
    let executions = executions.send().await.unwrap().window_executions.unwrap();
    let execution = executions.last().unwrap().window_execution_id().unwrap();
    let tasks = ssm.describe_maintenance_window_execution_tasks().window_execution_id(execution).send().await.unwrap();
    let task = tasks.window_execution_task_identities()[0].task_execution_id().unwrap();
    let invocations = ssm.describe_maintenance_window_execution_task_invocations();
    let invocations = invocations.window_execution_id(execution).task_id(task).send().await.unwrap();
    let invocations = invocations.window_execution_task_invocation_identities.unwrap();
    invocations.into_iter().map(|one| one.execution_id.unwrap()).collect()
}

#[tokio::test]
async fn every_hosts_result_in_every_window_is_what_became_of_it() {
    let week = Week::of(600, &policy("20", "3")).await;
    let state = week.cell.state();
    for window in [AGENTS, WINDOWS, LINUX] {
        let mut told = BTreeMap::new();
        for command in commands(&week.cell, &state, window).await {
            let invocations = week.cell.ssm.list_command_invocations().command_id(&command);
            let invocations = invocations.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
            let counts = week.cell.ssm.list_commands().command_id(&command).send().await.unwrap();
            let counts = &counts.commands()[0];
            let count = |details: &[&str]| {
                let among = invocations.iter().filter(|one| details.contains(&one.status_details().unwrap()));
                i32::try_from(among.count()).unwrap()
            };
            assert_eq!(counts.target_count(), i32::try_from(invocations.len()).unwrap());
            assert_eq!(counts.error_count(), count(&["Failed", "ExecutionTimedOut"]));
            assert_eq!(counts.delivery_timed_out_count(), count(&["DeliveryTimedOut"]));
            assert!(count(&["Terminated"]) == 0 || counts.error_count() > 3, "{window}: stopped at the fourth error");
            told.extend(invocations.into_iter().map(|one| (one.instance_id.unwrap(), one.status_details.unwrap())));
        }
        let known = week.truth.iter().filter(|((_, of), fate)| of == window && OF_COMMANDS.contains(fate));
        let known: BTreeMap<_, _> = known.map(|((host, _), fate)| (host.clone(), fate.name().to_owned())).collect();
        assert_eq!(told, known, "{window}");
        assert!(window != LINUX || known.values().any(|details| details == "Terminated"), "more than three fail");
    }
}

#[tokio::test]
async fn every_host_is_listed_by_whom_it_is_known_and_its_patch_state_is_the_one_it_has() {
    let week = Week::of(300, &policy("100%", "100%")).await;
    let nodes = week.cell.ssm.describe_instance_information().max_results(50).into_paginator().items().send();
    let nodes = nodes.collect::<Result<Vec<_>, _>>().await.unwrap();
    let listed: BTreeSet<_> = nodes.into_iter().map(|node| node.instance_id.unwrap()).collect();
    let is_away = |host: &Host| {
        let state = host.instance.as_ref().map(|instance| instance.state);
        state.is_some_and(|state| matches!(state, InstanceState::Stopped | InstanceState::Terminated))
    };
    let managed = week.hosts.values().filter(|host| host.node.is_some() && !is_away(host));
    assert_eq!(listed, managed.map(|host| host.id.clone()).collect());
    let ids: Vec<_> = week.hosts.keys().cloned().collect();
    let mut told = BTreeMap::new();
    for ids in ids.chunks(50) {
        let states = week.cell.ssm.describe_instance_patch_states().set_instance_ids(Some(ids.to_vec()));
        let states = states.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        told.extend(states.into_iter().map(|one| {
            (one.instance_id, (i64::from(one.missing_count), one.operation_end_time.secs(), one.baseline_id))
        }));
    }
    let known = week.hosts.values().filter_map(|host| Some((host, host.patch_state.as_ref()?)));
    let known = known.map(|(host, state)| {
        let ended = state.operation_end_time.as_second();
        (host.id.clone(), (state.missing_count, ended, state.baseline_id.clone()))
    });
    assert_eq!(told, known.collect());
}
