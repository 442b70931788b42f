//! What a run leaves for people: ledger, red children, dead-letter messages.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use local_aws::demo::{Outcome, Scenario};
use local_aws::{Condition, History, LocalAws};
use patching::outcome::Status;
use policy::ids::RunId;
use policy::input::{Action, ExecutionInput};
use record::Ledger;
use serde_json::Value;

pub(crate) async fn the_ledger_has_an_outcome_of_every_account(aws: &LocalAws, outcome: &Outcome) {
    let ledger = &aws.deployment().unwrap().ledger;
    let run: RunId = outcome.run.run.parse().unwrap();
    let recorded = Ledger::new(&aws.clients.management(), ledger.clone()).outcomes(&run).await.unwrap();
    let of = |status| {
        let those = recorded.iter().filter(move |account| account.status == status);
        those.map(|account| account.id.to_string())
    };
    let failed: BTreeSet<String> = of(Status::Failed).collect();
    let succeeded: BTreeSet<String> = of(Status::Succeeded).collect();
    assert_eq!(failed, ids(outcome, Condition::WithoutRole));
    assert_eq!(succeeded, ids(outcome, Condition::Ready));
    for account in outcome.accounts_that_are(Condition::Ready) {
        let recorded = recorded.iter().find(|recorded| recorded.id.as_str() == account.id).unwrap();
        let regions: BTreeSet<_> = recorded.regions.iter().map(|region| region.region.as_str()).collect();
        assert!(account.regions.iter().all(|region| regions.contains(region.as_str())), "{}", account.name);
    }
    items_expire(aws, ledger, &run).await;
}

/// But for the organizational units, which the report has from the run's targets.
pub(crate) async fn the_report_says_what_the_ledger_says(aws: &LocalAws, outcome: &Outcome) {
    let run: RunId = outcome.run.run.parse().unwrap();
    let ledger = aws.deployment().unwrap().ledger.clone();
    let recorded = Ledger::new(&aws.clients.management(), ledger).outcomes(&run).await.unwrap();
    let summary = outcome.run.summary().unwrap();
    // The table of an inspection has a row a host, and so no account without one.
    let files =
        if summary.action == Some(Action::Inspect) { &["coverage.html"][..] } else { &["report.html", "report.csv"] };
    let mut reported = summary.outcomes;
    for account in &mut reported {
        account.wave = None;
        let unit = account.organizational_unit.take();
        assert!(unit.is_some_and(|path| path.starts_with("Root")), "{} has no unit", account.name);
    }
    assert_eq!(reported, recorded);
    for file in files {
        let key = format!("runs/{run}/{file}");
        let object = aws.clients.s3().get_object().bucket(&aws.deployment().unwrap().data_bucket).key(key);
        let content = object.send().await.unwrap().body.collect().await.unwrap().to_vec();
        let content = String::from_utf8(content).unwrap();
        assert!(reported.iter().all(|account| content.contains(&account.name)), "{file} lacks an account");
    }
}

/// `DynamoDB` deletes an item when the attribute that the table's TTL names has passed.
async fn items_expire(aws: &LocalAws, ledger: &str, run: &RunId) {
    let query = aws.clients.dynamodb().query().table_name(ledger).key_condition_expression("#run = :run");
    let query = query.expression_attribute_names("#run", "run");
    let items = query.expression_attribute_values(":run", AttributeValue::S(run.to_string())).send().await.unwrap();
    for item in items.items() {
        let expires: i64 = item["expiresAt"].as_n().unwrap().parse().unwrap();
        assert!(expires > 1_700_000_000, "{expires}");
    }
}

pub(crate) async fn only_the_account_without_its_role_is_red(aws: &LocalAws, outcome: &Outcome) {
    let history = History::read(&aws.clients, &outcome.run.execution_arn).await.unwrap();
    let children = &history.executions[1..];
    let active = ids(outcome, Condition::Ready).len() + ids(outcome, Condition::WithoutRole).len();
    assert_eq!(children.len(), active, "one child execution an account");
    let mut causes = Vec::new();
    for child in children {
        let child = aws.clients.sfn().describe_execution().execution_arn(&child.arn).send().await.unwrap();
        match child.status.as_str() {
            "SUCCEEDED" => {}
            "FAILED" => causes.push(child.cause.unwrap()),
            other => panic!("{} ended as {other}", child.execution_arn),
        }
    }
    let without_role: Vec<_> = outcome.accounts_that_are(Condition::WithoutRole).collect();
    assert_eq!(causes.len(), without_role.len());
    for account in without_role {
        let named = |cause: &String| cause.contains(&account.name) && cause.contains(&account.id);
        assert!(causes.iter().any(named), "{} is not named in {causes:?}", account.name);
    }
}

pub(crate) async fn its_tree_shows_the_account_with_the_step_that_failed(aws: &LocalAws, outcome: &Outcome) {
    let tree = aws.tree(&outcome.run.execution_arn, 80).await.unwrap();
    for account in outcome.accounts_that_are(Condition::WithoutRole) {
        let (_, below) = tree.split_once(&format!("✗ {} ({})", account.name, account.id)).unwrap();
        let states = below.lines().filter_map(|line| line.split(['✓', '✗']).nth(1)?.split_whitespace().next());
        let sent = (outcome.scenario != Scenario::Inspect).then_some("SendAccountToDeadLetterQueue");
        let path: Vec<_> = ["AssumeRole", "AssumeRoleFailed", "AccountDenied?", "AccountToReplay?"]
            .into_iter()
            .chain(sent)
            .chain(["RecordOutcome", "AnyRegionFailed", "AccountIncomplete"])
            .collect();
        assert_eq!(states.take(path.len()).collect::<Vec<_>>(), path, "{tree}");
    }
    assert!(tree.lines().all(|line| line.chars().count() <= 80), "{tree}");
}

pub(crate) async fn its_message_can_be_started_as_it_is(aws: &LocalAws, outcome: &Outcome) {
    let letters = aws.dead_letters().await.unwrap();
    let letters: Vec<_> = letters.iter().filter(|letter| letter.attribute("run") == outcome.run.run).collect();
    let expected = if outcome.scenario == Scenario::Inspect { 0 } else { ids(outcome, Condition::WithoutRole).len() };
    assert_eq!(letters.len(), expected);
    for letter in letters {
        let input = ExecutionInput::parse(&letter.input).unwrap();
        let accounts: BTreeSet<String> = input.accounts.into_iter().flatten().map(|id| id.to_string()).collect();
        assert!(accounts.is_subset(&ids(outcome, Condition::WithoutRole)), "{accounts:?}");
        assert_eq!((letter.attribute("step"), letter.attribute("error")), ("AssumeRole", "AccessDenied"));
        let (_, cause) = letter.attribute("cause").split_once(": ").unwrap();
        assert_eq!(serde_json::from_str::<Value>(cause).unwrap()["errorType"], "AccessDenied");
    }
}

fn ids(outcome: &Outcome, condition: Condition) -> BTreeSet<String> {
    outcome.accounts_that_are(condition).map(|account| account.id.clone()).collect()
}
