//! What a run leaves behind anywhere, searched for what must not be there.

use local_aws::{LocalAws, RunResult};
use regex_lite::Regex;

/// An access key id of a session, or the beginning of a session token as the local STS makes them.
const CREDENTIAL: &str = "ASIA[A-Z0-9]{16}|FwoGZX[0-9a-f]{32}|(?i)secret_?access_?key";

pub(crate) async fn no_credential_is_in_any_history_log_or_record(aws: &LocalAws, runs: &[RunResult]) {
    let credential = Regex::new(CREDENTIAL).unwrap();
    it_knows_a_credential_when_it_sees_one(aws, &credential).await;
    let mut searched = 0;
    for run in runs {
        let history = aws.history(&run.execution_arn).await.unwrap();
        for event in history.events() {
            assert_free_of(&credential, &event.to_string());
            searched += 1;
        }
        assert_free_of(&credential, &format!("{:?}", run.report));
    }
    for letter in aws.dead_letters().await.unwrap() {
        assert_free_of(&credential, &format!("{letter:?}"));
    }
    for line in aws.logs().await.unwrap().functions.values().flatten() {
        assert_free_of(&credential, line);
    }
    assert!(searched > 500, "only {searched} events were there to search");
}

async fn it_knows_a_credential_when_it_sees_one(aws: &LocalAws, credential: &Regex) {
    let account = &aws.organization.ready().nth(1).unwrap().id;
    let role = format!("arn:aws:iam::{account}:role/patch-manager-configuration");
    let refused = aws.clients.sts().assume_role().role_arn(role).role_session_name("intruder").send().await;
    assert!(refused.is_err(), "the root of the management account is none of the functions");
    let session = aws.clients.sts().get_session_token().send().await.unwrap().credentials.unwrap();
    assert!(credential.is_match(&session.access_key_id), "{}", session.access_key_id);
    assert!(credential.is_match(&session.session_token), "{}", session.session_token);
}

fn assert_free_of(credential: &Regex, text: &str) {
    if let Some(found) = credential.find(text) {
        let start = text[..found.start()].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
        panic!("a credential in: …{}", &text[start..found.end()]);
    }
}

pub(crate) async fn the_local_aws_finds_the_definition_valid(aws: &LocalAws) {
    let machine = &aws.deployment().unwrap().state_machine;
    let described = aws.clients.sfn().describe_state_machine().state_machine_arn(machine).send().await.unwrap();
    let validated = aws.clients.sfn().validate_state_machine_definition().definition(described.definition());
    let validated = validated.send().await.unwrap();
    assert_eq!(validated.result().as_str(), "OK", "{:?}", validated.diagnostics());
}
