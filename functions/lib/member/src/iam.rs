//! `iam:GetRole`.

use aws_config::SdkConfig;
use lambda::{CallError, Cause};
use policy::RoleName;
use policy::ids::{AccountId, RunId};

use crate::sessions::MemberSessions;
use lambda::query::{IAM, query, texts};

const OPERATION: &str = "iam:GetRole";

impl MemberSessions {
    /// Asks in `account` for its role for DHMC, by `iam:GetRole`. That this may not be asked is no sign of a session that is no
    /// good any more: it stays.
    pub async fn has_dhmc_role(&self, run: &RunId, account: &AccountId, role: &RoleName) -> Result<(), CallError> {
        let look_for = async |config: &SdkConfig| match has_dhmc_role(config, role).await {
            Err(denied) if denied.cause == Cause::AccessDenied => Ok(Some(denied)),
            found => found.map(|()| None),
        };
        self.with_config(run, account, look_for).await?.map_or(Ok(()), Err)
    }
}

/// Fails with `DhmcRoleMissing` when the account of these settings has no role of this name with this path.
///
/// Within an account a role's name is there once, whatever its path is.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
async fn has_dhmc_role(config: &SdkConfig, role: &RoleName) -> Result<(), CallError> {
    let role = role.as_str();
    let name = role.rsplit('/').next().unwrap_or(role);
    let answer = match query(config, IAM, OPERATION, &[("RoleName", name)]).await {
        Err(error) if error.has_code(&["NoSuchEntity"]) => return Err(error.with(Cause::DhmcRoleMissing)),
        answer => answer?,
    };
    let arn = texts(&answer, "Arn").next().flatten();
    let found = arn.as_deref().and_then(|arn| Some(arn.split_once(":role/")?.1));
    match found.ok_or_else(|| CallError::left_out(OPERATION, "Arn"))? {
        found if found == role => Ok(()),
        found => {
            let problem = format!("the account has a role {found}, and none {role}");
            Err(CallError::new(Cause::DhmcRoleMissing, OPERATION, problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda::NamedError;
    use support::Server;

    async fn looked_for(role: &str, status: u16, answer: &str) -> Result<(), CallError> {
        let server = Server::start().await;
        server.answers_to("Action=GetRole&Version=2010-05-08&RoleName=Ours", status, answer);
        has_dhmc_role(&server.sdk_config(), &role.parse().unwrap()).await
    }

    fn with_arn(arn: &str) -> String {
        format!(
            "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>Ours</RoleName><Arn>{arn}</Arn></Role></GetRoleResult>\
             <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetRoleResponse>"
        )
    }

    #[tokio::test]
    async fn a_role_is_there_when_name_and_path_are_its_own() {
        let own = with_arn("arn:aws-us-gov:iam::111122223333:role/service-role/Ours");
        looked_for("service-role/Ours", 200, &own).await.unwrap();
        looked_for("Ours", 200, &with_arn("arn:aws:iam::111122223333:role/Ours")).await.unwrap();
        let elsewhere = looked_for("Ours", 200, &own).await.unwrap_err();
        assert_eq!(elsewhere.name(), "DhmcRoleMissing");
        assert!(elsewhere.to_string().contains("a role service-role/Ours, and none Ours"), "{elsewhere}");
    }

    /// The body is botocore's, `iam/2010-05-08`: `NoSuchEntity` with status 404.
    #[tokio::test]
    async fn a_role_that_is_not_there_is_told_from_one_that_cannot_be_looked_for() {
        let refusal = |code: &str| format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
        for (status, body, name) in [
            (404, refusal("NoSuchEntity"), "DhmcRoleMissing"),
            (403, refusal("AccessDenied"), "AccessDenied"),
            (400, refusal("Throttling"), "Throttled"),
            (400, refusal("ValidationError"), "RequestRefused"),
            (500, refusal("ServiceFailure"), "ServiceUnavailable"),
            (200, "<GetRoleResponse/>".to_owned(), "ServiceUnavailable"),
        ] {
            assert_eq!(looked_for("service-role/Ours", status, &body).await.unwrap_err().name(), name, "{body}");
        }
    }
}
