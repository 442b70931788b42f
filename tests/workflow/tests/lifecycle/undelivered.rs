//! An account that lacks the role for DHMC, and an answer about that run that CloudFormation does not get at first.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use local_aws::{Account, LocalAws};
use patching::outcome::{RegionOutcome, Status};
use record::stack_answer::{AnswerClient, ResponseUrl};
use serde_json::{Value, from_str, json};
use support::Server;

use crate::lifecycle::{failures, held};

const POLL: Duration = Duration::from_millis(50);
/// Four tries of the state `AnswerStack` that pass, one that is refused for good, and that of the rule on ended executions.
const ANSWERS: [u16; 6] = [503, 503, 503, 503, 403, 200];

const DHMC_ROLE: &str = "AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "ssm.amazonaws.com"}}]}"#;
const DENIED: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:GetRole", "Resource": "*"}]}"#;

/// One account fails, which the tolerance of this update allows: the rule, which knows only that the execution has failed, has to
/// say so all the same.
pub(crate) async fn what_was_decided_reaches_the_stack_though_it_was_not_delivered_at_first(aws: &mut LocalAws) {
    let account = aws.organization.ready().nth(1).unwrap().clone();
    without_dhmc_role(aws, &account).await;
    failures::slow_down(&aws.simulator, 400).await;
    let ledger = aws.deployment().unwrap().ledger.clone();
    let delivering = tokio::spawn(deliver_late(aws.clients.dynamodb(), ledger));
    aws.update(&[("FailureTolerancePercent", "50"), ("Timezone", "Asia/Tokyo")]).await.unwrap();
    failures::slow_down(&aws.simulator, 0).await;

    let sent = delivering.await.unwrap();
    assert!(sent.windows(2).all(|two| two[0] == two[1]), "what is decided stays: {sent:?}");
    let run = held::stacks_run(aws, "stack-update").await;
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("RolloutIncomplete")), "{:?}", run.cause);
    let answer: Value = from_str(&sent[0]).unwrap();
    assert_eq!((&answer["Status"], &answer["Data"]["Failed"]), (&json!("SUCCESS"), &json!("1")), "{answer}");
    let tree = aws.tree(&run.execution_arn, 200).await.unwrap();
    assert!(tree.contains("AnswerRefused"), "{tree}");

    let outcome = run.summary().unwrap().outcomes.into_iter().find(|outcome| outcome.status == Status::Failed).unwrap();
    let failed: Vec<_> = outcome.regions.iter().filter(|region| region.status == Status::Failed).collect();
    assert_eq!((outcome.id.as_str(), failed.len()), (account.id.as_str(), account.regions.len()));
    failed.into_iter().for_each(fails_by_name_alone);
    // The windows do not depend on it.
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["Asia/Tokyo".to_owned()].into());
    with_the_role_a_retry_mends_it(aws, &account, &run.run).await;
    a_role_that_may_not_be_looked_for_is_a_warning(aws, &account).await;
}

fn fails_by_name_alone(region: &RegionOutcome) {
    let [failure] = region.failures().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((failure.step.as_str(), failure.name.as_str()), ("ConfigureDhmc", "DhmcRoleMissing"), "{failure:?}");
    assert!(
        failure.message.contains("iam:GetRole: NoSuchEntity: ") && failure.message.contains(DHMC_ROLE),
        "{failure:?}"
    );
}

async fn with_the_role_a_retry_mends_it(aws: &LocalAws, account: &Account, run: &str) {
    let trust = ["--assume-role-policy-document", TRUST];
    iam(aws, account, &[&["create-role", "--path", "/service-role/", "--role-name", DHMC_ROLE][..], &trust].concat())
        .await;
    let retried = aws.run("role-is-back", &json!({"retryOf": run})).await.unwrap();
    assert_eq!(retried.status, "SUCCEEDED", "{:?}", retried.cause);
    let summary = retried.summary().unwrap();
    let ids: Vec<_> = summary.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    assert_eq!((ids, summary.run_warnings), (vec![account.id.as_str()], vec![]));
}

/// Member roles of a former version, or a service control policy that forgets IAM.
async fn a_role_that_may_not_be_looked_for_is_a_warning(aws: &LocalAws, account: &Account) {
    let policy = ["--role-name", "patch-manager-configuration", "--policy-name", "no-look"];
    iam(aws, account, &[&["put-role-policy"][..], &policy, &["--policy-document", DENIED]].concat()).await;
    let run = aws.run("role-not-seen", &json!({"accounts": [account.id]})).await.unwrap();
    iam(aws, account, &[&["delete-role-policy"][..], &policy].concat()).await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let warnings = run.summary().unwrap().run_warnings;
    assert_eq!((warnings.len(), warnings[0].name.as_str()), (1, "DhmcRoleNotLookedFor"), "{warnings:?}");
    assert!(
        warnings[0].message.contains("of 1 accounts") && warnings[0].message.contains("iam:GetRole"),
        "{warnings:?}"
    );
}

async fn without_dhmc_role(aws: &LocalAws, account: &Account) {
    let managed = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy";
    iam(aws, account, &["detach-role-policy", "--role-name", DHMC_ROLE, "--policy-arn", managed]).await;
    iam(aws, account, &["delete-role", "--role-name", DHMC_ROLE]).await;
}

/// As the account's root.
async fn iam(aws: &LocalAws, account: &Account, arguments: &[&str]) {
    let root = [account.id.clone(), "test".to_owned(), String::new()];
    aws.script.aws_as(&root, &[&["iam"], arguments].concat()).await.unwrap();
}

/// Stands between the stack that waits and who answers it; at last it is CloudFormation that gets the answer. Answers all that was
/// sent.
async fn deliver_late(dynamodb: Client, ledger: String) -> Vec<String> {
    let server = Server::start().await;
    for status in ANSWERS {
        server.answers(status, "");
    }
    let waiting = loop {
        match waiting(&dynamodb, &ledger).await {
            Some(item) => break item,
            None => tokio::time::sleep(POLL).await,
        }
    };
    let url = waiting["responseUrl"].as_s().unwrap();
    let [run, stack] = ["run", "account"].map(|key| waiting[key].clone());
    let update = dynamodb.update_item().table_name(&ledger).key("run", run).key("account", stack);
    let update = update.update_expression("SET responseUrl = :here");
    let here = AttributeValue::S(server.url().to_owned());
    update.expression_attribute_values(":here", here).send().await.unwrap();
    while server.asked().len() < ANSWERS.len() {
        tokio::time::sleep(POLL).await;
    }
    let sent: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
    AnswerClient::default().put(&ResponseUrl::new(url), &sent[0]).await.unwrap();
    sent
}

/// The ledger's item of the stack that waits for a run.
async fn waiting(dynamodb: &Client, ledger: &str) -> Option<HashMap<String, AttributeValue>> {
    let found = dynamodb.scan().table_name(ledger).filter_expression("attribute_exists(responseUrl)").send().await;
    found.unwrap().items.and_then(|items| items.into_iter().next())
}
