//! The Lambda function of the state `Report`.

use jiff::Timestamp;
use lambda::{clients, env};
use record::Ledger;
use report::Context;
use report::metrics::Metrics;
use report::notification::Notifier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let config = clients::shared_config().await;
    let context = Context {
        s3: aws_sdk_s3::Client::new(&config),
        notifier: Notifier {
            sns: aws_sdk_sns::Client::new(&config),
            topic_arn: env::required("NOTIFICATION_TOPIC_ARN")?,
            notify: env::required("NOTIFY")?,
        },
        metrics: Metrics { namespace: env::required("METRICS_NAMESPACE")?, stack: env::required("METRICS_STACK")? },
        bucket: env::required("BUCKET")?,
        ledger: Ledger::from_env(&config)?,
        notify_below_percent: env::required("NOTIFY_BELOW_PERCENT")?,
    };
    lambda::serve(context, async |context, request| report::handle(context, request, Timestamp::now()).await).await
}
