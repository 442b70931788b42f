//! Commands of Run Command, and what each host made of them.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommands.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommandInvocations.html>
//!
//! Not confirmed: that a command which nobody has sent is no error but an empty list.

use serde_json::Value;

use super::{Record, seconds, seconds_of};
use crate::error::ServiceError;
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, text};

const PAGE: usize = 50;

/// One filter: key and value.
type Filter = (String, String);

impl Holdings {
    pub(crate) fn list_commands(&self, context: Context<'_>, input: &Fields) -> Answer {
        let page = Page::with_own_code(input, context.config, PAGE)?;
        let filters = filters(input);
        let now = seconds_of(context.now);
        let mut commands = Vec::new();
        for command in &self.history.commands {
            let is_of_host = command.parts.iter().any(|invocation| is_named(input, "InstanceId", &invocation.fields));
            let Some(record) = command.command_as_of(now).filter(|one| {
                is_named(input, "CommandId", &one.fields) && (is_of_host || !input.contains_key("InstanceId"))
            }) else {
                continue;
            };
            if passes(&record.fields, &filters)? {
                commands.push(record);
            }
        }
        Ok(page.answer("Commands", commands.iter_mut(), |one| {
            Value::Object(context.model.project("Command", &one.fields))
        }))
    }

    pub(crate) fn list_invocations(&self, context: Context<'_>, input: &Fields) -> Answer {
        let page = Page::with_own_code(input, context.config, PAGE)?;
        let filters = filters(input);
        let now = seconds_of(context.now);
        let commands = self.history.commands.iter();
        let commands =
            commands.filter(|one| is_named(input, "CommandId", &one.fields) && one.moment("StartTime") <= now);
        let mut invocations: Vec<Record> = Vec::new();
        for invocation in commands.flat_map(|command| &command.parts) {
            let record = invocation.invocation_as_of(now);
            if is_named(input, "InstanceId", &record.fields) && passes(&record.fields, &filters)? {
                invocations.push(record);
            }
        }
        Ok(page.answer("CommandInvocations", invocations.iter_mut(), |one| {
            Value::Object(context.model.project("CommandInvocation", &one.fields))
        }))
    }
}

impl Record {
    /// A command that is under way has counts of those that are over.
    fn command_as_of(&self, now: f64) -> Option<Self> {
        let mut record = self.as_of(now, "InProgress")?;
        if self.moment("EndTime") > now {
            let over: Vec<_> = self.parts.iter().filter(|part| part.moment("EndTime") <= now).collect();
            let count = |details: &[&str]| {
                over.iter().filter(|part| details.contains(&text(&part.fields, "StatusDetails"))).count()
            };
            let counts = [
                ("CompletedCount", over.len()),
                ("ErrorCount", count(&["Failed", "ExecutionTimedOut"])),
                ("DeliveryTimedOutCount", count(&["DeliveryTimedOut"])),
            ];
            record.fields.extend(counts.map(|(name, count)| (name.to_owned(), count.into())));
        }
        Some(record)
    }

    /// Of a command that has been sent: what has not begun waits.
    fn invocation_as_of(&self, now: f64) -> Self {
        self.as_of(now, "InProgress").unwrap_or_else(|| {
            let mut fields = self.fields.clone();
            for name in ["Status", "StatusDetails"] {
                fields.insert(name.to_owned(), "Pending".into());
            }
            Self { sequence: self.sequence, fields, parts: Vec::new() }
        })
    }
}

fn is_named(input: &Fields, member: &str, fields: &Fields) -> bool {
    !input.contains_key(member) || text(input, member) == text(fields, member)
}

fn filters(input: &Fields) -> Vec<Filter> {
    let filters = input.get("Filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let part = |filter: &Value, name| filter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    filters.iter().map(|filter| (part(filter, "key"), part(filter, "value"))).collect()
}

/// `Status` also takes what is a detail of it, such as `DeliveryTimedOut`.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html>
fn passes(fields: &Fields, filters: &[Filter]) -> Result<bool, ServiceError> {
    let requested = fields.get("RequestedDateTime").and_then(Value::as_f64).unwrap_or_default();
    for (key, value) in filters {
        let is_over = !["Pending", "InProgress", "Delayed", "Cancelling"].contains(&text(fields, "Status"));
        let passes = match key.as_str() {
            "InvokedAfter" => requested > seconds(value)?,
            "InvokedBefore" => requested < seconds(value)?,
            "DocumentName" => text(fields, "DocumentName") == value,
            "ExecutionStage" => is_over == (value == "Complete"),
            _ => text(fields, "Status") == value || text(fields, "StatusDetails") == value,
        };
        if !passes {
            return Ok(false);
        }
    }
    Ok(true)
}
