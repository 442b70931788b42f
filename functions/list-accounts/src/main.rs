//! The Lambda function of the state `ListAccounts`.

use jiff::{SignedDuration, Timestamp};
use lambda::{clients, env};
use list_accounts::Context;
use record::Ledger;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let config = clients::shared_config().await;
    let history_days: i64 = env::required("HISTORY_DAYS")?;
    let context = Context {
        organizations: list_accounts::organizations_client(&config),
        ssm: aws_sdk_ssm::Client::new(&config),
        s3: aws_sdk_s3::Client::new(&config),
        account: aws_sdk_account::Client::new(&config),
        bucket: env::required("BUCKET")?,
        ledger: Ledger::from_env(&config)?,
        history: SignedDuration::from_hours(24 * history_days),
        member_roles: env::required("MEMBER_ROLES")?,
    };
    lambda::serve(context, async |context, request| list_accounts::handle(context, request, Timestamp::now()).await)
        .await
}
