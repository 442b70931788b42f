//! The Lambda function behind the stack's custom resource.

use jiff::{SignedDuration, Timestamp};
use lambda::{clients, env};
use record::Ledger;
use record::stack_answer::AnswerClient;
use start_rollout::{Context, Patience};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let config = clients::shared_config().await;
    let history_days: i64 = env::required("HISTORY_DAYS")?;
    let context = Context {
        config: config.clone(),
        states: aws_sdk_sfn::Client::new(&config),
        answers: AnswerClient::default(),
        ledger: Ledger::from_env(&config)?,
        state_machine_arn: env::required("STATE_MACHINE_ARN")?,
        state_machine_version_arn: env::required("STATE_MACHINE_VERSION_ARN")?,
        history: SignedDuration::from_hours(24 * history_days),
        patience: Patience::default(),
        member_roles: env::required("MEMBER_ROLES")?,
    };
    lambda::serve(context, async |context, event| start_rollout::handle(context, event, Timestamp::now()).await).await
}
