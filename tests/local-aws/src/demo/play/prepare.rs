//! What comes before a scenario's clock starts: what has to be there, and what the run is to come to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::scenario::Scenario;
use super::{drift, waves, week};
use crate::error::Result;
use crate::fleets::Kind;
use crate::local_aws::LocalAws;
use crate::organization::{Account, Condition};

/// The trigger of the rollout that creating the stack starts.
pub(super) const CREATION: &str = "stack-create";
pub(super) const UPDATE: &str = "stack-update";

/// A scenario that is ready to run.
pub(super) struct Prepared {
    pub(super) start: Start,
    /// The accounts that the run is to work in.
    pub(super) scope: Vec<Account>,
    /// How many windows somebody has changed by hand.
    pub(super) drifted: usize,
    /// What each host is made to be.
    pub(super) kinds: BTreeMap<String, Kind>,
}

/// What starts a scenario's execution.
pub(super) enum Start {
    /// The stack, which was created or updated; the execution's trigger says by which.
    Stack(&'static str),
    /// Somebody or something, with this input.
    Input(Value),
    /// The deletion of the stack.
    Deletion,
}

pub(super) async fn prepare(scenario: Scenario, aws: &mut LocalAws) -> Result<Prepared> {
    let (mut drifted, mut kinds) = (0, BTreeMap::new());
    let start = match scenario {
        Scenario::FirstRollout => Start::Stack(CREATION),
        Scenario::SecondRollout => Start::Input(json!({})),
        Scenario::DriftRepair => {
            drifted = drift::drift_by_hand(aws).await?;
            Start::Input(json!({}))
        }
        Scenario::PolicyUpdate => {
            aws.update(&[("PatchOperation", "Install")]).await?;
            Start::Stack(UPDATE)
        }
        Scenario::Inspect => {
            kinds = week::play(aws).await?;
            Start::Input(json!({"action": "inspect"}))
        }
        Scenario::Waves => {
            aws.update(&[("PatchPolicy", &waves::policy(aws).await?)]).await?;
            Start::Stack(UPDATE)
        }
        Scenario::NewAccount => return new_account(aws).await,
        Scenario::RetryFailed => return retry(aws).await,
        Scenario::Disable => Start::Input(json!({"action": "disable"})),
        Scenario::Delete => {
            // So that there is something to remove.
            aws.run("before-delete", &json!({})).await?;
            Start::Deletion
        }
    };
    Ok(Prepared { start, scope: active(aws), drifted, kinds })
}

/// Everything that a run over the whole organization tries.
fn active(aws: &LocalAws) -> Vec<Account> {
    let accounts = aws.organization.accounts.iter();
    accounts.filter(|account| account.condition != Condition::Suspended).cloned().collect()
}

/// The account with its roles, and what the rule on created accounts makes of the event about it: nobody but AWS can send
/// that event.
async fn new_account(aws: &mut LocalAws) -> Result<Prepared> {
    let mut account = aws.organization.add(&aws.clients, "new-workload").await?;
    aws.put_member_roles(&account).await?;
    account.condition = Condition::Ready;
    let input = json!({"accounts": [account.id], "trigger": "account-created"});
    Ok(Prepared { start: Start::Input(input), scope: vec![account], drifted: 0, kinds: BTreeMap::new() })
}

/// The roles where they were missing; then just what failed in the last run over the whole organization.
async fn retry(aws: &mut LocalAws) -> Result<Prepared> {
    let mut scope: Vec<Account> = aws.organization.accounts_that_are(Condition::WithoutRole).cloned().collect();
    for account in &mut scope {
        aws.put_member_roles(account).await?;
        account.condition = Condition::Ready;
    }
    let failed = match aws.newest(UPDATE).await? {
        Some(run) => Some(run),
        None => aws.newest(CREATION).await?,
    };
    Ok(Prepared { start: Start::Input(json!({"retryOf": failed})), scope, drifted: 0, kinds: BTreeMap::new() })
}
