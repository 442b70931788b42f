//! The dead-letter queue, drained into executions.

use std::collections::BTreeSet;
use std::process::Command;

use aws_sdk_sqs::types::MessageAttributeValue;
use local_aws::{Account, LocalAws};
use serde_json::{Value, json};
use workflow::root;

use crate::lifecycle::new_accounts;

pub(crate) async fn what_failed_is_started_again_and_leaves_the_queue(aws: &LocalAws, account: &Account) {
    put_an_event_that_no_rule_could_deliver(aws).await;
    let other = aws.organization.ready().next().unwrap().id.clone();
    let message = json!({"accounts": [other], "regions": ["eu-west-1"], "action": "rollout"});
    put(aws, &message, None).await;
    let before = aws.executions().await.unwrap();
    let script = Command::new(root().join("templates/retry-failed.sh"))
        .arg("patch-manager")
        .envs(aws.script.environment().iter().cloned())
        .env("AWS_ENDPOINT_URL", &aws.clients.endpoint)
        .env("AWS_DEFAULT_REGION", &aws.clients.home_region)
        .output()
        .unwrap();
    let said = String::from_utf8(script.stdout).unwrap();
    assert!(script.status.success(), "{said}{}", String::from_utf8_lossy(&script.stderr));
    let expected = "2 messages started again in 1 executions, 1 left in the queue\n";
    assert!(said.ends_with(expected), "{said}");
    let after = aws.executions().await.unwrap();
    let started: Vec<_> = after.difference(&before).collect();
    let run = aws.follow_execution(started[0]).await.unwrap();
    assert_eq!((started.len(), run.status.as_str()), (1, "SUCCEEDED"), "{:?}", run.cause);
    let outcomes = run.summary().unwrap().outcomes;
    let worked_in: BTreeSet<_> = outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    assert_eq!(worked_in, [account.id.as_str(), other.as_str()].into());
    new_accounts::has_its_windows(aws, account).await;
}

async fn put_an_event_that_no_rule_could_deliver(aws: &LocalAws) {
    let rule = MessageAttributeValue::builder().data_type("String").string_value("arn:…:rule/x");
    put(aws, &json!({"detail-type": "Rollout Requested", "detail": {}}), Some(rule.build().unwrap())).await;
}

async fn put(aws: &LocalAws, body: &Value, rule: Option<MessageAttributeValue>) {
    let queue = &aws.deployment().unwrap().dead_letter_queue;
    let sqs = aws.clients.sqs();
    let mut message = sqs.send_message().queue_url(queue).message_body(body.to_string());
    if let Some(rule) = rule {
        message = message.message_attributes("RULE_ARN", rule);
    }
    message.send().await.unwrap();
}
