//! The Lambda function of the state `Report`.

use jiff::Timestamp;
use kit::{clients, env};
use report::Context;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), kit::RuntimeError> {
    let config = clients::shared_config().await;
    let context = Context {
        s3: aws_sdk_s3::Client::new(&config),
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        bucket: env::required("BUCKET")?,
        ledger_table: env::required("LEDGER_TABLE")?,
    };
    kit::serve(context, async |context, request| report::handle(context, request, Timestamp::now()).await).await
}
