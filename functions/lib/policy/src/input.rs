//! What an execution of the rollout is asked to do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::ids::{AccountId, Region, RunId};
pub use crate::problem::InvalidInput;
use crate::reader::{self, FromNode, Node, Object, Read, choice, object};

object! {
    /// What an execution is asked to do; `{}` is a full rollout.
    #[derive(Default)]
    ExecutionInput, "an object" {
        /// What to do: by default to roll out, or what the run did that is retried.
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<Action>,
        /// Only these accounts. Read from `joined`, too, the record of an `AccountJoinedOrganization` event: an input transformer cannot
        /// look for the account in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        accounts: Option<BTreeSet<AccountId>> => |input, field| {
            let named = some(input, field);
            let joined = input.present("joined").map(|node| match named {
                Ok(Some(_)) => Err(node.refuse("only without accounts")),
                _ => accounts_that_joined(&node),
            });
            joined.transpose().and_then(|joined| Ok(joined.or(named?)))
        },
        /// Only these Regions.
        #[serde(skip_serializing_if = "Option::is_none")]
        regions: Option<BTreeSet<Region>> => some,
        /// Only what failed in this earlier run.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_of: Option<RunId>,
        /// What started the execution.
        trigger: Trigger = default,
        /// The runs that were stopped for this one. What their functions are still about ends before this one begins.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        replaces: BTreeSet<RunId> = default,
    }
}

choice! {
    /// What an execution does.
    Action in "lowercase", "rollout, plan, disable or inspect" {
        /// Sets everything up as the policy says.
        #[default]
        Rollout,
        /// Changes nothing and reports what a rollout would change.
        Plan,
        /// Takes everything down that the solution set up.
        Disable,
        /// Changes nothing and reports which hosts are patched, and why the others are not.
        Inspect,
    }
}

impl Action {
    /// Whether it changes anything in an account.
    pub fn changes(self) -> bool {
        matches!(self, Self::Rollout | Self::Disable)
    }
}

choice! {
    /// What started an execution.
    Trigger in "kebab-case", "stack-create, stack-update, stack-delete, schedule, account-created, account-joined, control-tower, on-demand or manual" {
        /// The stack was created.
        StackCreate,
        /// The stack was updated.
        StackUpdate,
        /// The stack is deleted.
        StackDelete,
        /// The schedule that repairs drift.
        Schedule,
        /// The organization created an account.
        AccountCreated,
        /// An account joined the organization.
        AccountJoined,
        /// Control Tower enrolled an account.
        ControlTower,
        /// An on-demand event.
        OnDemand,
        /// A person, or anything else.
        #[default]
        Manual,
    }
}

impl ExecutionInput {
    /// Reads an execution's input; `null` is the same as leaving a field out.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`], with every problem in it.
    pub fn parse(value: &Value) -> Result<Self, InvalidInput> {
        reader::read(value).map_err(|problems| InvalidInput { problems })
    }
}

/// A list with something in it: an empty one could mean all or none.
fn some<T: FromNode + Ord>(input: &mut Object<'_>, field: &str) -> Read<Option<BTreeSet<T>>> {
    input.or_unless(field, |items: &Option<BTreeSet<T>>| {
        items.as_ref().is_some_and(BTreeSet::is_empty).then_some("at least one; leave it out for all")
    })
}

/// The members of a CloudTrail record that say what happened. The others say who called, and whose record it is.
const WHAT_HAPPENED: [&str; 4] =
    ["serviceEventDetails", "additionalEventData", "requestParameters", "responseElements"];

/// The accounts that an `AccountJoinedOrganization` event is about. AWS documents its `joinedMethod` and `joinedTime`, and not where
/// the account is.
///
/// `null` is not the same as leaving it out: an event without an account must not become a rollout to every account.
fn accounts_that_joined(record: &Node<'_>) -> Read<BTreeSet<AccountId>> {
    let parts = WHAT_HAPPENED.iter().filter_map(|name| record.value().get(name));
    let accounts: BTreeSet<AccountId> = parts.flat_map(account_ids).collect();
    if accounts.is_empty() {
        return Err(record.refuse("the record of an event about an account that joined, with its accountId"));
    }
    Ok(accounts)
}

/// What stands under `accountId`, or a name that ends so, at any depth; the management account's does not join.
fn account_ids(value: &Value) -> Vec<AccountId> {
    match value {
        Value::Object(members) => members.iter().flat_map(|(name, value)| account_id(name, value)).collect(),
        Value::Array(items) => items.iter().flat_map(account_ids).collect(),
        _ => Vec::new(),
    }
}

fn account_id(name: &str, value: &Value) -> Vec<AccountId> {
    let name = name.to_ascii_lowercase();
    let is_one = name.ends_with("accountid") && !["management", "master"].iter().any(|other| name.contains(other));
    match value.as_str().and_then(|text| text.parse().ok()) {
        Some(account) if is_one => vec![account],
        _ => account_ids(value),
    }
}
