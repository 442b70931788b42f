//! What a task does on a host: the documents that this project uses, and what any other one does.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-automatic-updates.html>
//!
//! Not confirmed: that a node whose connection is lost is sent the command, which then is not delivered in time, rather than left out.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::command::{Attempt, Reaction};
use super::fate::Fate;
use super::patching::Operation;
use super::{Change, Effect};
use crate::baselines::Baseline;
use crate::hosts::{Held, Host, PatchOperation, PingStatus, RebootOption, Response};
use crate::state::{Fields, text};

pub(super) const LATEST_AGENT: &str = "3.3.3050.0";
/// Both of the documents' own `executionTimeout` and of a command that says nothing of its delivery.
const AN_HOUR: i64 = 3600;

/// A task of Run Command.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) document: String,
    pub(super) parameters: Value,
    pub(super) comment: Option<String>,
    pub(super) timeout_seconds: i64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Patch(PatchOperation, RebootOption),
    UpdateAgent,
    Other,
}

impl Job {
    pub(super) fn of(task: &Fields) -> Self {
        let command = task.get("TaskInvocationParameters").and_then(|parameters| parameters.get("RunCommand"));
        let member = |name| command.and_then(|command| command.get(name)).cloned();
        let arn = text(task, "TaskArn");
        let document = arn.rsplit('/').next().unwrap_or(arn).to_owned();
        let parameters = member("Parameters").unwrap_or_else(|| Value::Object(Fields::new()));
        let first = |name: &str| parameters[name][0].as_str();
        let kind = match document.as_str() {
            "AWS-RunPatchBaseline" | "AWS-RunPatchBaselineAssociation" => Kind::Patch(
                if first("Operation") == Some("Install") { PatchOperation::Install } else { PatchOperation::Scan },
                if first("RebootOption") == Some("NoReboot") {
                    RebootOption::NoReboot
                } else {
                    RebootOption::default()
                },
            ),
            "AWS-UpdateSSMAgent" => Kind::UpdateAgent,
            _ => Kind::Other,
        };
        Self {
            document,
            comment: member("Comment").as_ref().and_then(Value::as_str).map(str::to_owned),
            timeout_seconds: member("TimeoutSeconds").as_ref().and_then(Value::as_i64).unwrap_or(AN_HOUR),
            parameters,
            kind,
        }
    }

    /// What a host makes of it, as it is at the moment when it is sent.
    pub(super) fn reaction(&self, host: &Host) -> Reaction {
        let takes_its_time = SignedDuration::from_mins(i64::from(host.conduct.minutes));
        let after = |seconds| SignedDuration::from_secs(seconds);
        let is_lost = host.node.as_ref().is_some_and(|node| node.ping_status != PingStatus::Online);
        let (fate, takes) = match host.conduct.commands {
            _ if is_lost => (Fate::DeliveryTimedOut, after(self.timeout_seconds)),
            Response::IsNotDelivered => (Fate::DeliveryTimedOut, after(self.timeout_seconds)),
            Response::IsUndeliverable => (Fate::Undeliverable, after(self.timeout_seconds)),
            Response::TimesOut => (Fate::ExecutionTimedOut, after(AN_HOUR)),
            Response::Succeeds if self.is_for(host) => (Fate::Success, takes_its_time),
            Response::FailsToScan if !self.patches() => (Fate::Success, takes_its_time),
            Response::Fails | Response::FailsToScan | Response::Succeeds => (Fate::Failed, takes_its_time),
        };
        Reaction { fate, takes }
    }

    fn patches(&self) -> bool {
        matches!(self.kind, Kind::Patch(..))
    }

    /// Patch Manager does not patch every system that has an agent.
    fn is_for(&self, host: &Host) -> bool {
        !self.patches() || host.node.as_ref().is_some_and(|node| node.operating_system().is_some())
    }

    /// What an attempt leaves on a host.
    pub(super) fn effect(
        &self,
        held: &Held,
        attempt: Attempt,
        baseline: Option<&Baseline>,
        seed: u64,
    ) -> Option<Effect> {
        let fails_to_scan = attempt.fate == Fate::Failed && held.host.conduct.commands == Response::FailsToScan;
        if attempt.fate != Fate::Success && !fails_to_scan {
            return None;
        }
        let change = match self.kind {
            Kind::Other => return None,
            Kind::UpdateAgent => Change::AgentUpdated,
            Kind::Patch(operation, reboot) => {
                let Attempt { begins, ends, .. } = attempt;
                let system = held.host.node.as_ref()?.operating_system()?;
                let operation = Operation { kind: operation, reboot, begins, ends, baseline: baseline?, system, seed };
                let (state, installed_until) = operation.leaves(held);
                Change::Patched { state: Box::new(state), installed_until }
            }
        };
        Some(Effect { at: attempt.ends, sequence: held.sequence, change })
    }
}

/// The time that is left of a window for what is running, when it is to be cancelled then.
pub(super) fn deadline(task: &Fields, cutoff: Timestamp) -> Option<Timestamp> {
    (text(task, "CutoffBehavior") == "CANCEL_TASK").then_some(cutoff)
}
