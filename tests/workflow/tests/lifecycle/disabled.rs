//! Off everywhere, and on again.

use local_aws::LocalAws;
use serde_json::json;

use crate::lifecycle::held;
use crate::lifecycle::triggers;

/// What stays on: one answers stacks, one lets `list-accounts` refuse with a reason, two tell who writes the policy.
const ALWAYS_ON: [&str; 4] = ["execution-stopped", "on-demand", "policy-written", "policy-written-by-cloud-control"];

pub(crate) async fn disabling_has_removed_everything_and_switched_the_triggers_off(aws: &LocalAws) {
    assert_eq!(held::windows(aws).await, []);
    assert_eq!(held::dhmc_roles(aws).await, [held::NO_DHMC.to_owned()].into());
    let states = triggers::states(aws).await;
    assert_eq!(states.len(), 10);
    for (name, state) in states {
        let expected = if ALWAYS_ON.contains(&name.as_str()) { "ENABLED" } else { "DISABLED" };
        assert_eq!(state, expected, "{name}");
    }
}

pub(crate) async fn nothing_is_rolled_out_meanwhile(aws: &LocalAws) {
    let account = &aws.organization.accounts[0].id;
    let run = triggers::ask_for_a_rollout(aws, &json!({"accounts": [account], "trigger": "on-demand"})).await;
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("PatchManagerDisabled")));
    assert!(run.cause.unwrap().contains("DisablePatchManager"));
    let scheduled = aws.run("as-scheduled", &json!({"trigger": "schedule"})).await.unwrap();
    assert_eq!(scheduled.error.as_deref(), Some("PatchManagerDisabled"));
    assert_eq!(held::windows(aws).await, []);
}

pub(crate) async fn enabling_sets_everything_up_again(aws: &mut LocalAws) {
    aws.update(&[("DisablePatchManager", "false")]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    for (name, state) in triggers::states(aws).await {
        assert_eq!(state, "ENABLED", "{name}");
    }
    let account = &aws.organization.accounts[0].id;
    let run = triggers::ask_for_a_rollout(aws, &json!({"accounts": [account], "trigger": "on-demand"})).await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    assert_eq!(run.summary().unwrap().totals.accounts.succeeded, 1);
}
