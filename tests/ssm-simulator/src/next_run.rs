//! A window as the service describes it, with its next run.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowIdentity.html>
//!
//! A window that is created after the day that its `cron` names, and before the one to which its offset leads, "won't run in the
//! period": <https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html>. That one whose
//! schedule is changed then does not either is not confirmed, nor that any other change makes no difference.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::schedule::Schedule;
use crate::state::{Context, Fields, Window, text};

impl Window {
    pub(crate) fn is_enabled(&self) -> bool {
        self.fields.get("Enabled") == Some(&Value::Bool(true))
    }

    /// The members of the window that a structure of the model has, with the next run if there is one.
    pub(crate) fn describe(&mut self, context: Context<'_>, structure: &str) -> Value {
        let mut answer = context.model.project(structure, &self.fields);
        let has_next_run = !structure.starts_with("Update");
        if let Some(next) = has_next_run.then(|| self.next_run(context.now)).flatten() {
            answer.insert("NextExecutionTime".to_owned(), next.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string().into());
        }
        Value::Object(answer)
    }

    fn next_run(&mut self, now: Timestamp) -> Option<Timestamp> {
        if !self.is_enabled() {
            return None;
        }
        if self.next_run.is_none_or(|next| next <= now) {
            self.next_run = self.next_after(now);
        }
        self.next_run
    }

    /// The first opening after this moment, whether the window is enabled or not.
    pub(crate) fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let moment = |name| text(&self.fields, name).parse::<Timestamp>().ok();
        let schedule = Schedule::parse(text(&self.fields, "Schedule"))?;
        let since = if schedule.is_cron() { self.scheduled } else { self.created()? };
        let offset = self.fields.get("ScheduleOffset").and_then(Value::as_i64).unwrap_or_default();
        let after = moment("StartDate").map_or(now, |start| start.max(now));
        let next = schedule.next(after, since, &zone(&self.fields)?, offset)?;
        (moment("EndDate").is_none_or(|end| next < end)).then_some(next)
    }

    fn created(&self) -> Option<Timestamp> {
        let created = self.fields.get("CreatedDate").and_then(Value::as_f64).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a date")]
        Timestamp::from_second(created as i64).ok()
    }
}

/// The time zone of a window; none if there is no such zone.
pub(crate) fn zone(fields: &Fields) -> Option<TimeZone> {
    match text(fields, "ScheduleTimezone") {
        "" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}
