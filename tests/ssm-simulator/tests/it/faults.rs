//! What goes wrong on demand.

use std::time::{Duration, Instant};

use ssm_simulator::{ConfigChange, Fault, Faults, ScriptedFault};

use crate::setup::{ACCOUNT, REGION, builder, client, client_for, create_window, simulator, with_latency};

#[tokio::test]
async fn the_nth_call_of_an_account_region_answers_what_the_script_says() {
    let simulator = simulator().await;
    let fault = ScriptedFault::every_call(Fault::error("ThrottlingException")).of("CreateMaintenanceWindow");
    simulator.script([fault.in_account(ACCOUNT).in_region(REGION).nth(2)]);
    let (here, elsewhere) = (client(&simulator), client_for(&simulator.endpoint_url(), ACCOUNT, "us-east-1"));
    let mut outcomes = Vec::new();
    for number in 0..3 {
        outcomes.push(create_window(&here, &format!("window-{number}")).await.is_ok());
        assert!(create_window(&elsewhere, &format!("window-{number}")).await.is_ok());
    }
    assert_eq!(outcomes, [true, false, true]);
    assert_eq!(simulator.call_counts(0).errors["ThrottlingException"], 1);
}

#[tokio::test]
async fn every_call_of_an_operation_can_fail_for_one_account() {
    let simulator = simulator().await;
    let fault = ScriptedFault::every_call(Fault::error("AccessDeniedException")).of("CreateMaintenanceWindow");
    simulator.script([fault.in_account(ACCOUNT)]);
    let refused = create_window(&client(&simulator), "window").await.unwrap_err();
    assert_eq!(crate::setup::code(&refused), "AccessDeniedException");
    assert!(create_window(&client_for(&simulator.endpoint_url(), "444455556666", REGION), "window").await.is_ok());
}

#[tokio::test]
async fn a_connection_dropped_after_the_effect_leaves_the_effect() {
    let simulator = simulator().await;
    let dropped = |answer| ScriptedFault::every_call(answer).of("CreateMaintenanceWindow").nth(1);
    simulator.script([dropped(Fault::DropBefore)]);
    assert!(create_window(&client(&simulator), "before").await.is_err());
    assert!(simulator.state().windows(ACCOUNT, REGION).is_empty());
    simulator.script([dropped(Fault::DropAfter)]);
    assert!(create_window(&client(&simulator), "after").await.is_err());
    assert_eq!(simulator.state().windows(ACCOUNT, REGION)[0].name, "after");
    assert_eq!(simulator.call_counts(0).errors["ConnectionDropped"], 2);
}

#[tokio::test]
async fn a_truncated_or_late_answer_leaves_the_effect() {
    let simulator = simulator().await;
    let client = client(&simulator);
    simulator.script([ScriptedFault::every_call(Fault::Truncate).of("CreateMaintenanceWindow").nth(1)]);
    assert!(create_window(&client, "truncated").await.is_err());
    simulator.script([ScriptedFault::every_call(Fault::Late(80)).of("CreateMaintenanceWindow").nth(1)]);
    let since = Instant::now();
    assert!(create_window(&client, "late").await.is_ok());
    assert!(since.elapsed() >= Duration::from_millis(80));
    let names: Vec<_> = simulator.state().windows(ACCOUNT, REGION).iter().map(|window| window.name.clone()).collect();
    assert_eq!(names, ["truncated", "late"]);
    assert_eq!(simulator.call_counts(0).errors, [("Truncated".to_owned(), 1)].into());
}

#[tokio::test]
async fn a_window_can_be_deleted_just_before_a_call_that_names_it() {
    let simulator = simulator().await;
    let client = client(&simulator);
    let window = create_window(&client, "window").await.unwrap();
    let other = create_window(&client, "other").await.unwrap();
    simulator.script([ScriptedFault::every_call(Fault::DeleteWindowFirst).of("GetMaintenanceWindow").nth(1)]);
    let gone = client.get_maintenance_window().window_id(&window).send().await.unwrap_err();
    assert_eq!(crate::setup::code(&gone), "DoesNotExistException");
    assert!(client.get_maintenance_window().window_id(&other).send().await.is_ok());
}

#[tokio::test]
async fn a_retry_with_the_same_token_after_a_dropped_connection_creates_nothing_twice() {
    let simulator = simulator().await;
    simulator.script([ScriptedFault::every_call(Fault::DropAfter).of("CreateMaintenanceWindow").nth(1)]);
    let client = client(&simulator);
    let create = || {
        let request = client.create_maintenance_window().name("window").schedule("rate(7 days)").duration(6).cutoff(1);
        request.allow_unassociated_targets(false).client_token("once").send()
    };
    assert!(create().await.is_err());
    let window = create().await.unwrap();
    let windows = simulator.state().windows(ACCOUNT, REGION).to_vec();
    assert_eq!(windows.iter().map(|window| Some(window.id.as_str())).collect::<Vec<_>>(), [window.window_id()]);
}

#[tokio::test]
async fn the_same_seed_brings_the_same_faults() {
    let outcomes = async |seed| {
        let faults = Faults { throttling_rate: 0.3, server_error_rate: 0.2, ..Faults::default() };
        let simulator = builder().seed(seed).faults(faults).start().await.unwrap();
        let client = client(&simulator);
        for number in 0..20 {
            _ = create_window(&client, &format!("window-{number}")).await;
        }
        simulator.calls().0.into_iter().map(|call| call.outcome).collect::<Vec<_>>()
    };
    let first = outcomes(7).await;
    assert_eq!(first, outcomes(7).await);
    assert_ne!(first, outcomes(8).await);
    assert!(first.iter().any(|outcome| outcome == "InternalServerError"));
}

#[tokio::test]
async fn calls_take_the_time_they_are_told_to() {
    let simulator = with_latency(50).await;
    let begin = Instant::now();
    create_window(&client(&simulator), "window").await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(50));
    simulator.configure(ConfigChange { latency_ms: Some(0), ..ConfigChange::default() });
    assert_eq!(simulator.config().latency_ms, 0);
}
