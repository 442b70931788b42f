//! Runs the scenarios one after the other, checks what each promises, and shows the figures.

mod check;
mod drift;
mod transitions;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::arguments::Demo;
use super::outcome::Outcome;
use super::scenario::Scenario;
use super::show;
use super::summary::Summary;
use crate::error::{At, During, Error, Result};
use crate::local_aws::LocalAws;
use crate::progress::Progress;

/// Runs what the command line asks for.
pub(crate) async fn play_all(demo: &Demo) -> Result<ExitCode> {
    let options = demo.options().map_err(|problem| Error::Unexpected { step: "reading the command line", problem })?;
    let progress = Progress::terminal();
    let mut aws = LocalAws::start(&options, &progress).await?;
    aws.deploy(&[], &progress).await?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let played = play_each(&demo.scenarios(), &mut aws, &mut outcomes, &progress).await;
    let letters = aws.dead_letters().await?;
    println!("\n{}", show::everything(&aws, &outcomes, &letters, &report_folder(&aws)));
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
    progress: &Progress,
) -> Result<()> {
    for &scenario in scenarios {
        if scenario.needs_a_rollout() && outcomes.is_empty() {
            aws.follow(Scenario::CREATION, |_| {}).await?;
        }
        let outcome = play(scenario, aws, progress).await?;
        save_report(aws, &outcome)?;
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
    let (_, before) = aws.ssm_calls_since(u64::MAX).await?;
    let drifted = prepare(scenario, aws).await?;
    let accounts = aws.organization.accounts.len() - aws.organization.skipped().count();
    let step = progress.step(scenario.name(), Some(u64::try_from(accounts).unwrap_or(u64::MAX)));
    step.note("accounts");
    let done = |accounts| step.position(accounts);
    let (begin, run) = match scenario.started_by_the_stack() {
        // The stack is there already, and nothing was called before it.
        Some(Scenario::CREATION) => (0, aws.follow(Scenario::CREATION, done).await?),
        Some(trigger) => (before, aws.follow(trigger, done).await?),
        // What was called to let things drift is not counted.
        None => {
            let (_, begin) = aws.ssm_calls_since(u64::MAX).await?;
            (begin, aws.run_watched(scenario.name(), &scenario.input(), done).await?)
        }
    };
    let (ssm_calls, _) = aws.ssm_calls_since(begin).await?;
    let peak_memory_bytes = aws.peak_memory_bytes();
    let summary = run.summary()?;
    let history = aws.history(&run.execution_arn).await?;
    let state_transitions = transitions::count(&aws.definition().await?, &history, &summary);
    let mut outcome = Outcome {
        scenario,
        run,
        totals: summary.totals,
        accounts: summary.outcomes,
        ssm_calls,
        state_transitions,
        peak_memory_bytes,
        differences: Vec::new(),
    };
    outcome.differences = check::check(aws, &outcome, drifted).await?;
    step.done(&format!("{} of {accounts} accounts", outcome.totals.accounts.succeeded));
    Ok(outcome)
}

/// What comes before the clock starts. Answers how many windows somebody has changed by hand.
async fn prepare(scenario: Scenario, aws: &mut LocalAws) -> Result<usize> {
    match scenario {
        Scenario::DriftRepair => drift::drift_by_hand(aws).await,
        Scenario::PolicyUpdate => aws.update(&[("PatchOperation", "Install")]).await.map(|()| 0),
        Scenario::FirstRollout | Scenario::SecondRollout | Scenario::Disable => Ok(0),
    }
}

fn report_folder(aws: &LocalAws) -> PathBuf {
    aws.workspace.target.join("demo")
}

fn save_report(aws: &LocalAws, outcome: &Outcome) -> Result<()> {
    const STEP: &str = "saving a report";
    let folder = report_folder(aws);
    std::fs::create_dir_all(&folder).at(STEP, &folder)?;
    let path = folder.join(format!("{}.json", outcome.scenario));
    let report = serde_json::to_string_pretty(&outcome.run.report).during(STEP)?;
    std::fs::write(&path, report + "\n").at(STEP, &path)
}
