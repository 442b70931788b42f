//! What a run leaves behind anywhere, searched for what must not be there.

use aho_corasick::AhoCorasick;
use local_aws::{History, LocalAws, RunResult};

/// A session in each account for each of the functions that work there, at the least: three texts each.
const ISSUED: usize = 3 * 30;
const SEARCHED: usize = 500;

pub(crate) async fn no_credential_that_was_issued_is_in_anything_left_behind(aws: &LocalAws, runs: &[RunResult]) {
    let credentials = aws.issued_credentials().unwrap();
    assert!(credentials.len() > ISSUED, "only {} were issued", credentials.len());
    let mut search = Search { credentials: AhoCorasick::new(credentials).unwrap(), texts: 0 };
    search.histories(aws, runs).await;
    search.ledger_and_queue(aws).await;
    search.objects(aws).await;
    for line in aws.logs().await.unwrap().functions.values().flatten() {
        search.text("a log", line);
    }
    assert!(search.texts > SEARCHED, "only {} texts were there to search", search.texts);
}

struct Search {
    credentials: AhoCorasick,
    texts: usize,
}

impl Search {
    fn text(&mut self, place: &str, text: &str) {
        self.texts += 1;
        if let Some(found) = self.credentials.find(text) {
            let start = text[..found.start()].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
            panic!("a credential in {place}: …{}", &text[start..found.end()]);
        }
    }

    /// Inputs and outputs of executions and states, children's too.
    async fn histories(&mut self, aws: &LocalAws, runs: &[RunResult]) {
        for run in runs {
            for event in History::read(&aws.clients, &run.execution_arn).await.unwrap().events() {
                self.text("a history", &event.to_string());
            }
        }
    }

    async fn ledger_and_queue(&mut self, aws: &LocalAws) {
        let ledger = &aws.deployment().unwrap().ledger;
        let mut items = aws.clients.dynamodb().scan().table_name(ledger).into_paginator().items().send();
        while let Some(item) = items.next().await {
            self.text("the ledger", &format!("{:?}", item.unwrap()));
        }
        for letter in aws.dead_letters().await.unwrap() {
            self.text("the dead-letter queue", &format!("{letter:?}"));
        }
    }

    /// Targets and reports.
    async fn objects(&mut self, aws: &LocalAws) {
        let (s3, bucket) = (aws.clients.s3(), &aws.deployment().unwrap().data_bucket);
        let mut pages = s3.list_objects_v2().bucket(bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            for key in page.unwrap().contents().iter().filter_map(|object| object.key()) {
                let object = s3.get_object().bucket(bucket).key(key).send().await.unwrap();
                let content = object.body.collect().await.unwrap().into_bytes();
                self.text(key, &String::from_utf8_lossy(&content));
            }
        }
    }
}

/// Not even the root of the management account gets into a member account: it is none of the functions.
pub(crate) async fn nobody_else_gets_into_a_member_account(aws: &LocalAws) {
    let account = &aws.organization.ready().nth(1).unwrap().id;
    let role = format!("arn:aws:iam::{account}:role/patch-manager-configuration");
    let refused = aws.clients.sts().assume_role().role_arn(role).role_session_name("intruder").send().await;
    assert!(refused.is_err());
}

pub(crate) async fn the_local_aws_finds_the_definition_valid(aws: &LocalAws) {
    let machine = &aws.deployment().unwrap().state_machine;
    let described = aws.clients.sfn().describe_state_machine().state_machine_arn(machine).send().await.unwrap();
    let validated = aws.clients.sfn().validate_state_machine_definition().definition(described.definition());
    let validated = validated.send().await.unwrap();
    assert_eq!(validated.result().as_str(), "OK", "{:?}", validated.diagnostics());
}
