//! Waves: the first one fails and the run halts; put right, a retry finishes; an account changes its wave.

use std::collections::BTreeSet;

use local_aws::{Condition, LocalAws, RunResult};
use patching::outcome::Status;
use patching::summary::RunSummary;
use report::halt::Halt;
use serde_json::{Value, from_str, json};

use crate::end_to_end::inputs::{policy, put_policy};

const WINDOW: &str = "sra_linux_maintenance";
/// In the pilot, early in Workloads, and as the policy has it.
const SCHEDULES: [&str; 3] = ["cron(0 2 ? * MON *)", "cron(0 2 ? * TUE *)", "cron(0 2 ? * WED *)"];

pub(crate) async fn accounts_get_the_policy_wave_by_wave(aws: &LocalAws) -> Vec<RunResult> {
    let given = policy(aws).await;
    let mut runs = Vec::new();
    let (pilot, later) = pilot_and_later(aws);
    put_policy(aws, &unfailing(aws, &given).to_string()).await;
    runs.push(aws.run("before-waves", &json!({})).await.unwrap());
    let before = held(aws, &later).await;
    runs.push(the_first_wave_fails_and_the_others_are_as_they_were(aws, &given, &pilot).await);
    assert_eq!(held(aws, &later).await, before, "byte for byte");
    runs.push(put_right_a_retry_goes_on_from_there(aws, &given, &pilot).await);
    runs.push(who_changes_the_wave_changes_windows(aws, &given, &pilot).await);
    put_policy(aws, &given).await;
    runs.push(aws.run("after-waves", &json!({"action": "disable"})).await.unwrap());
    runs
}

/// Two accounts that can be worked in, and the others.
fn pilot_and_later(aws: &LocalAws) -> (Vec<String>, Vec<String>) {
    let mut ready: Vec<_> = aws.organization.ready().map(|account| account.id.clone()).collect();
    let later = ready.split_off(2);
    assert!(later.len() > 3, "{later:?}");
    (ready, later)
}

/// The policy without the accounts that always fail.
fn unfailing(aws: &LocalAws, given: &str) -> Value {
    let mut policy: Value = from_str(given).unwrap();
    let failing = aws.organization.accounts_that_are(Condition::WithoutRole).map(|account| account.id.as_str());
    policy["scope"]["excludedAccounts"] = failing.collect();
    policy
}

/// Three waves, of which the first has these accounts and runs this version of the document.
fn with_waves(aws: &LocalAws, given: &str, pilot: &[String], version: &str) -> Value {
    let mut policy = unfailing(aws, given);
    let windows = policy["windows"].as_array_mut().unwrap();
    windows.iter_mut().find(|window| window["name"] == WINDOW).unwrap()["schedule"] = json!(SCHEDULES[2]);
    let differs =
        |schedule: &str, version: &str| json!({WINDOW: {"schedule": schedule, "task": {"documentVersion": version}}});
    policy["waves"] = json!([
        {"name": "pilot", "accounts": pilot, "windows": differs(SCHEDULES[0], version)},
        {"name": "early", "organizationalUnits": [aws.organization.units["Workloads"]], "windows": differs(SCHEDULES[1], "$DEFAULT")},
        {"name": "rest"}
    ]);
    policy["haltAbovePercent"] = json!(20);
    policy
}

async fn the_first_wave_fails_and_the_others_are_as_they_were(
    aws: &LocalAws,
    given: &str,
    pilot: &[String],
) -> RunResult {
    put_policy(aws, &with_waves(aws, given, pilot, "99").to_string()).await;
    let run = aws.run("halted", &json!({})).await.unwrap();
    assert_eq!(run.error.as_deref(), Some("RolloutHalted"), "{run:?}");
    let summary = run.summary().unwrap();
    let error = summary.error.as_ref().unwrap();
    assert_eq!((summary.status, error.name.as_str()), (Status::Failed, "RolloutHalted"));
    assert_eq!(error.message, "wave pilot: more than 20 % of 2 accounts failed");
    let told = Halt::of(&summary).unwrap().in_a_line();
    assert!(told.starts_with("halted in the wave pilot: ") && told.ends_with(" of 2 accounts failed"), "{told}");
    assert_eq!(summary.waves.iter().map(|wave| wave.name.as_str()).collect::<Vec<_>>(), ["pilot", "early", "rest"]);
    assert!(summary.waves[1..].iter().all(|wave| wave.totals.accounts.not_reached == wave.totals.accounts.all()));
    let wave = |name: &str| of_wave(&summary, name);
    assert!(wave("pilot").contains(&Status::Failed) && !wave("pilot").contains(&Status::Succeeded), "{summary:?}");
    assert_eq!((wave("early"), wave("rest")), ([Status::NotReached].into(), [Status::NotReached].into()));
    let counted = &summary.totals.accounts;
    assert_eq!(counted.succeeded, 0);
    assert_eq!(counted.failed + counted.not_reached, summary.outcomes.len());
    run
}

async fn put_right_a_retry_goes_on_from_there(aws: &LocalAws, given: &str, pilot: &[String]) -> RunResult {
    put_policy(aws, &with_waves(aws, given, pilot, "$DEFAULT").to_string()).await;
    let run = aws.run("went-on", &json!({"retryOf": "halted"})).await.unwrap();
    let summary = run.summary().unwrap();
    assert_eq!(summary.status, Status::Succeeded, "{summary:?}");
    assert_eq!(summary.totals.accounts.succeeded, aws.organization.ready().count());
    for account in &summary.outcomes {
        let wave = ["pilot", "early", "rest"].iter().position(|name| account.wave.as_deref() == Some(name)).unwrap();
        assert_eq!(schedules(aws, account.id.as_str()).await, [SCHEDULES[wave]], "{account:?}");
    }
    run
}

async fn who_changes_the_wave_changes_windows(aws: &LocalAws, given: &str, pilot: &[String]) -> RunResult {
    let moved = aws.organization.ready().find(|account| account.id != pilot[0] && account.id != pilot[1]).unwrap();
    let pilot: Vec<_> = [pilot, std::slice::from_ref(&moved.id)].concat();
    let before = windows(aws, &moved.id).await;
    put_policy(aws, &with_waves(aws, given, &pilot, "$DEFAULT").to_string()).await;
    let run = aws.run("moved", &json!({"trigger": "schedule"})).await.unwrap();
    assert_eq!(run.summary().unwrap().status, Status::Succeeded);
    assert_eq!(schedules(aws, &moved.id).await, [SCHEDULES[0]]);
    assert_eq!(windows(aws, &moved.id).await, before, "the same windows, changed in place");
    run
}

fn of_wave(summary: &RunSummary, name: &str) -> BTreeSet<Status> {
    let accounts = summary.outcomes.iter().filter(|account| account.wave.as_deref() == Some(name));
    accounts.map(|account| account.status).collect()
}

/// What the simulator holds for these accounts, as text.
async fn held(aws: &LocalAws, accounts: &[String]) -> Vec<String> {
    let state = aws.simulator.state().await.unwrap().0;
    let of_them = state.into_iter().filter(|held| accounts.contains(&held.account));
    of_them.map(|held| serde_json::to_string(&held).unwrap()).collect()
}

/// The schedules of the account's windows for Linux, each once.
async fn schedules(aws: &LocalAws, account: &str) -> Vec<String> {
    let state = aws.simulator.state().await.unwrap().0;
    let windows = state.iter().filter(|held| held.account == account).flat_map(|held| &held.windows);
    let windows = windows.filter(|window| window.window["Name"] == WINDOW);
    let schedules: BTreeSet<_> = windows.map(|window| window.window["Schedule"].as_str().unwrap().to_owned()).collect();
    schedules.into_iter().collect()
}

/// The ids of the account's windows.
async fn windows(aws: &LocalAws, account: &str) -> BTreeSet<String> {
    let state = aws.simulator.state().await.unwrap().0;
    let windows = state.iter().filter(|held| held.account == account).flat_map(|held| &held.windows);
    windows.map(|window| window.window["WindowId"].as_str().unwrap().to_owned()).collect()
}
