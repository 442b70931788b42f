//! The dead-letter queue, drained into executions.

use std::process::Command;

use aws_sdk_sqs::types::MessageAttributeValue;
use local_aws::{Account, LocalAws};
use serde_json::json;
use workflow::root;

use crate::new_accounts;

pub(crate) async fn what_failed_is_started_again_and_leaves_the_queue(aws: &LocalAws, account: &Account) {
    put_an_event_that_no_rule_could_deliver(aws).await;
    let before = aws.executions().await.unwrap();
    let script = Command::new(root().join("templates/retry-failed.sh"))
        .arg("patch-manager")
        .envs(aws.cli_environment())
        .env("AWS_ENDPOINT_URL", &aws.clients.endpoint)
        .env("AWS_DEFAULT_REGION", &aws.clients.home_region)
        .output()
        .unwrap();
    let said = String::from_utf8(script.stdout).unwrap();
    assert!(script.status.success(), "{said}{}", String::from_utf8_lossy(&script.stderr));
    assert!(said.ends_with("1 started, 1 left in the queue\n"), "{said}");
    let after = aws.executions().await.unwrap();
    let started: Vec<_> = after.difference(&before).collect();
    let run = aws.follow_execution(started[0]).await.unwrap();
    assert_eq!((started.len(), run.status.as_str()), (1, "SUCCEEDED"), "{:?}", run.cause);
    new_accounts::has_its_windows(aws, account).await;
}

async fn put_an_event_that_no_rule_could_deliver(aws: &LocalAws) {
    let rule = MessageAttributeValue::builder().data_type("String").string_value("arn:…:rule/x");
    aws.clients
        .sqs()
        .send_message()
        .queue_url(&aws.deployment().unwrap().dead_letter_queue)
        .message_body(json!({"detail-type": "Rollout Requested", "detail": {}}).to_string())
        .message_attributes("RULE_ARN", rule.build().unwrap())
        .send()
        .await
        .unwrap();
}
