//! Reading and writing the DHMC service setting.

use aws_sdk_ssm::Client;
use lambda::call::Called;
use lambda::{CallError, CallFailure};
use patching::dhmc::{DhmcPlan, DhmcStep, SETTING_ID};
use patching::outcome::DhmcOutcome;

/// The setting's value (`ssm:GetServiceSetting`), `$None` when nobody has set it.
///
/// While the service still applies an earlier change the value means nothing: that is `SettingPending`.
pub async fn observe(ssm: &Client) -> Result<String, CallError> {
    const OPERATION: &str = "ssm:GetServiceSetting";
    let answer = ssm.get_service_setting().setting_id(SETTING_ID).send().await.called(OPERATION)?;
    let setting = answer.service_setting();
    if setting.and_then(|setting| setting.status()) == Some("PendingUpdate") {
        return Err(CallError::SettingPending(CallFailure::without_answer(
            OPERATION,
            "the status of the setting is PendingUpdate",
        )));
    }
    let value = setting.and_then(|setting| setting.setting_value());
    value.map(ToOwned::to_owned).ok_or_else(|| CallError::left_out(OPERATION, "SettingValue"))
}

/// Carries out `plan` (`ssm:UpdateServiceSetting`, `ssm:ResetServiceSetting`, or nothing).
pub async fn apply(ssm: &Client, plan: &DhmcPlan) -> Result<DhmcOutcome, CallError> {
    match &plan.step {
        DhmcStep::Keep | DhmcStep::KeepForeign | DhmcStep::KeepOurs => {}
        DhmcStep::Set(role) => {
            ssm.update_service_setting()
                .setting_id(SETTING_ID)
                .setting_value(role)
                .send()
                .await
                .called("ssm:UpdateServiceSetting")?;
        }
        DhmcStep::Reset => {
            ssm.reset_service_setting().setting_id(SETTING_ID).send().await.called("ssm:ResetServiceSetting")?;
        }
    }
    Ok(plan.outcome())
}
