//! Several runs at once over the same account and Region leave nothing twice.

use std::time::Duration;

use futures::future::join_all;
use lambda::CallError;
use patching::outcome::{Status, WindowStatus};
use patching::place::Place;
use policy::PatchPolicy;
use policy::input::Action;
use serde_json::json;
use ssm_simulator::{Fault, ScriptedFault};
use workflow::cell::{Cell, policy};

const SEEDS: u64 = 20;
/// As often as the state machine tries again.
const TRIES: u64 = 9;

#[tokio::test]
async fn two_first_rollouts_at_once_leave_nothing_twice() {
    let cell = Cell::new().await;
    for seed in 0..SEEDS {
        clear(&cell).await;
        roll_out_at_once(&cell, seed, 2).await;
        assert_settled(&cell, seed).await;
    }
}

#[tokio::test]
async fn three_first_rollouts_at_once_leave_nothing_twice() {
    let cell = Cell::new().await;
    for seed in 0..SEEDS {
        clear(&cell).await;
        roll_out_at_once(&cell, seed, 3).await;
        assert_settled(&cell, seed).await;
    }
}

#[tokio::test]
async fn rollouts_at_once_that_find_parts_missing_add_each_of_them_once() {
    let cell = Cell::new().await;
    for seed in 0..SEEDS {
        clear(&cell).await;
        cell.roll_out(&policy()).await;
        take_parts_away(&cell).await;
        roll_out_at_once(&cell, seed, 2 + usize::from(seed % 2 == 0)).await;
        assert_settled(&cell, seed).await;
    }
}

#[tokio::test]
async fn of_several_runs_at_once_one_reports_the_windows_that_are_left() {
    let cell = Cell::new().await;
    for seed in 0..SEEDS {
        clear(&cell).await;
        let responses = roll_out_at_once(&cell, seed, 2).await;
        let mut left: Vec<_> = cell.state().windows.into_iter().map(|window| Some(window.id)).collect();
        left.sort();
        let reported = responses.iter().map(|response| {
            let there = response.windows.iter().filter(|window| window.status != WindowStatus::Deleted);
            let mut ids: Vec<_> = there.map(|window| window.id.clone()).collect();
            ids.sort();
            ids
        });
        assert!(reported.into_iter().any(|ids| ids == left), "seed {seed}: {responses:?} and not {left:?}");
    }
}

/// Takes everything down; what is created next gets other ids than what was created before.
/// A try that Lambda still runs when the state machine has given it up, and the next one: the same client tokens.
#[tokio::test]
async fn two_tries_of_one_run_at_once_create_each_window_once() {
    let cell = Cell::with_latency(Duration::from_millis(20)).await;
    let (run, policy) = (cell.next_run(), policy());
    let both = join_all([cell.try_roll_out(&run, &policy), cell.try_roll_out(&run, &policy)]);
    let (results, calls) = cell.calls_of(both).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let created = calls.filter(|call| call.operation == "CreateMaintenanceWindow").0.len();
    let deleted = calls.filter(|call| call.operation == "DeleteMaintenanceWindow").0.len();
    assert_eq!((created, deleted), (2 * policy.windows.len(), 0), "each asked for twice and made once");
    cell.assert_is(&policy);
}

/// The one has made the windows and waits for the answer when the other comes, finds them half made, and completes them.
#[tokio::test]
async fn windows_that_another_run_completed_meanwhile_have_their_parts_once() {
    let (cell, policy) = (Cell::new().await, policy());
    let waits = ScriptedFault::every_call(Fault::Late(1_000)).of("CreateMaintenanceWindow").first(3);
    cell.simulator.script([waits]);
    let (first, second) = (cell.next_run(), cell.next_run());
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cell.try_roll_out(&second, &policy).await
    };
    let (one, other) = tokio::join!(cell.try_roll_out(&first, &policy), meanwhile);
    assert!(one.is_ok() && other.is_ok(), "{one:?}, {other:?}");
    cell.assert_is(&policy);
}

async fn clear(cell: &Cell) {
    workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
}

/// Starts each run a little later than the one before, by another pause with each seed.
async fn roll_out_at_once(cell: &Cell, seed: u64, runs: usize) -> Vec<patching::outcome::Progress> {
    cell.simulator.configure(serde_json::from_value(json!({"latencyMs": 1 + seed % 4})).unwrap());
    let (policy, policies) = (policy(), 0..runs as u64);
    let responses = join_all(policies.map(|number| {
        let (place, policy) = (cell.next_run(), &policy);
        async move {
            tokio::time::sleep(pause(seed, number, 0)).await;
            roll_out(cell, &place, policy, seed, number).await
        }
    }))
    .await;
    cell.simulator.configure(serde_json::from_value(json!({"latencyMs": 0})).unwrap());
    responses
}

/// Tries again after an error that passes, as the state machine does.
async fn roll_out(
    cell: &Cell,
    place: &Place,
    policy: &PatchPolicy,
    seed: u64,
    number: u64,
) -> patching::outcome::Progress {
    let mut last: Option<CallError> = None;
    for attempt in 1..=TRIES {
        match cell.try_roll_out(place, policy).await {
            Ok(response) => return response,
            Err(error) if error.is_passing() => last = Some(error),
            Err(error) => panic!("seed {seed}: {error}"),
        }
        tokio::time::sleep(pause(seed, number, attempt)).await;
    }
    panic!("seed {seed}: {last:?} after {TRIES} tries")
}

/// From 0 to 24 ms: about as long as a first rollout takes.
fn pause(seed: u64, number: u64, attempt: u64) -> Duration {
    let mixed =
        (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number * 7 + attempt + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
    Duration::from_millis((mixed >> 33) % 25)
}

/// One window lacks its task, one its target and with it the task's.
async fn take_parts_away(cell: &Cell) {
    let (first, second) = (cell.window("sra_linux_maintenance"), cell.window("sra_windows_maintenance"));
    for window in [&first, &second] {
        let task = window.tasks[0]["WindowTaskId"].as_str().unwrap();
        let deregister = cell.ssm.deregister_task_from_maintenance_window();
        deregister.window_id(&window.id).window_task_id(task).send().await.unwrap();
    }
    let target = second.targets[0]["WindowTargetId"].as_str().unwrap();
    let deregister = cell.ssm.deregister_target_from_maintenance_window();
    deregister.window_id(&second.id).window_target_id(target).send().await.unwrap();
}

/// Everything is there once, and another run finds nothing to do.
async fn assert_settled(cell: &Cell, seed: u64) {
    cell.assert_is(&policy());
    let (response, calls) = cell.calls_of(cell.roll_out(&policy())).await;
    assert_eq!(calls.writing().counts(), [].into(), "seed {seed}");
    assert_eq!(response.status, Status::Succeeded);
    assert!(response.windows.iter().all(|window| window.status == WindowStatus::Unchanged), "seed {seed}");
}
