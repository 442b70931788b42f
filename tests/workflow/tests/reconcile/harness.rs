//! One account-Region on a simulator of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, Region};
use kit::CallError;
use local_aws::{Progress, Venv, Workspace};
use patching::input::Action;
use patching::policy::PatchPolicy;
use patching::token::Place;
use serde_json::{Value, json};
use ssm_simulator::{Builder, Calls, RegionSnapshot, Simulator, WindowSnapshot};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const OWNER: (&str, &str) = ("createdBy", "SRA_Patch_Management");

/// One account-Region, and runs over it.
pub(crate) struct Cell {
    pub(crate) simulator: Simulator,
    /// Never tries a call twice, so that a fault is what it says.
    pub(crate) ssm: Client,
    runs: AtomicUsize,
}

impl Cell {
    pub(crate) async fn new() -> Self {
        Self::with_latency(Duration::ZERO).await
    }

    pub(crate) async fn with_latency(latency: Duration) -> Self {
        Self::of(Simulator::builder().latency(latency)).await
    }

    /// Beside a server that says whose a session is and what its role may do.
    pub(crate) async fn beside(identities: &str, role: &str) -> Self {
        Self::of(Simulator::builder().upstream(identities).member_role(role)).await
    }

    async fn of(builder: Builder) -> Self {
        let workspace = Workspace::find().await.unwrap();
        let venv = Venv::prepare(&workspace, &Progress::silent()).await.unwrap();
        let simulator = builder.virtual_environment(venv.folder()).start().await.unwrap();
        let ssm = client(&simulator, &RetryConfig::disabled());
        Self { simulator, ssm, runs: AtomicUsize::new(0) }
    }

    /// A run of its own, with its own client tokens.
    pub(crate) fn next_run(&self) -> Place {
        let run = format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed));
        Place { run: run.parse().unwrap(), account: ACCOUNT.parse().unwrap(), region: REGION.parse().unwrap() }
    }

    pub(crate) async fn roll_out(&self, policy: &PatchPolicy) -> configure_windows::Response {
        self.try_roll_out(&self.next_run(), policy).await.unwrap()
    }

    pub(crate) async fn try_roll_out(
        &self,
        place: &Place,
        policy: &PatchPolicy,
    ) -> Result<configure_windows::Response, CallError> {
        configure_windows::configure(&self.ssm, place, Action::Rollout, policy, None).await
    }

    /// The calls that `work` makes.
    pub(crate) async fn calls_of<T>(&self, work: impl Future<Output = T>) -> (T, Calls) {
        let since = self.simulator.next_call();
        let result = work.await;
        (result, self.simulator.calls_since(since))
    }

    pub(crate) fn state(&self) -> RegionSnapshot {
        self.simulator.state().get(ACCOUNT, REGION).cloned().expect("the account-Region was called")
    }

    pub(crate) fn window(&self, name: &str) -> WindowSnapshot {
        self.state().window(name).cloned().unwrap_or_else(|| panic!("no window {name}"))
    }

    /// Fails unless there is exactly what `policy` says, whole and once.
    pub(crate) fn assert_is(&self, policy: &PatchPolicy) {
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
            assert_eq!(window.window["Schedule"], wanted.schedule.as_str());
            assert_eq!(window.window["Enabled"], wanted.enabled);
            assert_eq!(window.window["Duration"], wanted.duration.hours());
            let ([target], [task]) = (window.targets.as_slice(), window.tasks.as_slice()) else {
                panic!("one target and one task in {}: {:?} {:?}", window.name, window.targets, window.tasks)
            };
            assert_eq!(target["Targets"], json!([{"Key": wanted.target.key.as_str(), "Values": wanted.target.values}]));
            assert_eq!(task["TaskArn"], wanted.task.document.as_str());
            assert_eq!(task["Targets"], json!([{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]));
            assert_eq!(run_command(task)["Parameters"], json!(wanted.task.parameters));
        }
    }
}

/// Never tries a call twice, as the cell's own.
pub(crate) fn client_of(simulator: &Simulator, access_key: &str) -> Client {
    client_with(simulator, access_key, &RetryConfig::disabled())
}

pub(crate) fn client(simulator: &Simulator, retries: &RetryConfig) -> Client {
    client_with(simulator, ACCOUNT, retries)
}

fn client_with(simulator: &Simulator, access_key: &str, retries: &RetryConfig) -> Client {
    Client::from_conf(
        aws_sdk_ssm::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(simulator.endpoint_url())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new(access_key, "secret", None, None, "test"))
            .retry_config(retries.clone())
            .build(),
    )
}

pub(crate) fn is_ours(window: &WindowSnapshot) -> bool {
    window.tags.get(OWNER.0).is_some_and(|value| value == OWNER.1)
}

pub(crate) fn run_command(task: &Value) -> &Value {
    &task["TaskInvocationParameters"]["RunCommand"]
}

/// The three default windows.
pub(crate) fn policy() -> PatchPolicy {
    policy_with(&json!({}))
}

/// The three default windows, with the top-level members of `changes`.
pub(crate) fn policy_with(changes: &Value) -> PatchPolicy {
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

pub(crate) fn scan() -> Value {
    json!({"Operation": ["Scan"], "RebootOption": ["RebootIfNeeded"]})
}

pub(crate) fn install() -> Value {
    json!({"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]})
}

pub(crate) fn window(name: &str, day: &str, document: &str, parameters: &Value) -> Value {
    json!({
        "name": name, "schedule": format!("cron(0 0 1 ? * {day} *)"), "timezone": "America/New_York",
        "durationHours": 6, "cutoffHours": 1,
        "target": {"key": "tag:InstanceOS", "values": ["Linux", "Windows"]},
        "task": {"name": format!("{name}_task"), "document": document, "parameters": parameters}
    })
}
