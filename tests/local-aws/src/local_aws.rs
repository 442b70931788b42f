//! The whole: what is started, in which order, and how the control plane comes and goes.

use std::path::Path;

use ssm_simulator::Admin;

use crate::aws_cli;
use crate::clients::Clients;
use crate::deployment::{self, Deployment};
use crate::error::{Error, Result};
use crate::folder::RunFolder;
use crate::functions::{Programs, build_programs};
use crate::ministack;
use crate::options::{Options, REGIONS};
use crate::organization::{Account, MEMBER_ROLE, Organization};
use crate::process::{Group, free_port};
use crate::progress::Progress;
use crate::run::{self, RunResult};
use crate::script::Script;
use crate::simulator;
use crate::venv::Venv;
use crate::workspace::Workspace;

/// How often other ports are tried when a process does not start.
const ATTEMPTS: u32 = 3;

/// A running local AWS. Dropped, it ends every process that it started.
#[derive(Debug)]
pub struct LocalAws {
    /// Clients for its services.
    pub clients: Clients,
    /// The accounts and what a run can do with each.
    pub organization: Organization,
    /// The SSM simulator: its state, its calls, its faults.
    pub simulator: Admin,
    /// The workspace that it was built from.
    pub workspace: Workspace,
    /// What it was started with.
    pub options: Options,
    /// The script that deploys, and the AWS CLI, as the management account.
    pub script: Script,
    deployment: Option<Deployment>,
    processes: Processes,
}

/// What ends when it is dropped, in this order.
#[derive(Debug)]
struct Processes {
    ministack: Group,
    simulator: Group,
    _aws_cli: Group,
    folder: RunFolder,
}

impl LocalAws {
    /// Builds what is needed, starts the processes and creates the organization with its member roles.
    ///
    /// # Errors
    /// Names the step that failed and what to do about it.
    pub async fn start(options: &Options, progress: &Progress) -> Result<Self> {
        let workspace = Workspace::find().await?;
        let (venv, programs) =
            futures::try_join!(Venv::prepare(&workspace, progress), build_programs(&workspace, progress))?;
        let Programs { functions, simulator } = programs;
        let step = progress.step("Local AWS", None);
        let (clients, processes) = start_processes(&workspace, &venv, &simulator, options).await?;
        let simulator = Admin::new(&clients.ssm_endpoint);
        step.done(&format!("{}, SSM {}", clients.endpoint, clients.ssm_endpoint));
        let organization = Organization::create(&clients, options, progress).await?;
        simulator::configure(&simulator, &organization).await?;
        organization.deploy_member_roles(&clients, &workspace, progress).await?;
        let script = Script::new(&clients, &organization, &workspace, &venv, &processes.folder, &functions)?;
        let options = *options;
        Ok(Self { clients, organization, simulator, workspace, options, deployment: None, script, processes })
    }

    /// Uploads the artifacts and creates the control plane's stack; the given parameters go before its own. Does not wait for
    /// the rollout that the stack starts, unless a parameter says so: see [`LocalAws::follow`].
    ///
    /// # Errors
    /// When the stack cannot be created: with the reasons that CloudFormation states.
    pub async fn deploy(&mut self, parameters: &[(&str, &str)], progress: &Progress) -> Result<()> {
        let created = deployment::create(&self.clients, &self.script, &self.organization, parameters, progress);
        self.deployment = Some(created.await?);
        Ok(())
    }

    /// Updates the stack with these parameters; the others stay.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when the stack cannot be updated.
    pub async fn update(&mut self, parameters: &[(&str, &str)]) -> Result<()> {
        let updated = deployment::update(&self.clients, self.deployment()?, parameters).await?;
        self.deployment = Some(updated);
        Ok(())
    }

    /// The control plane.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`].
    pub fn deployment(&self) -> Result<&Deployment> {
        self.deployment.as_ref().ok_or_else(|| Error::Unexpected {
            step: "looking for the control plane",
            problem: "it is not deployed yet".to_owned(),
        })
    }

    /// Creates one more control plane beside the first, with artifacts of the first. Nothing here follows it.
    ///
    /// # Errors
    /// As [`LocalAws::deploy`].
    pub async fn deploy_beside(&self, stack: &str, parameters: &[(&str, &str)]) -> Result<()> {
        deployment::create_beside(&self.clients, self.deployment()?, stack, parameters).await
    }

    /// Deletes the stack and waits until it is gone. Answers the run that takes everything down before that, as its report
    /// tells it: here the executions go with their state machine.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when it cannot be deleted.
    pub async fn delete(&mut self) -> Result<RunResult> {
        let deployment = self.deployment()?;
        let (deleted, execution) = tokio::join!(deployment::delete(&self.clients), self.appearing("stack-delete"));
        deleted?;
        let run = run::reported(&self.clients, deployment, &execution?).await?;
        self.deployment = None;
        Ok(run)
    }

    /// Puts the member roles into an account, as the `StackSet` does a while after the account was created.
    ///
    /// # Errors
    /// When the stack cannot be created.
    pub async fn put_member_roles(&mut self, account: &Account) -> Result<()> {
        self.organization.put_member_roles(&self.clients, &self.workspace, account).await?;
        self.organization.is_ready(&account.id);
        Ok(())
    }

    /// The folder in which the processes' programs and files are.
    pub(crate) fn folder(&self) -> &Path {
        self.processes.folder.path()
    }

    /// What the processes have written to.
    pub(crate) fn log_files(&self) -> [&Path; 2] {
        [self.processes.ministack.log(), self.processes.simulator.log()]
    }
}

/// Starts both processes, on other ports when somebody takes one in the meantime.
async fn start_processes(
    workspace: &Workspace,
    venv: &Venv,
    program: &Path,
    options: &Options,
) -> Result<(Clients, Processes)> {
    let folder = RunFolder::make(workspace).await?;
    let started = futures::try_join!(start_services(venv, program, &folder, options), aws_cli::start(venv, &folder));
    let ((clients, ministack, simulator), aws_cli) = started?;
    Ok((clients, Processes { ministack, simulator, _aws_cli: aws_cli, folder }))
}

/// Tries other ports when somebody else has taken one meanwhile.
async fn start_services(
    venv: &Venv,
    program: &Path,
    folder: &RunFolder,
    options: &Options,
) -> Result<(Clients, Group, Group)> {
    let mut attempt = 1;
    loop {
        match start_pair(venv, program, folder, options).await {
            Err(Error::Start { .. }) if attempt < ATTEMPTS => attempt += 1,
            started => return started,
        }
    }
}

/// The simulator first: `MiniStack` hands its address on to the functions.
async fn start_pair(
    venv: &Venv,
    program: &Path,
    folder: &RunFolder,
    options: &Options,
) -> Result<(Clients, Group, Group)> {
    let management = ministack::management_account()?;
    let endpoint = format!("http://127.0.0.1:{}", free_port()?);
    let start = simulator::Start {
        program,
        venv,
        folder,
        options,
        upstream: &endpoint,
        management: &management,
        member_role: MEMBER_ROLE,
    };
    let (simulator, ssm_endpoint) = start.start().await?;
    let clients = Clients { endpoint, ssm_endpoint, home_region: REGIONS[0].to_owned() };
    let ministack = ministack::start(venv, &clients, &management, folder).await?;
    Ok((clients, ministack, simulator))
}
