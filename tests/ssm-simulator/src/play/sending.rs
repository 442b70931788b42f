//! A command to the hosts of one target, and what it leaves: a record for each host, and effects for later.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandInvocation.html>: hosts to which it could not be delivered
//! "don't contribute to whether the parent command status is Success or Incomplete".
//!
//! Not confirmed: `Incomplete` as the detail of a command of which some hosts did not take it in time, and its status.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::command::{Attempt, Limits, run};
use super::fate::Fate;
use super::job::{Job, deadline};
use super::matching::finds;
use super::opening::{End, Opening, described};
use crate::derive;
use crate::history::Record;
use crate::hosts::{Held, Host};
use crate::state::{Context, Fields, Holdings, epoch_seconds, known, text};

/// A command that is over.
struct Sent<'a> {
    id: String,
    job: &'a Job,
    task: &'a Fields,
    target: &'a Fields,
    begins: Timestamp,
    attempts: Vec<Attempt>,
}

impl Holdings {
    /// Sends a task's command to the managed hosts that a target finds; none if it finds none.
    pub(super) fn send(
        &mut self,
        context: Context<'_>,
        opening: &Opening,
        task: &Fields,
        (target_id, target): (Option<&str>, &Fields),
        begins: Timestamp,
    ) -> Option<(Record, End)> {
        let job = Job::of(task);
        let (_, id) = self.next_id(context, "command");
        let is_managed = |host: &Host| host.is_there(opening.at()) && host.managed_node().is_some();
        let is_sent_to = |held: &Held| is_managed(&held.host) && finds(target, &held.host);
        let mut places: Vec<usize> = (0..self.hosts.len()).filter(|place| is_sent_to(&self.hosts[*place])).collect();
        if places.is_empty() {
            return None;
        }
        places.sort_by_key(|place| derive::hash(context.seed, &[&id, &self.hosts[*place].host.id], 0));
        let reactions: Vec<_> = places.iter().map(|place| job.reaction(&self.hosts[*place].host)).collect();
        let limits = Limits::of(places.len(), text(task, "MaxConcurrency"), text(task, "MaxErrors"));
        let attempts = run(&reactions, begins, limits, deadline(task, opening.cutoff()));
        let sent = Sent { id, job: &job, task, target, begins, attempts };
        let invocations = self.record_invocations(context, opening, &sent, &places);
        let end = sent.end(limits);
        let sequence = self.next_sequence();
        self.history.commands.push(Record::new(sequence, sent.command(), invocations));
        let (sequence, invocation) = self.next_id(context, "invocation");
        let fields = known(json!({
            "InvocationId": invocation,
            "ExecutionId": sent.id,
            "TaskType": "RUN_COMMAND",
            "Parameters": sent.parameters(),
            "OwnerInformation": target.get("OwnerInformation"),
            "WindowTargetId": target_id,
        }));
        Some((Record::new(sequence, described(&end.in_window(), begins, fields), Vec::new()), end.in_window()))
    }

    fn record_invocations(
        &mut self,
        context: Context<'_>,
        opening: &Opening,
        sent: &Sent<'_>,
        places: &[usize],
    ) -> Vec<Record> {
        let mut records = Vec::with_capacity(places.len());
        for (place, attempt) in places.iter().zip(&sent.attempts) {
            let sequence = self.next_sequence();
            let baseline = self.baseline_of(context.region, &self.hosts[*place].host);
            let held = &mut self.hosts[*place];
            held.nights.push(opening.night(Some(sent.job), attempt.fate));
            self.effects.extend(sent.job.effect(held, *attempt, baseline.as_ref(), context.seed));
            records.push(Record::new(sequence, sent.invocation(held, *attempt), Vec::new()));
        }
        records
    }
}

impl Sent<'_> {
    fn count(&self, fates: &[Fate]) -> usize {
        self.attempts.iter().filter(|attempt| fates.contains(&attempt.fate)).count()
    }

    /// As Run Command tells it.
    fn end(&self, limits: Limits) -> End {
        let at = self.attempts.iter().map(|attempt| attempt.ends).max().unwrap_or(self.begins);
        let errors = self.count(&[Fate::Failed, Fate::ExecutionTimedOut]);
        let succeeded = self.count(&[Fate::Success]);
        let uncounted = self.count(&[Fate::Undeliverable, Fate::InvalidPlatform]);
        let (status, details) = if self.count(&[Fate::Cancelled]) > 0 {
            ("Cancelled", "Cancelled")
        } else if succeeded > 0 && succeeded + uncounted == self.attempts.len() {
            ("Success", "Success")
        } else if errors > limits.errors {
            ("Failed", "Failed")
        } else if succeeded == 0 && errors == 0 {
            ("TimedOut", "DeliveryTimedOut")
        } else {
            ("Failed", "Incomplete")
        };
        End::new(status, details, at)
    }

    fn command(&self) -> Value {
        let hosts = self.attempts.len();
        let limits = Limits::of(hosts, text(self.task, "MaxConcurrency"), text(self.task, "MaxErrors"));
        let end = self.end(limits);
        known(json!({
            "CommandId": self.id,
            "DocumentName": self.job.document,
            "DocumentVersion": "$DEFAULT",
            "Comment": self.job.comment,
            "Parameters": self.job.parameters,
            "InstanceIds": [],
            "Targets": self.target.get("Targets"),
            "RequestedDateTime": epoch_seconds(self.begins),
            "Status": end.status,
            "StatusDetails": end.details,
            "MaxConcurrency": self.task.get("MaxConcurrency"),
            "MaxErrors": self.task.get("MaxErrors"),
            "TargetCount": hosts,
            "CompletedCount": hosts,
            "ErrorCount": self.count(&[Fate::Failed, Fate::ExecutionTimedOut]),
            "DeliveryTimedOutCount": self.count(&[Fate::DeliveryTimedOut]),
            "ServiceRole": self.task.get("ServiceRoleArn"),
            "TimeoutSeconds": self.job.timeout_seconds,
            // Not of the type: until when the command is under way.
            "StartTime": epoch_seconds(self.begins),
            "EndTime": epoch_seconds(end.at),
        }))
    }

    fn invocation(&self, held: &Held, attempt: Attempt) -> Value {
        known(json!({
            "CommandId": self.id,
            "InstanceId": held.host.id,
            "InstanceName": held.host.tags().get("Name").map(String::as_str).unwrap_or_default(),
            "Comment": self.job.comment,
            "DocumentName": self.job.document,
            "DocumentVersion": "$DEFAULT",
            "RequestedDateTime": epoch_seconds(self.begins),
            "Status": attempt.fate.status(),
            "StatusDetails": attempt.fate.name(),
            "TraceOutput": "",
            "StandardOutputUrl": "",
            "StandardErrorUrl": "",
            "ServiceRole": self.task.get("ServiceRoleArn"),
            // Not of the type: from when until when it is under way.
            "StartTime": epoch_seconds(attempt.begins),
            "EndTime": epoch_seconds(attempt.ends),
        }))
    }

    /// What was handed to Run Command, as text.
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/mw-cli-tutorial-execution-info.html>
    fn parameters(&self) -> String {
        let parameters = json!({
            "documentName": self.job.document,
            "targets": self.target.get("Targets"),
            "maxConcurrency": self.task.get("MaxConcurrency"),
            "maxErrors": self.task.get("MaxErrors"),
            "parameters": self.job.parameters,
        });
        parameters.to_string()
    }
}

impl End {
    /// The same in the words of windows.
    fn in_window(&self) -> Self {
        let status = match self.status {
            "Success" => "SUCCESS",
            "Cancelled" | "TimedOut" => "TIMED_OUT",
            _ => "FAILED",
        };
        Self::new(status, self.details.clone(), self.at)
    }
}
