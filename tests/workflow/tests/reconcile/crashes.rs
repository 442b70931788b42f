//! A run that is cut off after any of its calls leaves what the next try, or the next run, completes.

use aws_sdk_ssm::config::retry::RetryConfig;
use patching::input::Action;
use serde_json::json;
use ssm_simulator::{Fault, Faults, ScriptedFault};

use crate::harness::{Cell, client, install, policy, policy_with, window};

/// Cuts every run off from its n-th call on, for every n, and lets the same run try again or another run follow.
async fn cut_off_after_every_call(fault: Fault, same_run: bool) {
    let cell = Cell::new().await;
    let mut nth = 1;
    loop {
        cell.simulator.reset();
        let run = cell.next_run();
        let from = serde_json::from_value(json!({"from": nth, "answer": fault})).unwrap();
        cell.simulator.set_faults(Faults { scripted: vec![from], ..Faults::default() });
        let cut_off = cell.try_roll_out(&run, &policy()).await.is_err();
        cell.simulator.set_faults(Faults::default());
        let next = if same_run { run } else { cell.next_run() };
        cell.try_roll_out(&next, &policy()).await.unwrap();
        cell.assert_is(&policy());
        if !cut_off {
            break;
        }
        nth += 1;
    }
    assert!(nth > 9, "a first set-up has more than 9 calls, and {nth} were tried");
}

#[tokio::test]
async fn a_run_cut_off_before_any_of_its_calls_is_completed_by_a_second_try() {
    cut_off_after_every_call(Fault::DropBefore, true).await;
}

#[tokio::test]
async fn a_run_cut_off_after_any_of_its_calls_took_effect_is_completed_by_a_second_try() {
    cut_off_after_every_call(Fault::DropAfter, true).await;
}

#[tokio::test]
async fn a_run_cut_off_after_any_of_its_calls_took_effect_is_completed_by_the_next_run() {
    cut_off_after_every_call(Fault::DropAfter, false).await;
}

#[tokio::test]
async fn an_update_cut_off_after_any_of_its_calls_is_completed_by_the_next_run() {
    let changed = policy_with(&json!({"windows": [
        window("sra_windows_maintenance", "MON", "AWS-RunPatchBaseline", &install()),
        window("new-window", "FRI", "AWS-RunPatchBaseline", &install()),
    ]}));
    let cell = Cell::new().await;
    for nth in 1..=40 {
        cell.simulator.reset();
        cell.roll_out(&policy()).await;
        let from = serde_json::from_value(json!({"from": nth, "answer": Fault::DropAfter})).unwrap();
        cell.simulator.set_faults(Faults { scripted: vec![from], ..Faults::default() });
        let cut_off = cell.try_roll_out(&cell.next_run(), &changed).await.is_err();
        cell.simulator.set_faults(Faults::default());
        cell.roll_out(&changed).await;
        cell.assert_is(&changed);
        if !cut_off {
            return;
        }
    }
    panic!("an update takes fewer than 40 calls");
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_repeated_by_the_sdks_own_retry() {
    let cell = Cell::new().await;
    cell.simulator.script(
        ["CreateMaintenanceWindow", "RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
            .map(|operation| ScriptedFault::every_call(Fault::DropAfter).of(operation).first(1)),
    );
    let retrying = client(&cell.simulator, &RetryConfig::standard());
    configure_windows::configure(&retrying, &cell.next_run(), Action::Rollout, &policy(), None).await.unwrap();
    cell.assert_is(&policy());
}

#[tokio::test]
async fn one_window_that_cannot_be_written_does_not_keep_the_others_from_it() {
    let cell = Cell::new().await;
    let denied = Fault::error("AccessDeniedException");
    cell.simulator.script([ScriptedFault::every_call(denied).of("CreateMaintenanceWindow").nth(1)]);
    let error = cell.try_roll_out(&cell.next_run(), &policy()).await.unwrap_err();
    assert_eq!(kit::NamedError::name(&error), "AccessDenied");
    assert_eq!(cell.state().windows.len(), 2);
}
