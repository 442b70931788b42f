//! What the record of calls tells.

use std::time::Duration;

use crate::setup::{ACCOUNT, REGION, client, client_for, create_window, register_target, simulator, with_latency};

#[tokio::test]
async fn calls_made_at_once_are_one_round_trip() {
    let simulator = with_latency(30).await;
    let client = client(&simulator);
    let window = create_window(&client, "window").await.unwrap();
    tokio::join!(
        register_target(&client, &window),
        register_target(&client, &window),
        register_target(&client, &window)
    );
    let calls = simulator.calls().of(ACCOUNT, REGION);
    assert_eq!((calls.0.len(), calls.round_trips()), (4, 2));
}

#[tokio::test]
async fn round_trips_of_different_regions_do_not_add_up() {
    let simulator = with_latency(10).await;
    for region in ["eu-west-1", "eu-west-2", "eu-west-3"] {
        let client = client_for(&simulator.endpoint_url(), ACCOUNT, region);
        client.describe_maintenance_windows().send().await.unwrap();
    }
    assert_eq!(simulator.calls().round_trips(), 1);
}

#[tokio::test]
async fn a_call_is_recorded_with_whose_it_was_and_what_came_of_it() {
    let simulator = simulator().await;
    let client = client(&simulator);
    create_window(&client, "window").await.unwrap();
    let next = simulator.next_call();
    _ = client.get_maintenance_window().window_id("mw-0123456789abcdef0").send().await;
    let all = simulator.calls();
    let [first, second] = all.0.as_slice() else { panic!("two calls") };
    assert_eq!((&*first.operation, &*first.outcome, first.writing), ("CreateMaintenanceWindow", "ok", true));
    assert_eq!((&*first.account, &*first.region, &*first.access_key), (ACCOUNT, REGION, ACCOUNT));
    assert!(first.start_us <= first.end_us && first.end_us <= second.start_us);
    assert_eq!((&*second.outcome, second.writing), ("DoesNotExistException", false));
    assert_eq!(simulator.calls_since(next).0.first(), Some(second));
    assert_eq!(simulator.calls().writing().0.len(), 1);
}

#[tokio::test]
async fn a_call_that_the_caller_gave_up_has_no_effect_and_is_recorded() {
    let simulator = with_latency(200).await;
    let client = client(&simulator);
    let given_up = tokio::time::timeout(Duration::from_millis(80), create_window(&client, "window")).await;
    assert!(given_up.is_err());
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(simulator.state().windows(ACCOUNT, REGION).is_empty());
    assert_eq!(simulator.call_counts(0).errors["Cancelled"], 1);
}

#[tokio::test]
async fn a_reset_forgets_windows_and_calls() {
    let simulator = simulator().await;
    create_window(&client(&simulator), "window").await.unwrap();
    simulator.reset();
    assert!(simulator.state().0.is_empty() && simulator.calls().0.is_empty());
}
