//! `templates/deploy.sh`, the script that deploys on AWS, run against the local AWS.

use std::path::{Path, PathBuf};

use crate::clients::{Clients, MANAGEMENT_KEY};
use crate::command::Command;
use crate::error::{At, Error, Result};
use crate::folder::RunFolder;
use crate::functions::FunctionZip;
use crate::venv::Venv;
use crate::workspace::Workspace;

const STEP: &str = "running templates/deploy.sh";

/// The script with what it needs to know about the local AWS.
#[derive(Debug)]
pub(crate) struct Script {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Script {
    /// Lays the zips out as the script takes them.
    pub(crate) fn new(
        clients: &Clients,
        workspace: &Workspace,
        venv: &Venv,
        folder: &RunFolder,
        zips: &[FunctionZip],
    ) -> Result<Self> {
        let artifacts = lay_out(zips, folder.path())?;
        let arguments = [
            ("--endpoint-url", clients.endpoint.clone()),
            ("--region", clients.home_region.clone()),
            ("--architecture", architecture().to_owned()),
            ("--artifacts", artifacts.display().to_string()),
        ];
        Ok(Self {
            program: workspace.root.join("templates/deploy.sh"),
            arguments: arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect(),
            environment: environment(venv, folder)?,
        })
    }

    /// Runs it as the management account and answers what it said.
    ///
    /// # Errors
    /// When it fails: with the end of what it wrote.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program).args(&self.arguments).args(arguments);
        for (name, value) in &self.environment {
            command = command.environment(name, value);
        }
        command.output(STEP).await
    }
}

/// Credentials and settings, and nothing of the user's; the AWS CLI is the virtual environment's.
fn environment(venv: &Venv, folder: &RunFolder) -> Result<Vec<(&'static str, String)>> {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([venv.folder().join("bin")].into_iter().chain(std::env::split_paths(&own)));
    let path = path.map_err(|error| Error::Unexpected { step: STEP, problem: error.to_string() })?;
    let nothing = folder.path().join("no-aws-config").display().to_string();
    Ok(vec![
        ("PATH", path.to_string_lossy().into_owned()),
        ("AWS_ACCESS_KEY_ID", MANAGEMENT_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", MANAGEMENT_KEY.to_owned()),
        ("AWS_SESSION_TOKEN", String::new()),
        ("AWS_CONFIG_FILE", nothing.clone()),
        ("AWS_SHARED_CREDENTIALS_FILE", nothing),
    ])
}

fn lay_out(zips: &[FunctionZip], folder: &Path) -> Result<PathBuf> {
    let artifacts = folder.join("artifacts");
    std::fs::create_dir_all(&artifacts).at(STEP, &artifacts)?;
    for zip in zips {
        let link = artifacts.join(format!("{}.zip", zip.name));
        std::os::unix::fs::symlink(&zip.path, &link).at(STEP, &link)?;
    }
    Ok(artifacts)
}

/// The functions are built for the machine that they run on here.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
