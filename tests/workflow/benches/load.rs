//! How a rollout grows with the organization: `cargo bench --profile dev -p workflow --bench load -- 40x4 150x17`.
//!
//! For each size, accounts by Regions, the first rollout and the one right after it, with 50 ms a call of Systems Manager; then
//! what the processes of each function held at most. What limits it here is the local AWS, which runs on the same cores.

#![expect(clippy::expect_used, reason = "what cannot be measured ends the benchmark")]

use std::collections::BTreeMap;

use local_aws::demo::{Outcome, Scenario, play};
use local_aws::{LocalAws, Options, Progress, Usage};

const LATENCY_MS: u64 = 50;
const SIZES: [(usize, usize); 2] = [(40, 4), (150, 17)];

#[tokio::main]
async fn main() {
    let progress = Progress::terminal();
    let (mut runs, mut functions) = (vec![header()], vec![functions_header()]);
    for (accounts, regions) in sizes() {
        let (measured, processes) = measure(accounts, regions, &progress).await;
        runs.extend(measured.iter().map(|(outcome, sessions)| line(outcome, regions, *sessions)));
        functions.extend(by_function(&processes).into_iter().map(|(function, peaks)| {
            let largest = peaks.iter().copied().max().unwrap_or_default();
            let size = format!("{accounts}x{regions}");
            format!("{size:<9} {function:<32} {:>9} {:>10}", peaks.len(), megabytes(largest))
        }));
    }
    println!("\n{}\n\n{}", runs.join("\n"), functions.join("\n"));
}

/// What the command line names, as `40x4`.
fn sizes() -> Vec<(usize, usize)> {
    let named = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let named: Vec<_> = named.map(|text| workflow::size(&text)).collect();
    if named.is_empty() { SIZES.to_vec() } else { named }
}

async fn measure(accounts: usize, regions: usize, progress: &Progress) -> (Vec<(Outcome, usize)>, Vec<Usage>) {
    let options = Options { accounts, regions, latency_ms: LATENCY_MS, failing: 0, ..Options::default() };
    let mut aws = LocalAws::start(&options, progress).await.expect("a local AWS");
    let mut issued = 0;
    aws.deploy(&[], progress).await.expect("the stack");
    let mut outcomes = Vec::new();
    for scenario in [Scenario::FirstRollout, Scenario::SecondRollout] {
        let outcome = play(scenario, &mut aws, progress).await.expect("a rollout");
        assert!(outcome.differences.is_empty(), "{:?}\n{:#?}", outcome.differences, failures(&outcome));
        let now = sessions(&aws);
        outcomes.push((outcome, now - issued));
        issued = now;
    }
    (outcomes, aws.function_processes())
}

/// How many sessions STS has issued, those with the functions' own roles among them: each is an id, a secret and a token.
fn sessions(aws: &LocalAws) -> usize {
    aws.issued_credentials().expect("what was issued").len() / 3
}

/// How many Regions and accounts failed, by error.
fn failures(outcome: &Outcome) -> BTreeMap<String, usize> {
    let summary = outcome.run.summary().expect("a report");
    let mut failures = BTreeMap::new();
    for (_, _, failure) in summary.failures() {
        let message: String = failure.message.chars().take(120).collect();
        *failures.entry(format!("{} {}: {message}", failure.step, failure.name)).or_default() += 1;
    }
    failures
}

fn header() -> String {
    format!(
        "{:<9} {:<15} {:>9} {:>12} {:>9} {:>12} {:>14} {:>16} {:>8}",
        "size", "run", "seconds", "per second", "ms each", "SSM calls", "transitions", "sessions/account", "memory"
    )
}

fn functions_header() -> String {
    format!("{:<9} {:<32} {:>9} {:>10}", "size", "function", "processes", "memory")
}

/// The most that each process held, in bytes.
fn by_function(processes: &[Usage]) -> BTreeMap<&str, Vec<u64>> {
    let mut peaks: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for process in processes {
        peaks.entry(&process.function).or_default().push(process.peak_bytes);
    }
    peaks
}

/// Calls and transitions are those of an account-Region.
fn line(outcome: &Outcome, regions: usize, sessions: usize) -> String {
    let (accounts, pairs) = (outcome.totals.accounts.succeeded, number(outcome.totals.regions.succeeded));
    let calls: u64 = outcome.ssm_calls.values().sum();
    format!(
        "{:<9} {:<15} {:>9.1} {:>12.0} {:>9.1} {:>12.1} {:>14.1} {:>16.2} {:>8}",
        format!("{accounts}x{regions}"),
        outcome.scenario,
        outcome.run.seconds,
        pairs / outcome.run.seconds,
        outcome.run.seconds * 1e3 / pairs,
        number(calls) / pairs,
        number(outcome.state_transitions.unwrap_or_default()) / pairs,
        number(sessions) / number(accounts),
        outcome.peak_memory_bytes.map_or_else(|| "-".to_owned(), megabytes),
    )
}

fn number(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::NAN, f64::from)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", number(bytes) / 1e6)
}
