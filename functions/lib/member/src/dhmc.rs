//! Reading and writing the DHMC service setting.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::RequestId;
use lambda::call::Called;
use lambda::{CallError, Cause};
use patching::dhmc::SETTING_ID;
use patching::outcome::{DhmcOutcome, DhmcStatus};
use policy::input::Action;

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

/// Makes of the setting what `plan` says (`ssm:UpdateServiceSetting`, `ssm:ResetServiceSetting`, or nothing); where `action` changes
/// nothing, answers what that would do.
pub async fn carry_out(ssm: &Client, action: Action, plan: DhmcOutcome) -> Result<DhmcOutcome, CallError> {
    match (plan.status, &plan.after) {
        _ if !action.changes() => return Ok(plan.planned()),
        (DhmcStatus::Set, Some(role)) => {
            const OPERATION: &str = "ssm:UpdateServiceSetting";
            let call = ssm.update_service_setting().setting_id(SETTING_ID).setting_value(role);
            written(OPERATION, &plan, call.send().await.called(OPERATION)?.request_id());
        }
        (DhmcStatus::Reset, _) => {
            const OPERATION: &str = "ssm:ResetServiceSetting";
            let call = ssm.reset_service_setting().setting_id(SETTING_ID);
            written(OPERATION, &plan, call.send().await.called(OPERATION)?.request_id());
        }
        _ => {}
    }
    Ok(plan)
}

/// The one line of a writing call that succeeded.
fn written(operation: &'static str, DhmcOutcome { before, after, .. }: &DhmcOutcome, request_id: Option<&str>) {
    let [before, after] = [before, after].map(|role| role.as_deref().unwrap_or("none"));
    let changes = format!("role: {before} -> {after}");
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
