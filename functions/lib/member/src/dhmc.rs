//! Reading and writing the DHMC service setting.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::RequestId;
use lambda::call::Called;
use lambda::{CallError, Cause};
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
        let problem = "the status of the setting is PendingUpdate";
        return Err(CallError::new(Cause::SettingPending, OPERATION, problem));
    }
    let value = setting.and_then(|setting| setting.setting_value());
    value.map(ToOwned::to_owned).ok_or_else(|| CallError::left_out(OPERATION, "SettingValue"))
}

/// Carries out `plan` (`ssm:UpdateServiceSetting`, `ssm:ResetServiceSetting`, or nothing).
pub async fn apply(ssm: &Client, plan: &DhmcPlan) -> Result<DhmcOutcome, CallError> {
    match &plan.step {
        DhmcStep::Keep | DhmcStep::KeepForeign | DhmcStep::KeepOurs => {}
        DhmcStep::Set(role) => {
            const OPERATION: &str = "ssm:UpdateServiceSetting";
            let call = ssm.update_service_setting().setting_id(SETTING_ID).setting_value(role);
            written(OPERATION, plan, call.send().await.called(OPERATION)?.request_id());
        }
        DhmcStep::Reset => {
            const OPERATION: &str = "ssm:ResetServiceSetting";
            let call = ssm.reset_service_setting().setting_id(SETTING_ID);
            written(OPERATION, plan, call.send().await.called(OPERATION)?.request_id());
        }
    }
    Ok(plan.outcome())
}

/// The one line of a writing call that succeeded.
fn written(operation: &'static str, plan: &DhmcPlan, request_id: Option<&str>) {
    let DhmcOutcome { before, after, .. } = plan.outcome();
    let role = |role: Option<String>| role.unwrap_or_else(|| "none".to_owned());
    let changes = format!("role: {} -> {}", role(before), role(after));
    tracing::info!(operation, changes, request_id, "{operation}: the role for Default Host Management Configuration");
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda::NamedError;
    use support::Server;

    #[tokio::test]
    async fn a_setting_without_a_value_is_an_error_and_not_one_that_nobody_has_set() {
        let server = Server::start().await;
        for answer in
            ["{}", r#"{"ServiceSetting": {}}"#, r#"{"ServiceSetting": {"SettingId": "id", "Status": "Default"}}"#]
        {
            server.answers(200, answer);
            let error = observe(&Client::new(&server.sdk_config())).await.unwrap_err();
            assert_eq!((error.name(), error.is_passing()), ("ServiceUnavailable", true), "{answer}");
            assert!(error.to_string().ends_with("ssm:GetServiceSetting: the answer has no SettingValue"), "{error}");
        }
    }
}
