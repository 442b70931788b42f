//! Runs the scenarios one after the other, checks what each promises, and shows the figures.

mod drift;
mod prepare;
mod waves;
mod week;

use std::path::Path;
use std::process::ExitCode;

use super::arguments::Demo;
use super::check::check;
use super::keepsakes::Keepsakes;
use super::outcome::Outcome;
use super::scenario::Scenario;
use super::show;
use super::summary::Summary;
use crate::dead_letters::DeadLetter;
use crate::error::{At, During, Error, Result};
use crate::history::History;
use crate::local_aws::LocalAws;
use crate::progress::Progress;
use crate::run::RunResult;
use crate::simulator;
use prepare::{CREATION, Prepared, Start, prepare};

/// Runs what the command line asks for.
pub(crate) async fn play_all(demo: &Demo) -> Result<ExitCode> {
    let options = demo.options().map_err(|problem| Error::Unexpected { step: "reading the command line", problem })?;
    let progress = Progress::terminal();
    let mut aws = LocalAws::start(&options, &progress).await?;
    aws.deploy(&[], &progress).await?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut keepsakes = Keepsakes::new(&aws, demo);
    let played = play_each(&demo.scenarios(), &mut aws, &mut outcomes, &mut keepsakes, &progress).await;
    anstream::println!("\n{}{}", keepsakes.histories(), show::everything(&aws, &outcomes));
    println!("{}", keepsakes.links());
    if demo.open {
        keepsakes.open();
    }
    if let Some(path) = &demo.summary {
        write_summary(path, &Summary::of(&aws, &options, &outcomes))?;
    }
    if demo.keep {
        println!("{}", show::how_to_use(&aws));
        // Ends with Ctrl-C, which drops everything.
        std::future::pending::<()>().await;
    }
    // Only now: what the scenarios before it did is worth seeing.
    played?;
    let all_kept = outcomes.iter().all(Outcome::succeeded);
    Ok(if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn play_each(
    scenarios: &[Scenario],
    aws: &mut LocalAws,
    outcomes: &mut Vec<Outcome>,
    keepsakes: &mut Keepsakes,
    progress: &Progress,
) -> Result<()> {
    for &scenario in scenarios {
        if scenario.needs_a_rollout() && outcomes.is_empty() {
            aws.follow(CREATION, |_| {}).await?;
        }
        let outcome = play(scenario, aws, progress).await?;
        keepsakes.take(aws, &outcome).await?;
        outcomes.push(outcome);
    }
    Ok(())
}

fn write_summary(path: &Path, summary: &Summary<'_>) -> Result<()> {
    let summary = serde_json::to_string_pretty(summary).during("writing the summary")?;
    std::fs::write(path, summary + "\n").at("writing the summary", path)
}

/// Runs one scenario and checks what it promises.
///
/// # Errors
/// When it cannot be run; one that breaks its promise is an outcome with differences.
pub async fn play(scenario: Scenario, aws: &mut LocalAws, progress: &Progress) -> Result<Outcome> {
    let before = simulator::next_call(&aws.simulator).await?;
    let Prepared { start, scope, drifted, kinds } = prepare(scenario, aws).await?;
    let begin = match start {
        // Nothing was called before the stack was there.
        Start::Stack(CREATION) => 0,
        Start::Stack(_) => before,
        // What was called to prepare is not counted.
        Start::Input(_) | Start::Deletion => simulator::next_call(&aws.simulator).await?,
    };
    let step = progress.step(scenario.name(), Some(u64::try_from(scope.len()).unwrap_or(u64::MAX)));
    step.note("accounts");
    let done = |accounts| step.position(accounts);
    let run = match start {
        Start::Stack(trigger) => aws.follow(trigger, done).await?,
        Start::Input(input) => aws.run_watched(scenario.name(), &input, done).await?,
        Start::Deletion => aws.delete().await?,
    };
    let summary = run.summary()?;
    let (ssm_calls, _) = simulator::calls_since(&aws.simulator, begin).await?;
    let mut outcome = Outcome {
        scenario,
        state_transitions: state_transitions(aws, &run).await?,
        dead_letters: dead_letters(aws, &run).await?,
        run,
        totals: summary.totals,
        waves: summary.waves,
        scope,
        accounts: summary.outcomes,
        ssm_calls,
        peak_memory_bytes: aws.function_processes().iter().map(|process| process.peak_bytes).max(),
        differences: Vec::new(),
    };
    outcome.differences = check(aws, &outcome, drifted, &kinds).await?;
    step.done(&format!("{} of {} accounts", outcome.totals.accounts.succeeded, outcome.scope.len()));
    Ok(outcome)
}

async fn state_transitions(aws: &LocalAws, run: &RunResult) -> Result<Option<usize>> {
    if aws.deployment().is_err() {
        return Ok(None);
    }
    Ok(Some(History::read(&aws.clients, &run.execution_arn).await?.transitions()))
}

async fn dead_letters(aws: &LocalAws, run: &RunResult) -> Result<Vec<DeadLetter>> {
    if aws.deployment().is_err() {
        return Ok(Vec::new());
    }
    let mut letters = aws.dead_letters().await?;
    letters.retain(|letter| letter.attribute("run") == run.run);
    Ok(letters)
}
