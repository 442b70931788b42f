//! What windows and commands have done: executions, their tasks and invocations; commands, and what each host made of them.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindowExecutions.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindowExecutionTasks.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindowExecutionTaskInvocations.html>
//!
//! Not confirmed: the order, which is that of creation here; that a window which is gone has no executions rather than an error.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::pages::{Listed, Page};
use crate::state::{Answer, Context, Fields, Holdings, epoch_seconds, filters, text};

mod commands;

/// In the order of creation.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Executions of windows; their parts are tasks, whose parts are invocations.
    pub(crate) executions: Vec<Record>,
    /// Commands; their parts are invocations, one a host.
    pub(crate) commands: Vec<Record>,
}

/// Something that has happened, as it is answered.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) sequence: u64,
    pub(crate) fields: Fields,
    pub(crate) parts: Vec<Record>,
}

impl Listed for Record {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Record {
    /// From an object of JSON.
    pub(crate) fn new(sequence: u64, fields: Value, parts: Vec<Self>) -> Self {
        let fields = if let Value::Object(fields) = fields { fields } else { Fields::new() };
        Self { sequence, fields, parts }
    }

    fn moment(&self, member: &str) -> f64 {
        self.fields.get(member).and_then(Value::as_f64).unwrap_or_default()
    }

    /// As it is at this moment; none if it has not begun.
    fn as_of(&self, now: f64, in_progress: &str) -> Option<Self> {
        if self.moment("StartTime") > now {
            return None;
        }
        let mut fields = self.fields.clone();
        if self.moment("EndTime") > now {
            fields.insert("Status".to_owned(), in_progress.into());
            fields.insert("StatusDetails".to_owned(), in_progress.into());
            fields.remove("EndTime");
        }
        Some(Self { sequence: self.sequence, fields, parts: Vec::new() })
    }
}

impl History {
    /// The windows that are under way at this moment.
    pub(crate) fn running_at(&self, now: Timestamp) -> Vec<String> {
        let now = seconds_of(now);
        let running =
            self.executions.iter().filter(|one| one.moment("StartTime") <= now && now < one.moment("EndTime"));
        running.map(|one| text(&one.fields, "WindowId").to_owned()).collect()
    }

    pub(crate) fn forget_before(&mut self, oldest: Timestamp) {
        let oldest = seconds_of(oldest);
        for records in [&mut self.executions, &mut self.commands] {
            records.retain(|one| one.moment("StartTime") >= oldest);
        }
    }
}

impl Holdings {
    pub(crate) fn describe_executions(&self, context: Context<'_>, input: &Fields) -> Answer {
        let filters = filters(input, &["ExecutedAfter", "ExecutedBefore"])?;
        let filters: Vec<(bool, f64)> = filters
            .into_iter()
            .flat_map(|(key, values)| values.into_iter().map(move |value| (key == "ExecutedAfter", value)))
            .map(|(after, value)| Ok((after, seconds(&value)?)))
            .collect::<Result<_, ServiceError>>()?;
        let executions = self.history.executions.iter().filter(|execution| {
            let start = execution.moment("StartTime");
            let in_time = filters.iter().all(|(after, bound)| if *after { start > *bound } else { start < *bound });
            in_time && text(&execution.fields, "WindowId") == text(input, "WindowId")
        });
        let structure = ("WindowExecutions", "MaintenanceWindowExecution");
        page(context, input, executions, structure, &[])
    }

    pub(crate) fn describe_execution_tasks(&self, context: Context<'_>, input: &Fields) -> Answer {
        let structure = ("WindowExecutionTaskIdentities", "MaintenanceWindowExecutionTaskIdentity");
        page(context, input, self.execution(input)?.parts.iter(), structure, &statuses(input)?)
    }

    pub(crate) fn describe_execution_invocations(&self, context: Context<'_>, input: &Fields) -> Answer {
        let id = text(input, "TaskId");
        let mut tasks = self.execution(input)?.parts.iter();
        let task = tasks.find(|task| text(&task.fields, "TaskExecutionId") == id);
        let task = task.ok_or_else(|| no_such("Task execution", id))?;
        let structure = ("WindowExecutionTaskInvocationIdentities", "MaintenanceWindowExecutionTaskInvocationIdentity");
        page(context, input, task.parts.iter(), structure, &statuses(input)?)
    }

    fn execution(&self, input: &Fields) -> Result<&Record, ServiceError> {
        let id = text(input, "WindowExecutionId");
        let mut executions = self.history.executions.iter();
        let execution = executions.find(|one| text(&one.fields, "WindowExecutionId") == id);
        execution.ok_or_else(|| no_such("Maintenance window execution", id))
    }
}

/// Those that have begun, as they are now.
fn page<'a>(
    context: Context<'_>,
    input: &Fields,
    records: impl Iterator<Item = &'a Record>,
    (member, structure): (&str, &str),
    statuses: &[String],
) -> Answer {
    let page = Page::asked_for(input, context.config)?;
    let now = seconds_of(context.now);
    let mut records: Vec<Record> = records.filter_map(|one| one.as_of(now, "IN_PROGRESS")).collect();
    records.retain(|one| statuses.is_empty() || statuses.iter().any(|status| status == text(&one.fields, "Status")));
    Ok(page.answer(member, records.iter_mut(), |one| Value::Object(context.model.project(structure, &one.fields))))
}

fn statuses(input: &Fields) -> Result<Vec<String>, ServiceError> {
    Ok(filters(input, &["STATUS"])?.into_iter().flat_map(|(_, values)| values).collect())
}

fn no_such(what: &str, id: &str) -> ServiceError {
    ServiceError::new("DoesNotExistException", format!("{what} {id} does not exist"))
}

/// A time of a filter: ISO 8601, such as `2026-11-04T05:00:00Z`.
fn seconds(text: &str) -> Result<f64, ServiceError> {
    let time: Timestamp = text.parse().map_err(|_| {
        ServiceError::constraint(&json!(text), "filters.1.member.values", "Member must be a time in ISO 8601")
    })?;
    Ok(seconds_of(time))
}

fn seconds_of(time: Timestamp) -> f64 {
    epoch_seconds(time).as_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests;
