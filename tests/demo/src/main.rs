//! `cargo demo`. It depends on nothing, so that it says within a second what a newcomer then waits for.

use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

const WHAT_HAPPENS: &str = "\
Rolls Patch Manager out over an organization on a local AWS: builds everything, starts the local AWS, deploys the
templates, runs the scenarios and shows what they did. Nothing leaves this machine but downloads.
The first time takes about five minutes on two cores, almost all of it building; later times take about a minute.
";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let help = arguments.iter().any(|argument| ["-h", "--help"].iter().any(|help| argument == help));
    if !help {
        eprintln!("{WHAT_HAPPENS}");
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut local_aws = Command::new(&cargo);
    // Of the whole workspace, not of one package: built with the features of all, which the functions and the tests share.
    local_aws.args(["run", "--bin", "local-aws", "--", "demo"]).args(arguments).current_dir(root());
    // Cargo's word on the package that it runs. Build scripts watch it, and would run again for each other package.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            local_aws.env_remove(name);
        }
    }
    // In place of this process, so that signals and the exit code are the program's own.
    let error = local_aws.exec();
    let hint = if error.kind() == ErrorKind::NotFound { ": is cargo in the PATH?" } else { "" };
    eprintln!("error: {} cannot be run: {error}{hint}", cargo.display());
    ExitCode::FAILURE
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
