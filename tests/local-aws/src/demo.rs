//! The command line: `local-aws demo` runs the scenarios and shows what they did, `local-aws history` shows any
//! execution, `local-aws venv` prints where Python is.

mod arguments;
mod check;
mod history;
mod keepsakes;
mod outcome;
mod play;
mod scenario;
mod show;
mod summary;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::Error;
use crate::progress::Progress;
use crate::venv::Venv;
use crate::workspace::Workspace;
use arguments::{Arguments, Command};

pub use outcome::Outcome;
pub use play::play;
pub use scenario::Scenario;

/// Ended by a signal, as shells count it.
const INTERRUPTED: u8 = 130;

/// Runs the command line and answers the exit code: 0 when every scenario did what it promises.
///
/// Ctrl-C, SIGTERM and SIGHUP end it in the middle of anything, and with it every process that it started.
pub async fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = Arguments::parse_from(without_separator(arguments));
    tokio::select! {
        code = run(arguments.command) => code,
        () = interrupted() => {
            eprintln!("interrupted; everything that was started is ended");
            ExitCode::from(INTERRUPTED)
        }
    }
}

/// `cargo demo -- --accounts 39` hands over a `--` more than `cargo demo --accounts 39` does.
fn without_separator(arguments: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    arguments.enumerate().filter(|(place, argument)| *place != 2 || argument != "--").map(|(_, argument)| argument)
}

async fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Demo(arguments) => play::play_all(&arguments).await,
        Command::History(of) => history::print(&of).await,
        Command::Venv => print_venv().await,
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

async fn print_venv() -> Result<ExitCode, Error> {
    let venv = Venv::prepare(&Workspace::find().await?, &Progress::terminal()).await?;
    println!("{}", venv.folder().display());
    Ok(ExitCode::SUCCESS)
}

/// Returns when the user or the system wants this program to end.
async fn interrupted() {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let signals = kinds.map(|kind| async move {
        match signal(kind) {
            Ok(mut signal) => _ = signal.recv().await,
            // Without a handler the signal has its usual effect, and the launcher ends the processes.
            Err(_) => std::future::pending().await,
        }
    });
    let _ = futures::future::select_all(signals.map(Box::pin)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_pass_options_through_cargo_work() {
        for line in ["local-aws demo --accounts 39 --regions 4", "local-aws demo -- --accounts 39 --regions 4"] {
            let words = line.split(' ').map(OsString::from);
            let Command::Demo(demo) = Arguments::try_parse_from(without_separator(words)).unwrap().command else {
                panic!("{line}");
            };
            assert_eq!((demo.accounts, demo.regions), (39, 4), "{line}");
        }
    }
}
