//! Maintenance windows.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindow.html>

use serde_json::{Value, json};

use crate::additions;
use crate::error::ServiceError;
use crate::lag::Age;
use crate::next_run::zone;
use crate::operation::Operation;
use crate::pages::Page;
use crate::schedule::Schedule;
use crate::state::{Answer, Context, Fields, Holdings, Window, echo, epoch_seconds, filters, merge, text};
use crate::tags;

/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>
pub(crate) const MAX_WINDOWS: usize = 50;

/// What `Replace` requires, as `CreateMaintenanceWindow` does.
const REQUIRED: [&str; 5] = ["Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets"];

/// What stays when `Replace` empties a window: what the service itself sets, and the switch, which cannot be empty.
const KEPT: [&str; 3] = ["WindowId", "CreatedDate", "Enabled"];

/// What says when a window opens.
const SCHEDULING: [&str; 3] = ["Schedule", "ScheduleTimezone", "ScheduleOffset"];

impl Holdings {
    pub(crate) fn create_window(&mut self, context: Context<'_>, input: Fields) -> Answer {
        if let Some(answer) = self.tokens.recall(Operation::CreateMaintenanceWindow, &input)? {
            return Ok(answer);
        }
        check(&input)?;
        let tags = tags::from_list(input.get("Tags"))?;
        if self.windows.len() >= MAX_WINDOWS {
            return Err(ServiceError::new(
                "ResourceLimitExceededException",
                format!("You have reached the maximum number of maintenance windows ({MAX_WINDOWS})"),
            ));
        }
        let sequence = self.next_sequence();
        let id = context.window_id(sequence);
        let mut fields = input.clone();
        fields.retain(|name, _| name != "ClientToken" && name != "Tags");
        let now = epoch_seconds(context.now);
        merge(&mut fields, &created(&id, &now));
        let answer = json!({ "WindowId": id });
        self.windows.push(Window {
            id,
            sequence,
            fields,
            tags,
            targets: Vec::new(),
            tasks: Vec::new(),
            scheduled: context.now,
            next_run: None,
            age: Age::begins(context.config.list_lag),
            age_of_tags: Age::begins(context.config.tag_lag),
        });
        self.tokens.remember(context.config, Operation::CreateMaintenanceWindow, input, &answer);
        Ok(answer)
    }

    pub(crate) fn get_window(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let mut answer = self.window(input)?.describe(context, "GetMaintenanceWindowResult");
        additions::to_window(context, &mut answer);
        Ok(answer)
    }

    pub(crate) fn update_window(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let window = self.window(input)?;
        let mut fields = window.fields.clone();
        if input.get("Replace") == Some(&Value::Bool(true)) {
            require(input, &REQUIRED)?;
            fields.retain(|name, _| KEPT.contains(&name.as_str()));
        }
        merge(&mut fields, input);
        fields.remove("Replace");
        check(&fields)?;
        fields.insert("ModifiedDate".to_owned(), epoch_seconds(context.now));
        if SCHEDULING.iter().any(|name| fields.get(*name) != window.fields.get(*name)) {
            window.scheduled = context.now;
        }
        window.fields = fields;
        window.next_run = None;
        Ok(window.describe(context, "UpdateMaintenanceWindowResult"))
    }

    /// Deletes a window with its targets and tasks. That there is no such window is not an error: the model names
    /// none for this operation but `InternalServerError`.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteMaintenanceWindow.html>
    pub(crate) fn delete_window(&mut self, input: &Fields) -> Value {
        let id = text(input, "WindowId");
        self.windows.retain(|window| window.id != id);
        echo(input, &["WindowId"])
    }

    /// Deletes the window that a request names in any of the ways that requests have.
    pub(crate) fn delete_window_of(&mut self, body: &Value) {
        let named = ["WindowId", "ResourceId"].iter().find_map(|name| body.get(name)?.as_str());
        self.windows.retain(|window| named != Some(&window.id));
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindows.html>: the
    /// filter keys are `Name` and `Enabled`, and nothing is said of tags.
    pub(crate) fn describe_windows(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let filters = filters(input, &["Name", "Enabled"])?;
        let page = Page::asked_for(input, context.config)?;
        let wanted = |window: &&mut Window| {
            filters.iter().all(|(key, values)| match key.as_str() {
                "Name" => values.iter().any(|value| value == text(&window.fields, "Name")),
                _ => values.iter().any(|value| value.eq_ignore_ascii_case(&window.is_enabled().to_string())),
            })
        };
        let windows = self.windows.iter_mut().filter(wanted);
        let windows = windows.filter_map(|window| (!window.age.is_missed(context.config.list_lag)).then_some(window));
        Ok(page.answer("WindowIdentities", windows, |window| window.describe(context, "MaintenanceWindowIdentity")))
    }
}

fn created(id: &str, now: &Value) -> Fields {
    let mut fields = Fields::new();
    fields.insert("WindowId".to_owned(), id.into());
    fields.insert("Enabled".to_owned(), true.into());
    fields.insert("CreatedDate".to_owned(), now.clone());
    fields.insert("ModifiedDate".to_owned(), now.clone());
    fields
}

/// Refuses a request with `Replace` that lacks what the creating operation requires.
pub(crate) fn require(input: &Fields, required: &[&str]) -> Result<(), ServiceError> {
    if let Some(name) = required.iter().find(|name| !input.contains_key(**name)) {
        let path = format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]);
        return Err(ServiceError::constraint(&Value::Null, &path, "Member must not be null"));
    }
    Ok(())
}

/// The rules between members that the model does not have.
fn check(fields: &Fields) -> Result<(), ServiceError> {
    let number = |name| fields.get(name).and_then(Value::as_i64).unwrap_or_default();
    if number("Cutoff") >= number("Duration") {
        return Err(ServiceError::validation(format!(
            "Cutoff ({}) must be less than Duration ({})",
            number("Cutoff"),
            number("Duration")
        )));
    }
    let schedule = text(fields, "Schedule");
    let Some(parsed) = Schedule::parse(schedule) else {
        return Err(ServiceError::validation(format!("Invalid schedule expression: {schedule}")));
    };
    if fields.contains_key("ScheduleOffset") && !parsed.is_cron() {
        return Err(ServiceError::validation("ScheduleOffset is supported for cron expressions only"));
    }
    if zone(fields).is_none() {
        return Err(ServiceError::validation(format!("Invalid timezone: {}", text(fields, "ScheduleTimezone"))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::testing::{Region, a_window, id, with};

    #[test]
    fn a_new_window_is_enabled_and_has_a_next_run() {
        let mut region = Region::new();
        let window = region.ok(Operation::CreateMaintenanceWindow, a_window());
        let window = region.ok(Operation::GetMaintenanceWindow, window);
        assert_eq!(window["Enabled"], true);
        let next: Timestamp = window["NextExecutionTime"].as_str().unwrap().parse().unwrap();
        assert!(next > Timestamp::now());
    }

    #[test]
    fn a_disabled_window_has_no_next_run() {
        let mut region = Region::new();
        let window = region.ok(Operation::CreateMaintenanceWindow, a_window());
        region.ok(Operation::UpdateMaintenanceWindow, with(window.clone(), json!({ "Enabled": false })));
        let window = region.ok(Operation::GetMaintenanceWindow, window);
        assert_eq!(window.get("NextExecutionTime"), None);
    }

    #[test]
    fn names_are_not_unique() {
        let mut region = Region::new();
        region.ok(Operation::CreateMaintenanceWindow, a_window());
        region.ok(Operation::CreateMaintenanceWindow, a_window());
        let filter = json!({ "Filters": [{ "Key": "Name", "Values": ["sra_linux_maintenance"] }] });
        let windows = region.ok(Operation::DescribeMaintenanceWindows, filter);
        assert_eq!(windows["WindowIdentities"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn the_cutoff_must_be_below_the_duration() {
        let mut region = Region::new();
        let window = region.ok(Operation::CreateMaintenanceWindow, a_window());
        let request = with(a_window(), json!({ "Duration": 3, "Cutoff": 3 }));
        assert_eq!(region.refused(Operation::CreateMaintenanceWindow, request).code, "ValidationException");
        // the duration that it already has counts, too
        let update = with(window, json!({ "Cutoff": 6 }));
        assert_eq!(region.refused(Operation::UpdateMaintenanceWindow, update).code, "ValidationException");
    }

    #[test]
    fn a_schedule_or_a_time_zone_that_does_not_exist_is_refused() {
        for change in [
            json!({ "Schedule": "cron(0 2 * * THU *)" }),
            json!({ "Schedule": "every day" }),
            json!({ "ScheduleTimezone": "Europe/Atlantis" }),
        ] {
            let refused = Region::new().refused(Operation::CreateMaintenanceWindow, with(a_window(), change));
            assert_eq!(refused.code, "ValidationException");
        }
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-schedule-options.html>
    #[test]
    fn an_offset_goes_with_cron_only() {
        let mut region = Region::new();
        region.ok(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "ScheduleOffset": 2 })));
        let rate = with(a_window(), json!({ "ScheduleOffset": 2, "Schedule": "rate(7 days)" }));
        assert_eq!(region.refused(Operation::CreateMaintenanceWindow, rate).code, "ValidationException");
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name() {
        let mut region = Region::new();
        let create = with(a_window(), json!({ "Description": "patches" }));
        let window = region.ok(Operation::CreateMaintenanceWindow, create);
        let answer = region.ok(Operation::UpdateMaintenanceWindow, with(window, json!({ "Duration": 8 })));
        assert_eq!((&answer["Duration"], &answer["Description"]), (&json!(8), &json!("patches")));
    }

    #[test]
    fn an_update_with_replace_empties_what_it_does_not_name() {
        let mut region = Region::new();
        let create = with(a_window(), json!({ "Description": "patches", "ScheduleOffset": 2 }));
        let window = id(&region.ok(Operation::CreateMaintenanceWindow, create), "WindowId");
        let update = with(a_window(), json!({ "WindowId": window, "Replace": true }));
        region.ok(Operation::UpdateMaintenanceWindow, update);
        let window = region.ok(Operation::GetMaintenanceWindow, json!({ "WindowId": window }));
        assert_eq!((window.get("Description"), window.get("ScheduleOffset")), (None, None));
        assert_eq!(window["Enabled"], true);
    }

    #[test]
    fn an_update_with_replace_must_name_what_creating_requires() {
        let mut region = Region::new();
        let window = region.ok(Operation::CreateMaintenanceWindow, a_window());
        let update = with(window, json!({ "Name": "other", "Replace": true }));
        let refused = region.refused(Operation::UpdateMaintenanceWindow, update);
        assert!(refused.message.contains("Value null at 'schedule'"), "{refused}");
    }

    #[test]
    fn windows_can_be_found_by_name_and_switch_but_not_by_tag() {
        let mut region = Region::new();
        let window = region.ok(Operation::CreateMaintenanceWindow, a_window());
        region.ok(Operation::UpdateMaintenanceWindow, with(window, json!({ "Enabled": false })));
        region.ok(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "Name": "other" })));
        let mut names = |key: &str, value: &str| {
            let filter = json!({ "Filters": [{ "Key": key, "Values": [value] }] });
            region.call(Operation::DescribeMaintenanceWindows, filter).map(|found| found["WindowIdentities"].clone())
        };
        assert_eq!(names("Enabled", "True").unwrap()[0]["Name"], "other");
        assert_eq!(names("Name", "sra_linux_maintenance").unwrap()[0]["Enabled"], false);
        assert_eq!(names("tag:createdBy", "x").unwrap_err().code, "ValidationException");
    }

    #[test]
    fn deleting_a_window_deletes_its_targets_and_tasks_and_can_be_repeated() {
        let mut region = Region::new();
        let (window, target, task) = region.with_a_window();
        let by_id = json!({ "WindowId": window });
        assert_eq!(region.ok(Operation::DeleteMaintenanceWindow, by_id.clone()), by_id);
        assert_eq!(region.ok(Operation::DeleteMaintenanceWindow, by_id.clone()), by_id);
        let task = json!({ "WindowId": window, "WindowTaskId": task });
        assert_eq!(region.refused(Operation::GetMaintenanceWindowTask, task).code, "DoesNotExistException");
        let target = json!({ "WindowId": window, "WindowTargetId": target });
        let refused = region.refused(Operation::DeregisterTargetFromMaintenanceWindow, target);
        assert_eq!(refused.code, "DoesNotExistException");
    }

    #[test]
    fn an_account_region_holds_fifty_windows() {
        let mut region = Region::new();
        for _ in 0..MAX_WINDOWS {
            region.ok(Operation::CreateMaintenanceWindow, a_window());
        }
        let refused = region.refused(Operation::CreateMaintenanceWindow, a_window());
        assert_eq!(refused.code, "ResourceLimitExceededException");
    }
}
