//! The Lambda function of the state `AnswerStack`.

use answer_stack::Context;
use jiff::Timestamp;
use lambda::clients;
use record::Ledger;
use record::stack_answer::AnswerClient;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let config = clients::shared_config().await;
    let context = Context { answers: AnswerClient::default(), ledger: Ledger::from_env(&config)? };
    lambda::serve(context, async |context, request| answer_stack::handle(context, request, Timestamp::now()).await)
        .await
}
