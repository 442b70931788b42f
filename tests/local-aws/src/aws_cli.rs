//! The AWS CLI for the scripts that deploy: loaded once, and there as `aws`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{At, Result};
use crate::folder::RunFolder;
use crate::functions::quoted;
use crate::process::{Group, Launch};
use crate::venv::Venv;

const NAME: &str = "AWS CLI";
const STEP: &str = "starting the AWS CLI";

/// Starts it and waits until it takes commands.
pub(crate) async fn start(venv: &Venv, folder: &RunFolder) -> Result<Group> {
    let socket = folder.path().join("aws-cli.sock");
    let mut group = Group::start(Launch {
        name: NAME,
        python: &venv.python(),
        program: &venv.python(),
        arguments: vec![concat!(env!("CARGO_MANIFEST_DIR"), "/aws_cli/serve.py").into()],
        environment: vec![],
        folder: folder.path(),
        log: folder.path().join("aws-cli.log"),
    })?;
    group.ready(async || socket.exists()).await?;
    write_command(venv, folder)?;
    Ok(group)
}

/// Where the command `aws` is.
pub(crate) fn commands(folder: &RunFolder) -> PathBuf {
    folder.path().join("bin")
}

/// The command, which hands on what it is told.
fn write_command(venv: &Venv, folder: &RunFolder) -> Result<()> {
    let run = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/aws_cli/run.py"));
    let script =
        format!("#!/bin/sh\nexec {} -IS {} {} \"$@\"\n", quoted(&venv.python()), quoted(run), quoted(folder.path()));
    let command = commands(folder).join("aws");
    std::fs::create_dir_all(commands(folder)).at(STEP, &command)?;
    std::fs::write(&command, script).at(STEP, &command)?;
    std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o755)).at(STEP, &command)
}
