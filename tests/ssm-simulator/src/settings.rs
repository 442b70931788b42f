//! Service settings, Default Host Management Configuration among them.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetServiceSetting.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ServiceSetting.html>

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::state::{Answer, Context, Fields, Holdings, epoch_seconds, text};

/// The setting that holds the role of Default Host Management Configuration.
pub const DHMC_SETTING: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// The settings that the reference names, with their values when nobody has changed them.
const DEFAULTS: [(&str, &str); 10] = [
    (DHMC_SETTING, "$None"),
    ("/ssm/appmanager/appmanager-enabled", "False"),
    ("/ssm/automation/customer-script-log-destination", "None"),
    ("/ssm/automation/customer-script-log-group-name", "/aws/ssm/automation/executeScript"),
    ("/ssm/automation/enable-adaptive-concurrency", "False"),
    ("/ssm/documents/console/public-sharing-permission", "Enable"),
    ("/ssm/managed-instance/activation-tier", "standard"),
    ("/ssm/opsinsights/opscenter", "Disabled"),
    ("/ssm/parameter-store/default-parameter-tier", "Standard"),
    ("/ssm/parameter-store/high-throughput-enabled", "false"),
];

/// The settings that differ, or are about to differ, from their defaults.
#[derive(Debug, Default)]
pub(crate) struct Settings(HashMap<&'static str, Setting>);

#[derive(Clone, Debug)]
struct Setting {
    value: String,
    customized: bool,
    modified: Timestamp,
    pending: Option<Pending>,
}

/// A change that readings do not see yet.
#[derive(Clone, Debug)]
struct Pending {
    value: String,
    customized: bool,
    reads: u32,
}

impl Settings {
    /// The value and the status of a setting, without counting as a reading.
    pub(crate) fn peek(&self, id: &str) -> Option<(String, &'static str)> {
        let (id, default) = DEFAULTS.iter().find(|(known, _)| *known == id)?;
        let setting = self.0.get(id);
        let value = setting.map_or(*default, |setting| &setting.value);
        Some((value.to_owned(), setting.map_or("Default", Setting::status)))
    }

    /// All settings that somebody has changed.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    fn change(
        &mut self,
        context: Context<'_>,
        id: &'static str,
        default: &str,
        value: &str,
        customized: bool,
    ) -> Result<(), ServiceError> {
        let setting = self.0.entry(id).or_insert_with(|| Setting {
            value: default.to_owned(),
            customized: false,
            modified: Timestamp::now(),
            pending: None,
        });
        if setting.pending.is_some() {
            return Err(ServiceError::with_usual_message("TooManyUpdates"));
        }
        let change = Pending { value: value.to_owned(), customized, reads: context.config.setting_pending_reads };
        setting.modified = Timestamp::now();
        setting.pending = Some(change);
        setting.settle();
        Ok(())
    }
}

impl Setting {
    fn status(&self) -> &'static str {
        match (&self.pending, self.customized) {
            (Some(_), _) => "PendingUpdate",
            (None, true) => "Customized",
            (None, false) => "Default",
        }
    }

    /// Lets a change become visible once its readings are used up.
    fn settle(&mut self) {
        if let Some(change) = self.pending.take_if(|change| change.reads == 0) {
            (self.value, self.customized) = (change.value, change.customized);
        }
    }
}

impl Holdings {
    pub(crate) fn get_setting(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let (id, default) = known(input)?;
        let answer = self.describe_setting(context, id, default);
        if let Some(setting) = self.settings.0.get_mut(id) {
            if let Some(change) = &mut setting.pending {
                change.reads -= 1;
            }
            setting.settle();
        }
        Ok(answer)
    }

    pub(crate) fn update_setting(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let (id, default) = known(input)?;
        self.settings.change(context, id, default, text(input, "SettingValue"), true)?;
        Ok(json!({}))
    }

    pub(crate) fn reset_setting(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let (id, default) = known(input)?;
        self.settings.change(context, id, default, default, false)?;
        Ok(self.describe_setting(context, id, default))
    }

    fn describe_setting(&self, context: Context<'_>, id: &str, default: &str) -> Value {
        let (value, status) = self.settings.peek(id).unwrap_or_else(|| (default.to_owned(), "Default"));
        let Context { account, region, .. } = context;
        let setting = self.settings.0.get(id);
        json!({ "ServiceSetting": {
            "SettingId": id,
            "SettingValue": value,
            "LastModifiedDate": epoch_seconds(setting.map_or(Timestamp::UNIX_EPOCH, |setting| setting.modified)),
            "LastModifiedUser": if setting.is_some() { format!("arn:aws:iam::{account}:root") } else { "System".to_owned() },
            "ARN": format!("arn:aws:ssm:{region}:{account}:servicesetting{id}"),
            "Status": status,
        } })
    }
}

/// The setting's id, which a caller may also write as an ARN.
fn known(input: &Fields) -> Result<(&'static str, &'static str), ServiceError> {
    let asked = text(input, "SettingId");
    let id = asked.split_once(":servicesetting").map_or(asked, |(_, id)| id);
    DEFAULTS
        .iter()
        .find(|(known, _)| *known == id)
        .copied()
        .ok_or_else(|| ServiceError::new("ServiceSettingNotFound", format!("Setting {asked} was not found")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::testing::{Region, with};

    fn dhmc() -> Value {
        json!({ "SettingId": DHMC_SETTING })
    }

    fn value_and_status(answer: &Value) -> (&str, &str) {
        let setting = &answer["ServiceSetting"];
        (setting["SettingValue"].as_str().unwrap(), setting["Status"].as_str().unwrap())
    }

    #[test]
    fn a_setting_is_default_then_customized_then_default_again() {
        let mut region = Region::new();
        assert_eq!(value_and_status(&region.ok(Operation::GetServiceSetting, dhmc())), ("$None", "Default"));
        let update = with(dhmc(), json!({ "SettingValue": "service-role/Role" }));
        region.ok(Operation::UpdateServiceSetting, update);
        let set = region.ok(Operation::GetServiceSetting, dhmc());
        assert_eq!(value_and_status(&set), ("service-role/Role", "Customized"));
        let reset = region.ok(Operation::ResetServiceSetting, dhmc());
        assert_eq!(value_and_status(&reset), ("$None", "Default"));
    }

    #[test]
    fn a_change_can_take_some_readings_to_be_seen() {
        let mut region = Region::new();
        region.config.setting_pending_reads = 2;
        let update = with(dhmc(), json!({ "SettingValue": "service-role/Role" }));
        region.ok(Operation::UpdateServiceSetting, update.clone());
        for _ in 0..2 {
            let answer = region.ok(Operation::GetServiceSetting, dhmc());
            assert_eq!(value_and_status(&answer), ("$None", "PendingUpdate"));
        }
        let answer = region.ok(Operation::GetServiceSetting, dhmc());
        assert_eq!(value_and_status(&answer), ("service-role/Role", "Customized"));
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html>
    #[test]
    fn a_second_change_must_wait_for_the_first() {
        let mut region = Region::new();
        region.config.setting_pending_reads = 1;
        let update = with(dhmc(), json!({ "SettingValue": "service-role/Role" }));
        region.ok(Operation::UpdateServiceSetting, update);
        assert_eq!(region.refused(Operation::ResetServiceSetting, dhmc()).code, "TooManyUpdates");
    }

    #[test]
    fn a_setting_can_be_named_by_its_arn_but_must_exist() {
        let mut region = Region::new();
        let arn = format!("arn:aws:ssm:eu-west-1:111122223333:servicesetting{DHMC_SETTING}");
        region.ok(Operation::GetServiceSetting, json!({ "SettingId": arn }));
        let unknown = json!({ "SettingId": "/ssm/made/up" });
        assert_eq!(region.refused(Operation::GetServiceSetting, unknown).code, "ServiceSettingNotFound");
    }
}
