//! An account and Region in which all is well, to be changed in one place.

use jiff::Timestamp;
use patching::hosts::observation::{
    Command, Execution, Instance, Invocation, ManagedNode, Observation, ObservedBaseline, ObservedWindow, PatchGroup,
    PatchState, RegisteredTarget, RegisteredTask,
};
use patching::hosts::{Cell, Host, Reason, Verdict, judge};
use policy::PatchPolicy;
use serde_json::{Value, json};

pub(crate) const ID: &str = "i-0123456789abcdef0";
pub(crate) const AGENT: &str = "sra_ssm_agent_update";
pub(crate) const LINUX: &str = "sra_linux_maintenance";
pub(crate) const WINDOWS: &str = "sra_windows_maintenance";
pub(crate) const BASELINE: &str = "arn:aws:ssm:eu-west-1:280605243866:patchbaseline/pb-0ac58bc3ffb2f5a76";

/// Changes what is given.
pub(crate) type Change = fn(&mut Given);

/// What `judge` is given; `now` is a Saturday, a day after the window for Linux.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) policy: Value,
    pub(crate) seen: Observation,
    pub(crate) now: Timestamp,
}

pub(crate) fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// What is said where there is something to say.
pub(crate) fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A window of the policy.
pub(crate) fn window(name: &str, day: &str, target: &Value, document: &str, parameters: &Value) -> Value {
    json!({
        "name": name, "schedule": format!("cron(0 0 1 ? * {day} *)"), "timezone": "America/New_York", "durationHours": 6,
        "cutoffHours": 1, "target": target, "task": {"name": "Task", "document": document, "parameters": parameters}
    })
}

pub(crate) fn tagged(values: &[&str]) -> Value {
    json!({"key": "tag:InstanceOS", "values": values})
}

fn policy() -> Value {
    let install = json!({"Operation": ["Install"]});
    json!({"windows": [
        window(AGENT, "WED", &tagged(&["Linux", "Windows"]), "AWS-UpdateSSMAgent", &json!({})),
        window(WINDOWS, "THU", &tagged(&["Windows"]), "AWS-RunPatchBaseline", &install),
        window(LINUX, "FRI", &tagged(&["Linux"]), "AWS-RunPatchBaseline", &install),
    ]})
}

/// A window that is there, opened last at a moment, and had one host there.
pub(crate) fn opened(name: &str, id: &str, opened: &str) -> ObservedWindow {
    let started = at(opened);
    let ended = started + jiff::SignedDuration::from_mins(40);
    ObservedWindow {
        id: id.to_owned(),
        name: name.to_owned(),
        enabled: true,
        next_execution: text("2026-12-04T01:00-05:00"),
        created_at: Some(at("2026-01-10T10:00:00Z")),
        modified_at: None,
        executions: vec![Execution {
            id: format!("execution-of-{name}"),
            status: "SUCCESS".to_owned(),
            details: None,
            started_at: Some(started),
            ended_at: Some(ended),
            commands: vec![Command {
                id: format!("command-of-{name}"),
                details: "Success".to_owned(),
                targets: 1,
                ..Command::default()
            }],
        }],
        ..ObservedWindow::default()
    }
}

impl Given {
    /// One host, that the window for Linux patched the day before.
    pub(crate) fn healthy() -> Self {
        let instance = Instance {
            id: ID.to_owned(),
            tags: [("InstanceOS", "Linux"), ("Name", "web-1")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            state: "running".to_owned(),
            launched_at: Some(at("2026-03-01T08:00:00Z")),
            platform_details: text("Linux/UNIX"),
            vpc: text("vpc-1"),
            ..Instance::default()
        };
        let node = ManagedNode {
            id: ID.to_owned(),
            ping_status: "Online".to_owned(),
            last_ping_at: Some(at("2026-11-28T05:58:00Z")),
            agent_version: text("3.3.1611.0"),
            platform_type: text("Linux"),
            platform_name: text("Amazon Linux"),
            platform_version: text("2023"),
            ..ManagedNode::default()
        };
        let patch = PatchState {
            id: ID.to_owned(),
            baseline: BASELINE.to_owned(),
            operation: "Install".to_owned(),
            ended_at: Some(at("2026-11-27T06:20:00Z")),
            reboot_option: text("RebootIfNeeded"),
            ..PatchState::default()
        };
        let baseline = ObservedBaseline {
            id: BASELINE.to_owned(),
            name: "AWS-AmazonLinux2023DefaultPatchBaseline".to_owned(),
            operating_system: "AMAZON_LINUX_2023".to_owned(),
            is_default: true,
            approve_after_days: Some(7),
            ..ObservedBaseline::default()
        };
        let seen = Observation {
            dhmc: text("service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom"),
            instances: vec![instance],
            nodes: vec![node],
            patch_states: vec![patch],
            windows: vec![
                opened(AGENT, "mw-1", "2026-11-25T06:00:10Z"),
                opened(WINDOWS, "mw-2", "2026-11-26T06:00:10Z"),
                opened(LINUX, "mw-3", "2026-11-27T06:00:10Z"),
            ],
            baselines: vec![baseline],
            patch_groups: Vec::new(),
        };
        Self { policy: policy(), seen, now: at("2026-11-28T06:00:00Z") }
    }

    pub(crate) fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut given = Self::healthy();
        change(&mut given);
        given
    }

    /// What is seen, the windows as a rollout of the policy leaves them; not those to which somebody gave a schedule.
    pub(crate) fn set_up(&self, policy: &PatchPolicy) -> Observation {
        let mut seen = self.seen.clone();
        for found in seen.windows.iter_mut().filter(|found| found.schedule.is_empty()) {
            let Some(wanted) = policy.windows.iter().find(|wanted| wanted.name.as_str() == found.name) else {
                continue;
            };
            found.schedule = wanted.schedule.to_string();
            found.timezone = Some(wanted.timezone.as_str().to_owned());
            found.schedule_offset_days = wanted.schedule_offset_days.map(|days| days.get().into());
            let filters = wanted.target.filters().iter();
            let filters = filters.map(|one| (one.key.as_str().to_owned(), one.values.iter().cloned().collect()));
            found.targets = vec![RegisteredTarget { id: "target".into(), filters: filters.collect() }];
            found.tasks = vec![RegisteredTask {
                document: wanted.task.document.as_str().to_owned(),
                parameters: wanted.task.parameters.clone(),
                targets: vec!["target".into()],
            }];
        }
        seen
    }

    /// Has somebody change the window for Linux after it was set up.
    pub(crate) fn by_hand(&mut self, change: impl FnOnce(&mut ObservedWindow)) {
        self.seen = self.set_up(&PatchPolicy::parse(&self.policy).unwrap());
        change(self.window(LINUX));
    }

    pub(crate) fn cell(&self) -> Cell {
        let policy = PatchPolicy::parse(&self.policy).unwrap();
        judge(&policy, &self.set_up(&policy), "111122223333".parse().unwrap(), "eu-west-1".parse().unwrap(), self.now)
    }

    /// What is said of the only host.
    pub(crate) fn host(&self) -> Host {
        let [host] = <[Host; 1]>::try_from(self.cell().hosts).unwrap();
        host
    }

    pub(crate) fn instance(&mut self) -> &mut Instance {
        &mut self.seen.instances[0]
    }

    pub(crate) fn node(&mut self) -> &mut ManagedNode {
        &mut self.seen.nodes[0]
    }

    pub(crate) fn patch(&mut self) -> &mut PatchState {
        &mut self.seen.patch_states[0]
    }

    pub(crate) fn tag(&mut self, key: &str, value: &str) {
        self.instance().tags.insert(key.to_owned(), value.to_owned());
    }

    /// A patch group of its operating system with a baseline of its own.
    pub(crate) fn registered(&mut self, group: &str, baseline: &str) {
        self.seen.patch_groups.push(PatchGroup {
            name: group.to_owned(),
            baseline: baseline.to_owned(),
            baseline_name: format!("that of {group}"),
            operating_system: "AMAZON_LINUX_2023".to_owned(),
        });
    }

    pub(crate) fn untagged(&mut self) {
        self.instance().tags.remove("InstanceOS");
    }

    pub(crate) fn unmanaged(&mut self) {
        self.seen.nodes.clear();
        self.seen.patch_states.clear();
    }

    pub(crate) fn window(&mut self, name: &str) -> &mut ObservedWindow {
        self.seen.windows.iter_mut().find(|window| window.name == name).unwrap()
    }

    /// The last opening of the window for Linux.
    pub(crate) fn opening(&mut self) -> &mut Execution {
        &mut self.window(LINUX).executions[0]
    }

    /// A scan during the last opening found so many missing.
    pub(crate) fn misses(&mut self, missing: i32) {
        self.patch().operation = "Scan".into();
        self.patch().counts.missing = missing;
    }

    /// What the last opening did on the host, which lacks patches since before it.
    pub(crate) fn got(&mut self, status_details: &str) {
        self.patch().ended_at = Some(at("2026-11-20T06:20:00Z"));
        self.patch().counts.missing = 3;
        let invocation =
            Invocation { host: ID.to_owned(), status_details: status_details.to_owned(), requested_at: None };
        self.opening().commands[0].invocations.push(invocation);
    }

    /// What the window for Linux does.
    pub(crate) fn operation(&mut self, operation: &str) {
        self.policy["windows"][2]["task"]["parameters"]["Operation"] = json!([operation]);
    }
}

/// One line of a table: what is changed, and what is then said.
pub(crate) type Line = (&'static str, Change, Verdict, &'static [Reason]);

/// Goes through a table, and names all lines that are not so.
#[track_caller]
pub(crate) fn all_are(lines: &[Line]) {
    let wrong = lines.iter().filter_map(|(name, change, verdict, reasons)| {
        let host = Given::with(change).host();
        let said: Vec<_> = host.reasons.iter().map(|finding| finding.name).collect();
        (host.verdict != *verdict || said != *reasons)
            .then(|| format!("{name}: {} {:?}, not {verdict} {reasons:?}", host.verdict, host.reasons))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
