//! `templates/deploy.sh`, the script that deploys on AWS, run against the local AWS.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::aws_cli;
use crate::clients::{Clients, MANAGEMENT_KEY};
use crate::command::Command;
use crate::deployment;
use crate::error::{Error, Result};
use crate::folder::RunFolder;
use crate::functions;
use crate::organization::Organization;
use crate::venv::Venv;
use crate::workspace::Workspace;

const STEP: &str = "running templates/deploy.sh";
const CLI_STEP: &str = "running the AWS CLI";

/// The script with what it needs to know about the local AWS.
#[derive(Debug)]
pub struct Script {
    program: PathBuf,
    cli: PathBuf,
    arguments: Vec<String>,
    bucket: String,
    environment: Vec<(&'static str, String)>,
}

impl Script {
    /// Lays the functions out as the script takes them.
    pub(crate) fn new(
        clients: &Clients,
        organization: &Organization,
        workspace: &Workspace,
        venv: &Venv,
        folder: &RunFolder,
        functions: &BTreeMap<String, PathBuf>,
    ) -> Result<Self> {
        let artifacts = functions::lay_out(functions, folder.path())?;
        let arguments = [
            ("--endpoint-url", clients.endpoint.clone()),
            ("--region", clients.home_region.clone()),
            ("--architecture", architecture().to_owned()),
            ("--artifacts", artifacts.display().to_string()),
        ];
        Ok(Self {
            program: workspace.root.join("templates/deploy.sh"),
            cli: aws_cli::commands(folder).join("aws"),
            arguments: arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect(),
            bucket: deployment::artifacts_bucket(organization),
            environment: environment(venv, folder)?,
        })
    }

    /// Runs `templates/deploy.sh` with these arguments, and those that say where the local AWS is, and answers what it said.
    ///
    /// # Errors
    /// When it fails: with the end of what it wrote.
    pub async fn deploy(&self, arguments: &[&str]) -> Result<String> {
        let script = Command::new(&self.program).args(&self.arguments).args(["--bucket", &self.bucket]).args(arguments);
        self.as_management(script).output(STEP).await
    }

    /// Runs a command of the AWS CLI as the management account and answers its JSON.
    ///
    /// # Errors
    /// When it is refused: with what it wrote.
    pub async fn aws(&self, arguments: &[&str]) -> Result<String> {
        self.cli(arguments).output(CLI_STEP).await
    }

    /// The same with the credentials of a session: access key id, secret access key and session token.
    ///
    /// # Errors
    /// When it is refused: with what it wrote.
    pub async fn aws_as(&self, credentials: &[String; 3], arguments: &[&str]) -> Result<String> {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        let own = names.into_iter().zip(credentials);
        own.fold(self.cli(arguments), |command, (name, value)| command.environment(name, value)).output(CLI_STEP).await
    }

    /// The environment variables with which the AWS CLI is the one that runs here, and is the management account.
    pub fn environment(&self) -> &[(&'static str, String)] {
        &self.environment
    }

    fn cli(&self, arguments: &[&str]) -> Command {
        let place = &self.arguments[..4]; // endpoint and Region
        self.as_management(Command::new(&self.cli).args(place).args(["--output", "json"]).args(arguments))
    }

    fn as_management(&self, command: Command) -> Command {
        self.environment.iter().fold(command, |command, (name, value)| command.environment(name, value))
    }
}

/// Credentials and settings, and nothing of the user's; the AWS CLI is the one that was started, Python the virtual environment's.
fn environment(venv: &Venv, folder: &RunFolder) -> Result<Vec<(&'static str, String)>> {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        [aws_cli::commands(folder), venv.folder().join("bin")].into_iter().chain(std::env::split_paths(&own)),
    );
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

/// The functions are built for the machine that they run on here.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
