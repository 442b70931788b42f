//! One account-Region on a simulator of its own, in the test's process.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "only tests use this")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use lambda::CallError;
use local_aws::{Venv, Workspace};
use member::windows::{KeptDocuments, Site};
use patching::outcome::{DhmcOutcome, Progress};
use patching::place::Place;
use patching::settings::TargetSettings;
use policy::input::Action;
use policy::{Dhmc, PatchPolicy, RoleArn};
use serde_json::{Value, json};
use ssm_simulator::{Builder, Calls, ConfigChange, Lag, RegionSnapshot, Simulator, WindowSnapshot};

/// The account.
pub const ACCOUNT: &str = "111122223333";
/// The Region.
pub const REGION: &str = "eu-west-1";
/// The owner tag of [`policy()`].
pub const OWNER: (&str, &str) = ("createdBy", "SRA_Patch_Management");

/// One account-Region, and runs over it.
#[derive(Debug)]
pub struct Cell {
    /// What it is on.
    pub simulator: Simulator,
    /// Never tries a call twice, so that a fault is what it says.
    pub ssm: Client,
    runs: AtomicUsize,
}

impl Cell {
    /// Nothing is in it.
    pub async fn new() -> Self {
        Self::with_latency(Duration::ZERO).await
    }

    /// As AWS may be: for two calls neither lists nor IAM know of what was just created, and answers have what AWS adds.
    pub async fn unsettled() -> Self {
        let lag = Some(Lag::of_calls(2));
        let lags = ConfigChange { list_lag: lag, tag_lag: lag, additions: Some(true), ..ConfigChange::default() };
        Self::of(builder().await.configure(lags)).await
    }

    /// Lets everybody know of everything from now on; answers what makes it again as it was.
    pub fn settle(&self) -> ConfigChange {
        let config = self.simulator.config();
        let none = Some(Lag::default());
        self.simulator.configure(ConfigChange { list_lag: none, tag_lag: none, ..ConfigChange::default() });
        ConfigChange { list_lag: Some(config.list_lag), tag_lag: Some(config.tag_lag), ..ConfigChange::default() }
    }

    /// Every call takes this long.
    pub async fn with_latency(latency: Duration) -> Self {
        Self::of(builder().await.latency(latency)).await
    }

    /// Beside a server that says whose a session is and what its role may do.
    pub async fn beside(identities: &str, role: &str) -> Self {
        Self::of(builder().await.upstream(identities).member_role(role)).await
    }

    async fn of(builder: Builder) -> Self {
        let simulator = builder.start().await.unwrap();
        let ssm = client(&simulator, &RetryConfig::disabled());
        Self { simulator, ssm, runs: AtomicUsize::new(0) }
    }

    /// A run of its own, with its own client tokens.
    pub fn next_run(&self) -> Place {
        let run = format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed));
        Place { run: run.parse().unwrap(), account: ACCOUNT.parse().unwrap(), region: REGION.parse().unwrap() }
    }

    /// A run that has to succeed.
    pub async fn roll_out(&self, policy: &PatchPolicy) -> Progress {
        self.try_roll_out(&self.next_run(), policy).await.unwrap()
    }

    /// One try of a run.
    pub async fn try_roll_out(&self, place: &Place, policy: &PatchPolicy) -> Result<Progress, CallError> {
        roll_out(&self.ssm, place, policy).await
    }

    /// A run that only plans.
    pub async fn plan(&self, policy: &PatchPolicy) -> Progress {
        let place = self.next_run();
        let role = task_role(&place, policy);
        configure(&self.ssm, &place, Action::Plan, policy, role.as_ref()).await.unwrap()
    }

    /// A teardown that has to succeed.
    pub async fn tear_down(&self, policy: &PatchPolicy) -> Progress {
        tear_down(&self.ssm, &self.next_run(), Action::Disable, policy, false).await.unwrap()
    }

    /// The calls that `work` makes.
    pub async fn calls_of<T>(&self, work: impl Future<Output = T>) -> (T, Calls) {
        let since = self.simulator.next_call();
        let result = work.await;
        (result, self.simulator.calls_since(since))
    }

    /// What the account-Region holds.
    pub fn state(&self) -> RegionSnapshot {
        self.simulator.state().get(ACCOUNT, REGION).cloned().expect("the account-Region was called")
    }

    /// The window of this name.
    pub fn window(&self, name: &str) -> WindowSnapshot {
        self.state().window(name).cloned().unwrap_or_else(|| panic!("no window {name}"))
    }

    /// Fails unless there is exactly what `policy` says, whole and once.
    pub fn assert_is(&self, policy: &PatchPolicy) {
        let ours: Vec<_> = self.state().windows.into_iter().filter(is_ours).collect();
        let (mut found, mut wanted): (Vec<_>, Vec<_>) = (
            ours.iter().map(|window| window.name.clone()).collect(),
            policy.windows.iter().map(|window| window.name.to_string()).collect(),
        );
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "each window once");
        for wanted in &policy.windows {
            let window = ours.iter().find(|window| window.name == wanted.name.as_str()).unwrap();
            assert_eq!(window.window["Schedule"], *wanted.schedule.expression());
            assert_eq!(window.window["ScheduleOffset"], json!(wanted.offset_days()));
            assert_eq!(window.window["Enabled"], wanted.enabled);
            assert_eq!(window.window["Duration"], wanted.duration_hours.get());
            let ([target], [task]) = (window.targets.as_slice(), window.tasks.as_slice()) else {
                panic!("one target and one task in {}: {:?} {:?}", window.name, window.targets, window.tasks)
            };
            assert_eq!(selectors(target), TargetSettings::from(&wanted.target).selectors);
            assert_eq!(task["TaskArn"], wanted.task.document.as_str());
            assert_eq!(task["Targets"], json!([{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]));
            assert_eq!(run_command(task)["Parameters"], json!(wanted.task.parameters));
        }
    }
}

/// The keys of a target with their values.
pub fn selectors(target: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let filters = target["Targets"].as_array().unwrap().iter();
    filters.map(|filter| serde_json::from_value(json!([filter["Key"], filter["Values"]])).unwrap()).collect()
}

/// A simulator with botocore's model.
pub async fn builder() -> Builder {
    let workspace = Workspace::find().await.unwrap();
    let venv = Venv::prepare(&workspace, &local_aws::Progress::silent()).await.unwrap();
    Simulator::builder().virtual_environment(venv.folder())
}

/// One try of a run, with the account's own role for the tasks.
pub async fn roll_out(ssm: &Client, place: &Place, policy: &PatchPolicy) -> Result<Progress, CallError> {
    configure(ssm, place, Action::Rollout, policy, task_role(place, policy).as_ref()).await
}

/// What `ConfigureWindows` does in a run: tried again as long as a try does something and not all.
pub async fn configure(
    ssm: &Client,
    place: &Place,
    action: Action,
    policy: &PatchPolicy,
    task_role: Option<&RoleArn>,
) -> Result<Progress, CallError> {
    let (site, documents) = (site(ssm, place, policy), KeptDocuments::default());
    let configure =
        async |done| Box::pin(configure_windows::configure(&site, &documents, action, policy, task_role, done)).await;
    go_on(configure).await
}

/// What `ConfigureDhmc` does in a run, in an account that has the role.
pub async fn set_dhmc(ssm: &Client, action: Action, policy: &Dhmc) -> Result<DhmcOutcome, CallError> {
    configure_dhmc::configure(ssm, action, policy, async |_| Ok(())).await
}

/// What `Teardown` does in a run.
pub async fn tear_down(
    ssm: &Client,
    place: &Place,
    action: Action,
    policy: &PatchPolicy,
    keep_dhmc: bool,
) -> Result<Progress, CallError> {
    let site = site(ssm, place, policy);
    go_on(async |done| Box::pin(teardown::tear_down(&site, action, policy, keep_dhmc, done)).await).await
}

/// As the definition's Choice after both.
async fn go_on(try_once: impl AsyncFn(Progress) -> Result<Progress, CallError>) -> Result<Progress, CallError> {
    let mut done = try_once(Progress::default()).await?;
    while done.again && done.tries <= 20 {
        // The next one gets it as JSON.
        done = serde_json::from_value(serde_json::to_value(&done).unwrap()).unwrap();
        done = try_once(done).await?;
    }
    Ok(done)
}

/// With pauses that suit a test.
pub fn site<'a>(ssm: &'a Client, place: &'a Place, policy: &'a PatchPolicy) -> Site<'a> {
    Site { ssm, place, owner_tag: &policy.owner_tag, pause: Duration::from_millis(1) }
}

fn task_role(place: &Place, policy: &PatchPolicy) -> Option<RoleArn> {
    policy.task_role.as_ref().map(|name| RoleArn::new("aws", &place.account, name))
}

/// The most that the state machine tries a task that fails with a passing error.
pub const TRIES: usize = 9;

/// Tries as the state machine does: again after an error that passes, and no more often than it.
pub async fn with_retries<T>(mut work: impl AsyncFnMut() -> Result<T, CallError>) -> Result<T, CallError> {
    let mut last = work().await;
    for _ in 1..TRIES {
        if !last.as_ref().is_err_and(CallError::is_passing) {
            break;
        }
        last = work().await;
    }
    last
}

/// A client of the account-Region.
pub fn client(simulator: &Simulator, retries: &RetryConfig) -> Client {
    Client::from_conf(config(simulator).retry_config(retries.clone()).build())
}

/// A client with another access key, which never tries a call twice.
pub fn client_of(simulator: &Simulator, access_key: &str) -> Client {
    let credentials = Credentials::new(access_key, "secret", None, None, "test");
    Client::from_conf(config(simulator).credentials_provider(credentials).retry_config(RetryConfig::disabled()).build())
}

/// The settings of such a client, to be completed.
pub fn config(simulator: &Simulator) -> aws_sdk_ssm::config::Builder {
    aws_sdk_ssm::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(simulator.endpoint_url())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCOUNT, "secret", None, None, "test"))
}

/// The same for clients of all services.
pub fn sdk_config(simulator: &Simulator) -> lambda::SdkConfig {
    let credentials = Credentials::new(ACCOUNT, "secret", None, None, "test");
    lambda::SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(simulator.endpoint_url())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .build()
}

/// Whether it carries [`OWNER`].
pub fn is_ours(window: &WindowSnapshot) -> bool {
    window.tags.get(OWNER.0).is_some_and(|value| value == OWNER.1)
}

/// The Run Command part of a task.
pub fn run_command(task: &Value) -> &Value {
    &task["TaskInvocationParameters"]["RunCommand"]
}

/// The three default windows.
pub fn policy() -> PatchPolicy {
    policy_with(&json!({}))
}

/// The three default windows, with the top-level members of `changes`.
pub fn policy_with(changes: &Value) -> PatchPolicy {
    let mut policy = json!({
        "windows": [
            window("sra_ssm_agent_update", "WED", "AWS-UpdateSSMAgent", &json!({})),
            window("sra_windows_maintenance", "THU", "AWS-RunPatchBaseline", &scan()),
            window("sra_linux_maintenance", "FRI", "AWS-RunPatchBaseline", &scan()),
        ],
        "dhmc": {"enabled": true, "role": "service-role/Ours"},
        "ownerTag": {"key": OWNER.0, "value": OWNER.1}
    });
    for (name, value) in changes.as_object().unwrap() {
        policy[name] = value.clone();
    }
    PatchPolicy::parse(&policy).unwrap()
}

/// Parameters of a document that only looks.
pub fn scan() -> Value {
    json!({"Operation": ["Scan"], "RebootOption": ["RebootIfNeeded"]})
}

/// Parameters of a document that patches.
pub fn install() -> Value {
    json!({"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]})
}

/// A policy's window.
pub fn window(name: &str, day: &str, document: &str, parameters: &Value) -> Value {
    json!({
        "name": name, "schedule": format!("cron(0 0 1 ? * {day} *)"), "timezone": "America/New_York",
        "durationHours": 6, "cutoffHours": 1,
        "target": {"key": "tag:InstanceOS", "values": ["Linux", "Windows"]},
        "task": {"name": format!("{name}_task"), "document": document, "parameters": parameters}
    })
}
