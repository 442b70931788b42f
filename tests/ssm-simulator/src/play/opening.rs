//! One opening of a window: its tasks by priority, their targets one after the other, until the cutoff.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-assign-tasks.html>: a lower number goes first,
//! tasks of the same priority run at once. After the cutoff no task is started.
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/mw-cli-tutorial-targets-examples.html>: several targets of a task run
//! one after the other. `No invocations to execute.` is the title of <https://repost.aws/knowledge-center/ssm-no-invocations-automation>,
//! `The provided role does not contain the correct SSM permissions.` is of
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-maintenance-windows.html>.
//!
//! Not confirmed: that the two texts about nothing to do go with `SUCCESS`; the details of what failed; what a task is called that the
//! cutoff kept from starting; that a sixth window at once is left out. An account-Region runs five at once:
//! <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fate::{Fate, Night};
use super::job::Job;
use super::matching::finds;
use crate::derive;
use crate::documents::document_hash;
use crate::history::Record;
use crate::state::{Context, Fields, Holdings, Window, epoch_seconds, text};
use crate::targets::entries;

const MAX_AT_ONCE: usize = 5;

/// A window that opens.
#[derive(Debug)]
pub(super) struct Opening {
    window: String,
    name: String,
    at: Timestamp,
    cutoff: Timestamp,
    /// By id.
    targets: BTreeMap<String, Fields>,
    /// By priority.
    tasks: BTreeMap<i64, Vec<Fields>>,
}

/// How something ended, and when.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) status: &'static str,
    pub(super) details: String,
    pub(super) at: Timestamp,
}

impl End {
    pub(super) fn new(status: &'static str, details: impl Into<String>, at: Timestamp) -> Self {
        Self { status, details: details.into(), at }
    }

    /// Of what consists of parts: the worst status of them, and the time of the last.
    fn of_parts(parts: &[Self], begins: Timestamp, when_none: &str) -> Self {
        let at = parts.iter().map(|part| part.at).max().unwrap_or(begins);
        let worst =
            ["FAILED", "TIMED_OUT"].into_iter().find_map(|status| parts.iter().find(|one| one.status == status));
        let first = worst.or_else(|| parts.first());
        let (status, details) = first.map_or(("SUCCESS", when_none), |one| (one.status, one.details.as_str()));
        Self::new(status, details, at)
    }
}

impl Opening {
    fn of(window: &Window, at: Timestamp) -> Self {
        let hours = |name| window.fields.get(name).and_then(Value::as_i64).unwrap_or_default();
        let open = SignedDuration::from_hours(hours("Duration") - hours("Cutoff"));
        let mut tasks: BTreeMap<i64, Vec<Fields>> = BTreeMap::new();
        for task in &window.tasks {
            let priority = task.fields.get("Priority").and_then(Value::as_i64).unwrap_or_default();
            tasks.entry(priority).or_default().push(task.fields.clone());
        }
        Self {
            window: window.id.clone(),
            name: text(&window.fields, "Name").to_owned(),
            at,
            cutoff: at.saturating_add(open).unwrap_or(at),
            targets: window.targets.iter().map(|target| (target.id.clone(), target.fields.clone())).collect(),
            tasks,
        }
    }

    /// Each target of a task with its id, if it is one of the window.
    fn targets_of<'a>(&'a self, task: &'a Fields) -> Vec<(Option<&'a str>, &'a Fields)> {
        let ids = entries(task).filter(|(key, _)| *key == "WindowTargetIds").flat_map(|(_, ids)| ids);
        let mut targets: Vec<_> = ids
            .filter_map(|id| self.targets.get_key_value(id.as_str()?))
            .map(|(id, target)| (Some(id.as_str()), target))
            .collect();
        if entries(task).any(|(key, _)| key == "InstanceIds") {
            targets.push((None, task));
        }
        targets
    }

    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    pub(super) fn cutoff(&self) -> Timestamp {
        self.cutoff
    }

    pub(super) fn night(&self, job: Option<&Job>, fate: Fate) -> Night {
        Night { window: self.name.clone(), document: job.map(|job| job.document.clone()), at: self.at, fate }
    }
}

impl Holdings {
    /// Opens a window at the context's time.
    pub(super) fn open(&mut self, context: Context<'_>, place: usize) {
        let opening = Opening::of(&self.windows[place], context.now);
        let running = self.history.running_at(context.now);
        if running.iter().any(|window| **window == *opening.window) {
            self.did_not_run(&opening);
            let end = End::new("SKIPPED_OVERLAPPING", "", opening.at);
            self.record_execution(context, &opening, &end, Vec::new());
            return;
        }
        if running.len() >= MAX_AT_ONCE {
            self.did_not_run(&opening);
            return;
        }
        let (mut begins, mut records, mut ends) = (opening.at, Vec::new(), Vec::new());
        for tasks in opening.tasks.values() {
            let mut last = begins;
            for task in tasks {
                let (record, end) = self.run_task(context, &opening, task, begins);
                last = last.max(end.at);
                records.push(record);
                ends.push(end);
            }
            begins = last;
        }
        let end = End::of_parts(&ends, opening.at, "No tasks to execute.");
        self.record_execution(context, &opening, &end, records);
    }

    fn record_execution(&mut self, context: Context<'_>, opening: &Opening, end: &End, mut tasks: Vec<Record>) {
        let (sequence, id) = self.next_id(context, "execution");
        name_execution(&mut tasks, &id);
        let fields = described(end, opening.at, json!({ "WindowId": opening.window, "WindowExecutionId": id }));
        self.history.executions.push(Record::new(sequence, fields, tasks));
    }

    fn run_task(&mut self, context: Context<'_>, opening: &Opening, task: &Fields, begins: Timestamp) -> (Record, End) {
        let job = Job::of(task);
        let (sequence, id) = self.next_id(context, "task");
        let (mut records, mut ends) = (Vec::new(), Vec::new());
        let obstacle = obstacle(context, opening, task, begins);
        self.note(opening, task, &job, obstacle.is_none());
        let mut next = begins;
        for target in opening.targets_of(task).into_iter().filter(|_| obstacle.is_none()) {
            let Some((record, end)) = self.send(context, opening, task, target, next) else { continue };
            next = end.at;
            records.push(record);
            ends.push(end);
        }
        let end = obstacle.unwrap_or_else(|| End::of_parts(&ends, begins, "No invocations to execute."));
        for record in &mut records {
            record.fields.insert("TaskExecutionId".to_owned(), id.as_str().into());
        }
        let fields =
            json!({ "TaskExecutionId": id, "TaskArn": text(task, "TaskArn"), "TaskType": text(task, "TaskType") });
        (Record::new(sequence, described(&end, begins, fields), records), end)
    }

    /// Notes for every host that gets no command why that is so.
    fn note(&mut self, opening: &Opening, task: &Fields, job: &Job, did_run: bool) {
        let targets = opening.targets_of(task);
        for held in self.hosts.iter_mut().filter(|held| held.host.is_there(opening.at)) {
            let is_found = targets.iter().any(|(_, target)| finds(target, &held.host));
            let fate = match (&held.host.node, held.host.managed_node()) {
                _ if !is_found => Fate::NotMatched,
                _ if !did_run => Fate::WindowDidNotRun,
                (_, Some(_)) => continue,
                (Some(_), None) => Fate::Stopped,
                (None, _) => Fate::NotManaged,
            };
            held.nights.push(opening.night(Some(job), fate));
        }
    }

    fn did_not_run(&mut self, opening: &Opening) {
        for held in self.hosts.iter_mut().filter(|held| held.host.is_there(opening.at)) {
            held.nights.push(opening.night(None, Fate::WindowDidNotRun));
        }
    }

    pub(super) fn next_id(&mut self, context: Context<'_>, what: &str) -> (u64, String) {
        let sequence = self.next_sequence();
        (sequence, derive::uuid(context.seed, &[what, context.account, context.region], sequence))
    }
}

/// What keeps a task from running at all.
fn obstacle(context: Context<'_>, opening: &Opening, task: &Fields, begins: Timestamp) -> Option<End> {
    if begins > opening.cutoff {
        return Some(End::new("TIMED_OUT", "The cutoff was reached before the task was started.", begins));
    }
    if context.config.denied_task_roles.contains(text(task, "ServiceRoleArn")) {
        let details = "The provided role does not contain the correct SSM permissions.";
        return Some(End::new("FAILED", details, begins));
    }
    let pinned = task.get("TaskInvocationParameters").and_then(|one| one["RunCommand"]["DocumentHash"].as_str())?;
    let document = text(task, "TaskArn");
    (pinned != document_hash(context, document)).then(|| {
        let details = format!(
            "InvalidDocument: the document hash of {document} and the hash specified in the request do not match."
        );
        End::new("FAILED", details, begins)
    })
}

fn name_execution(records: &mut [Record], id: &str) {
    for record in records {
        record.fields.insert("WindowExecutionId".to_owned(), id.into());
        name_execution(&mut record.parts, id);
    }
}

/// What executions, tasks and invocations have in common.
pub(super) fn described(end: &End, begins: Timestamp, mut fields: Value) -> Value {
    fields["Status"] = end.status.into();
    fields["StatusDetails"] = end.details.as_str().into();
    fields["StartTime"] = epoch_seconds(begins);
    fields["EndTime"] = epoch_seconds(end.at);
    fields
}
