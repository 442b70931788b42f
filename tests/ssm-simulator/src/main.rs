//! The simulator as a program that runs next to the local AWS.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use ssm_simulator::Simulator;
use tokio::signal::unix::{SignalKind, signal};

/// Answers the operations of Systems Manager that the local AWS lacks.
#[derive(Debug, Parser)]
struct Arguments {
    /// The port to listen on; 0 is any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// botocore's model of SSM: …/botocore/data/ssm/2014-11-06/service-2.json.gz
    #[arg(long)]
    model: PathBuf,
    /// The local AWS, for all other operations and for whose access keys are whose
    #[arg(long)]
    upstream: Option<String>,
    /// The role whose policies, as the local AWS has them, decide what the calls of sessions may do
    #[arg(long, requires = "upstream")]
    member_role: Option<String>,
    /// The account that the access key `test` belongs to
    #[arg(long)]
    management_account: Option<String>,
    /// How long each answered call takes
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// What ids and faults are derived from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The most items that a page holds
    #[arg(long)]
    page_size: Option<usize>,
    /// End when standard input is closed, as it is when the parent process ends
    #[arg(long)]
    exit_with_parent: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ssm-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let exit_with_parent = arguments.exit_with_parent;
    let simulator = start(arguments).await?;
    println!("listening on {}", simulator.endpoint_url());
    std::io::stdout().flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = parent_has_ended(), if exit_with_parent => {}
    }
    Ok(())
}

async fn start(arguments: Arguments) -> Result<Simulator, ssm_simulator::StartError> {
    let mut builder = Simulator::builder()
        .port(arguments.port)
        .model(arguments.model)
        .latency(Duration::from_millis(arguments.latency_ms))
        .seed(arguments.seed);
    if let Some(url) = arguments.upstream {
        builder = builder.upstream(url);
    }
    if let Some(role) = arguments.member_role {
        builder = builder.member_role(role);
    }
    if let Some(account) = arguments.management_account {
        builder = builder.management_account(account);
    }
    if let Some(items) = arguments.page_size {
        builder = builder.page_size(items);
    }
    builder.start().await
}

/// A thread of its own, because a read of standard input cannot be given up.
async fn parent_has_ended() {
    let (ended, has_ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // Whatever ends the reading, there is nobody left to serve.
        _ = std::io::stdin().read_to_end(&mut Vec::new());
        _ = ended.send(());
    });
    _ = has_ended.await;
}
