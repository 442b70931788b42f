//! Many runs in a row on one local AWS, several of them at once, with faults at random and processes killed: nothing grows but what is to grow.
//!
//! Takes some minutes: `cargo test -p workflow soak:: -- --ignored --nocapture`. `SOAK_RUNS` and `SOAK_SEED` change what it
//! does.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

use std::time::Duration;

use aws_sdk_dynamodb::types::Select;
use futures::future::join_all;
use local_aws::{LocalAws, Options, Progress, Usage};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use ssm_simulator::{ConfigChange, Faults};

const RUNS: usize = 50;
const MOST_AT_ONCE: usize = 3;
/// After so many runs every function has as many processes as it will have.
const WARM: usize = 10;
const WINDOWS: usize = 3;
/// A connection for each call that was ever made at once, which idle ones are kept for. A lost connection that stayed open
/// would add thousands.
const MOST_OPEN_FILES: usize = 64;

#[tokio::test]
#[ignore = "takes minutes"]
async fn nothing_grows_in_many_runs_with_faults_and_company() {
    let (runs, seed) = (from_environment("SOAK_RUNS", RUNS), from_environment("SOAK_SEED", 1));
    let mut random = SmallRng::seed_from_u64(seed);
    let progress = Progress::silent();
    let options = Options { accounts: 6, regions: 2, failing: 1, ..Options::default() };
    let mut aws = LocalAws::start(&options, &progress).await.unwrap();
    aws.deploy(&[("WaitForRollout", "true")], &progress).await.unwrap();
    let before = ledger_items(&aws).await;
    let (mut done, mut recorded, mut killed, mut warm) = (0, 0, 0, None);
    while done < runs {
        inject(&aws, &mut random).await;
        let started = start_some(&aws, done, &mut random).await;
        done += started.len();
        let follow = join_all(started.iter().map(|execution| aws.follow_execution(execution)));
        let (ended, kills) = until_done(follow, &aws, &mut random).await;
        killed += kills;
        for run in ended {
            let run = run.unwrap();
            println!(
                "{:<40} {:<10} {:>5.1} s  {}",
                run.run,
                run.status,
                run.seconds,
                run.error.as_deref().unwrap_or_default()
            );
            recorded += run.summary().unwrap().outcomes.len();
        }
        if warm.is_none() && done >= WARM {
            warm = Some(Held::by(&aws.function_processes()));
        }
    }
    let (warm, end) = (warm.unwrap(), Held::by(&aws.function_processes()));
    println!("{done} runs, seed {seed}, {killed} processes killed; after {WARM} runs {warm:?}, at the end {end:?}");
    assert!(killed > 0, "no process was killed");
    settle(&aws).await;
    assert_eq!(ledger_items(&aws).await, before + recorded + per_run(&aws) * 2, "an item an account and run");
    assert!(end.resident_bytes <= warm.resident_bytes + warm.resident_bytes / 4, "{warm:?} became {end:?}");
    assert!(end.open_files <= MOST_OPEN_FILES, "{warm:?} became {end:?}");
}

/// Up to three executions at once, each started by hand or by an event.
async fn start_some(aws: &LocalAws, done: usize, random: &mut SmallRng) -> Vec<String> {
    let before = aws.executions().await.unwrap();
    let count = random.random_range(1..=MOST_AT_ONCE);
    for number in done..done + count {
        let input = input(aws, random);
        // No event disables.
        if input["action"] == "disable" || random.random_bool(0.5) {
            aws.start_execution(&format!("soak-{number}"), &input).await.unwrap();
        } else {
            aws.request_rollout(&input).await.unwrap();
        }
    }
    aws.executions_started(&before, count).await.unwrap()
}

/// Does `work`, and meanwhile kills a function's process now and then; answers how many.
async fn until_done<T>(work: impl Future<Output = T>, aws: &LocalAws, random: &mut SmallRng) -> (T, usize) {
    let mut work = std::pin::pin!(work);
    let mut killed = 0;
    loop {
        let pause = Duration::from_millis(random.random_range(300..2_000));
        tokio::select! {
            done = &mut work => return (done, killed),
            () = tokio::time::sleep(pause) => {
                let processes = aws.function_processes();
                killed += usize::from(processes[random.random_range(0..processes.len())].kill());
            }
        }
    }
}

fn from_environment<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Throttling, errors and lost connections, another share of each every time.
async fn inject(aws: &LocalAws, random: &mut SmallRng) {
    let faults = Faults {
        throttling_rate: random.random_range(0.0..0.1),
        server_error_rate: random.random_range(0.0..0.03),
        drop_before_rate: random.random_range(0.0..0.02),
        drop_after_rate: random.random_range(0.0..0.02),
        ..Faults::default()
    };
    configure(aws, faults).await;
}

async fn configure(aws: &LocalAws, faults: Faults) {
    aws.simulator.configure(&ConfigChange { faults: Some(faults), ..ConfigChange::default() }).await.unwrap();
}

/// Everything or one account, to be set up, planned or taken down.
fn input(aws: &LocalAws, random: &mut SmallRng) -> Value {
    let action = ["rollout", "rollout", "rollout", "plan", "disable"][random.random_range(0..5)];
    let mut input = json!({"action": action});
    if random.random_bool(0.5) {
        let ready: Vec<_> = aws.organization.ready().collect();
        input["accounts"] = json!([ready[random.random_range(0..ready.len())].id]);
    }
    input
}

/// Two runs without faults: the second one finds nothing to do, and there is everything once.
async fn settle(aws: &LocalAws) {
    configure(aws, Faults::default()).await;
    aws.run("settle", &json!({})).await.unwrap();
    let totals = aws.run("settled", &json!({})).await.unwrap().summary().unwrap().totals.windows;
    let wanted = aws.organization.ready_pairs().count() * WINDOWS;
    assert_eq!((totals.unchanged, totals.created, totals.updated, totals.deleted), (wanted, 0, 0, 0));
    let state = aws.simulator.state().await.unwrap();
    assert_eq!(state.0.iter().map(|held| held.windows.len()).sum::<usize>(), wanted);
    for window in state.0.iter().flat_map(|held| &held.windows) {
        assert_eq!((window.targets.len(), window.tasks.len()), (1, 1), "{}", window.name);
    }
}

/// Accounts that a run over everything tries.
fn per_run(aws: &LocalAws) -> usize {
    aws.organization.accounts.len() - aws.organization.skipped().count()
}

async fn ledger_items(aws: &LocalAws) -> usize {
    let table = &aws.deployment().unwrap().ledger;
    let mut pages = aws.clients.dynamodb().scan().table_name(table).select(Select::Count).into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += usize::try_from(page.unwrap().count()).unwrap();
    }
    count
}

/// What the largest process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_bytes: u64,
    open_files: usize,
}

impl Held {
    fn by(processes: &[Usage]) -> Self {
        Self {
            resident_bytes: processes.iter().map(|process| process.resident_bytes).max().unwrap_or_default(),
            open_files: processes.iter().map(|process| process.open_files).max().unwrap_or_default(),
        }
    }
}
