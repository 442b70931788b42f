//! Accounts that are there before their role.

use std::time::Duration;

use local_aws::{Account, LocalAws};
use serde_json::{Value, json};

use crate::lifecycle::triggers;

/// Longer than the first try takes, shorter than the time that a role is waited for.
const A_WHILE: Duration = Duration::from_secs(4);

/// An account and the execution that its creation started.
pub(crate) struct Created {
    pub(crate) account: Account,
    execution: String,
}

pub(crate) async fn an_account_without_its_role_is_created(aws: &mut LocalAws) -> Created {
    create(aws, "role-missing").await
}

pub(crate) async fn an_account_whose_role_comes_later_is_set_up_without_help(aws: &mut LocalAws) {
    let created = create(aws, "role-late").await;
    tokio::time::sleep(A_WHILE).await;
    aws.put_member_roles(&created.account).await.unwrap();
    let run = aws.follow_execution(&created.execution).await.unwrap();
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    assert!(run.seconds > A_WHILE.as_secs_f64(), "the role was there at once");
    has_its_windows(aws, &created.account).await;
}

pub(crate) async fn one_whose_role_never_comes_ends_in_the_dead_letter_queue(aws: &LocalAws, created: &Created) {
    let run = aws.follow_execution(&created.execution).await.unwrap();
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("RolloutIncomplete")));
    let report = run.report.unwrap();
    assert_eq!(report["outcomes"][0]["error"]["name"], "AccessDenied", "{report}");
    let letters = aws.dead_letters().await.unwrap();
    let [letter] = letters.as_slice() else { panic!("one message, not {letters:?}") };
    assert_eq!(letter.input["accounts"], json!([created.account.id]));
    assert_eq!((letter.attribute("step"), letter.attribute("error")), ("AssumeRole", "AccessDenied"));
}

pub(crate) async fn has_its_windows(aws: &LocalAws, account: &Account) {
    let state = aws.simulator.state().await.unwrap();
    for region in &aws.organization.accounts[0].regions {
        assert_eq!(state.windows(&account.id, region).len(), 3, "{} {region}", account.name);
    }
}

/// The account, and what the rule for created accounts makes of the event about it: nobody but AWS can send that event.
async fn create(aws: &mut LocalAws, name: &str) -> Created {
    let account = aws.organization.add(&aws.clients, name).await.unwrap();
    let input: Value = json!({"accounts": [account.id], "trigger": "account-created"});
    let execution = triggers::put(aws, &input).await;
    Created { account, execution }
}
