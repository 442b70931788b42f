//! The Lambda function of the state `AnswerStack`.

use answer_stack::Context;
use jiff::Timestamp;
use lambda::{clients, env};
use record::stack_answer::AnswerClient;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let config = clients::shared_config().await;
    let context = Context {
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        answers: AnswerClient::default(),
        ledger_table: env::required("LEDGER_TABLE")?,
    };
    lambda::serve(context, async |context, request| answer_stack::handle(context, request, Timestamp::now()).await)
        .await
}
