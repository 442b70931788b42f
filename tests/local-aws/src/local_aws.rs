//! The whole: what is started, in which order, and what a test or the demo does with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use ssm_simulator::Admin;

use crate::aws_cli;
use crate::clients::Clients;
use crate::dead_letters::{self, DeadLetter};
use crate::deployment::{self, Deployment};
use crate::error::{Error, Result};
use crate::folder::RunFolder;
use crate::functions::{Programs, build_programs};
use crate::history::History;
use crate::logs::{self, Logs};
use crate::ministack;
use crate::options::{Options, REGIONS};
use crate::organization::{Account, MEMBER_ROLE, Organization};
use crate::process::{Group, free_port};
use crate::progress::Progress;
use crate::run::{self, RunResult};
use crate::script::Script;
use crate::simulator;
use crate::tree;
use crate::usage::{self, Usage};
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
    deployment: Option<Deployment>,
    script: Script,
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
        let script = Script::new(&clients, &workspace, &venv, &processes.folder, &functions)?;
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

    /// Runs `templates/deploy.sh` with these arguments, and those that say where the local AWS is, and answers what it said.
    ///
    /// # Errors
    /// When it fails: with the end of what it wrote.
    pub async fn deploy_script(&self, arguments: &[&str]) -> Result<String> {
        let bucket = deployment::artifacts_bucket(&self.organization);
        self.script.run(&[&["--bucket", bucket.as_str()], arguments].concat()).await
    }

    /// The environment variables with which the AWS CLI is the one that runs here, and is the management account.
    #[must_use]
    pub fn cli_environment(&self) -> BTreeMap<&'static str, String> {
        self.script.environment.iter().cloned().collect()
    }

    /// Runs a command of the AWS CLI as the management account and answers its JSON.
    ///
    /// # Errors
    /// When it is refused: with what it wrote.
    pub async fn aws_cli(&self, arguments: &[&str]) -> Result<String> {
        self.script.aws(arguments).await
    }

    /// The same with the credentials of a session: access key id, secret access key and session token.
    ///
    /// # Errors
    /// When it is refused: with what it wrote.
    pub async fn aws_cli_as(&self, credentials: &[String; 3], arguments: &[&str]) -> Result<String> {
        self.script.aws_as(credentials, arguments).await
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

    /// Runs an execution of this name to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not end; one that fails is a result.
    pub async fn run(&self, name: &str, input: &Value) -> Result<RunResult> {
        self.run_watched(name, input, |_| {}).await
    }

    /// The same with an input that is only text: what Step Functions takes for JSON, serde may not.
    ///
    /// # Errors
    /// As [`LocalAws::run`].
    pub async fn run_text(&self, name: &str, input: &str) -> Result<RunResult> {
        let arn = run::start(&self.clients, self.deployment()?, name, input).await?;
        self.follow_execution(&arn).await
    }

    /// The same, and tells how many accounts are done.
    ///
    /// # Errors
    /// As [`LocalAws::run`].
    pub async fn run_watched(&self, name: &str, input: &Value, accounts_done: impl FnMut(u64)) -> Result<RunResult> {
        let arn = self.start_execution(name, input).await?;
        run::follow(&self.clients, self.deployment()?, &arn, accounts_done).await
    }

    /// Follows the newest execution that has this trigger to its end: `stack-create` is the one that [`LocalAws::deploy`]
    /// started, `stack-update` that of [`LocalAws::update`].
    ///
    /// # Errors
    /// When there is none or it does not end; one that fails is a result.
    pub async fn follow(&self, trigger: &str, accounts_done: impl FnMut(u64)) -> Result<RunResult> {
        let deployment = self.deployment()?;
        let newest = run::newest(&self.clients, deployment, trigger).await?;
        let arn = newest.ok_or_else(|| Error::Unexpected {
            step: "looking for an execution",
            problem: format!("there is none with the trigger {trigger}"),
        })?;
        run::follow(&self.clients, deployment, &arn, accounts_done).await
    }

    /// The newest run that has this trigger.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when Step Functions refuses.
    pub async fn newest(&self, trigger: &str) -> Result<Option<String>> {
        let arn = run::newest(&self.clients, self.deployment()?, trigger).await?;
        Ok(arn.map(|arn| run::name(&arn).to_owned()))
    }

    /// Starts an execution of this name and answers its ARN.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_execution(&self, name: &str, input: &Value) -> Result<String> {
        run::start(&self.clients, self.deployment()?, name, &input.to_string()).await
    }

    /// Asks for a rollout with an event on the bus, as an account-vending pipeline does.
    ///
    /// # Errors
    /// When the bus does not take the event.
    pub async fn request_rollout(&self, detail: &Value) -> Result<()> {
        run::request(&self.clients, detail).await
    }

    /// The ARNs of all executions, ended ones too.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when Step Functions refuses.
    pub async fn executions(&self) -> Result<BTreeSet<String>> {
        run::all(&self.clients, self.deployment()?).await
    }

    /// Waits until there are so many executions that are not among `before`, and answers their ARNs.
    ///
    /// # Errors
    /// When there are not as many after a while, and as [`LocalAws::executions`].
    pub async fn executions_started(&self, before: &BTreeSet<String>, count: usize) -> Result<Vec<String>> {
        run::started(&self.clients, self.deployment()?, before, count).await
    }

    /// Follows an execution that something else started to its end.
    ///
    /// # Errors
    /// When it does not end; one that fails is a result.
    pub async fn follow_execution(&self, execution_arn: &str) -> Result<RunResult> {
        run::follow(&self.clients, self.deployment()?, execution_arn, |_| {}).await
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
        let (deleted, execution) =
            tokio::join!(deployment::delete(&self.clients), run::appearing(&self.clients, deployment, "stack-delete"));
        deleted?;
        let run = run::reported(&self.clients, deployment, &execution?).await?;
        self.deployment = None;
        Ok(run)
    }

    /// Adds an account to the organization, without any role in it yet.
    ///
    /// # Errors
    /// When Organizations refuses.
    pub async fn add_account(&mut self, name: &str) -> Result<Account> {
        self.organization.add(&self.clients, name).await
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

    /// All events of an execution and of its children.
    ///
    /// # Errors
    /// When Step Functions refuses, as for an unknown execution.
    pub async fn history(&self, execution_arn: &str) -> Result<History> {
        History::read(&self.clients, execution_arn).await
    }

    /// An execution as a tree, in so many columns and without colours: what failed in full, what succeeded in a line.
    ///
    /// # Errors
    /// As [`LocalAws::history`].
    pub async fn tree(&self, execution_arn: &str, columns: usize) -> Result<String> {
        let run = tree::read::run(&self.clients.sfn(), execution_arn, false).await?;
        Ok(anstream::adapter::strip_str(&tree::text::text(&run, columns, false)).to_string())
    }

    /// What the dead-letter queue holds; it stays there.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when SQS refuses.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        dead_letters::peek(&self.clients.sqs(), &self.deployment()?.dead_letter_queue).await
    }

    /// What the functions and the processes have logged so far.
    ///
    /// # Errors
    /// When CloudWatch Logs refuses or a log file cannot be read.
    pub async fn logs(&self) -> Result<Logs> {
        logs::read(&self.script, &self.log_files()).await
    }

    /// Every access key id, secret and session token that the local STS has issued.
    ///
    /// # Errors
    /// When they were not noted.
    pub fn issued_credentials(&self) -> Result<Vec<String>> {
        ministack::issued_credentials(&self.processes.folder)
    }

    /// The number that the next SSM call will have.
    pub(crate) async fn next_ssm_call(&self) -> Result<u64> {
        let (_, next) = self.ssm_calls_since(u64::MAX).await?;
        Ok(next)
    }

    /// SSM calls by operation so far, and the number of the next one.
    pub(crate) async fn ssm_calls_since(&self, sequence: u64) -> Result<(BTreeMap<String, u64>, u64)> {
        simulator::calls_since(&self.simulator, sequence).await
    }

    /// The largest resident size that a function's process has had, in bytes; only Linux tells.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> Option<u64> {
        self.function_processes().iter().map(|process| process.peak_bytes).max()
    }

    /// What each running process of a function holds; only Linux tells.
    #[must_use]
    pub fn function_processes(&self) -> Vec<Usage> {
        usage::of_functions(self.processes.folder.path())
    }

    fn log_files(&self) -> Vec<PathBuf> {
        [&self.processes.ministack, &self.processes.simulator].map(|process| process.log().to_owned()).to_vec()
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
