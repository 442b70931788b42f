//! What an execution of the rollout is asked to do.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::ids::{AccountId, Region, RunId};
use crate::policy::reader::{self, FromNode, Node, Read};
use crate::policy::{Problem, write_problems};

/// What an execution is asked to do; `{}` is a full rollout.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionInput {
    /// What to do: by default to roll out, or what the run did that is retried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Only these accounts. A handshake's `parties` are read as this, too: a rule's input transformer cannot search a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<BTreeSet<AccountId>>,
    /// Only these Regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<BTreeSet<Region>>,
    /// Only what failed in this earlier run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<RunId>,
    /// What started the execution.
    pub trigger: Trigger,
    /// The runs that were stopped for this one. What their functions are still about ends before this one begins.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub replaces: BTreeSet<RunId>,
}

/// What an execution does.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Action {
    /// Sets everything up as the policy says.
    #[default]
    Rollout,
    /// Changes nothing and reports what a rollout would change.
    Plan,
    /// Takes everything down that the solution set up.
    Disable,
}

/// What started an execution.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Trigger {
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
    /// An account accepted an invitation.
    AccountJoined,
    /// Control Tower enrolled an account.
    ControlTower,
    /// An on-demand event.
    OnDemand,
    /// A person, or anything else.
    #[default]
    Manual,
}

/// An input that is not valid, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    /// The problems, in the order in which the input's fields are documented; never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_problems(formatter, "input", &self.problems)
    }
}

impl std::error::Error for InvalidInput {}

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

impl FromNode for ExecutionInput {
    const EXPECTED: &'static str = "an object";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        let mut object = node.object(Self::EXPECTED)?;
        let action = object.optional("action");
        let accounts = object.field("accounts").map(|node| some(&node)).transpose();
        let parties = object.present("parties").map(|node| match accounts {
            Ok(Some(_)) => Err(node.refuse("only without accounts")),
            _ => accounts_among(&node),
        });
        let regions = object.field("regions").map(|node| some(&node)).transpose();
        let retry_of = object.optional("retryOf");
        let trigger = object.or("trigger", Trigger::default());
        let replaces = object.or("replaces", BTreeSet::new());
        object.finish();
        Ok(Self {
            action: action?,
            accounts: parties.transpose()?.or(accounts?),
            regions: regions?,
            retry_of: retry_of?,
            trigger: trigger?,
            replaces: replaces?,
        })
    }
}

/// A list with something in it: an empty one could mean all or none.
fn some<T: FromNode + Ord>(node: &Node<'_>) -> Read<BTreeSet<T>> {
    let items = BTreeSet::from_node(node)?;
    if items.is_empty() { Err(node.refuse("at least one; leave it out for all")) } else { Ok(items) }
}

/// The accounts among the parties of a handshake, as AWS Organizations lists them: `{"id": …, "type": "ACCOUNT"}`.
///
/// `null` is not the same as leaving it out: an event without parties must not become a rollout to every account.
fn accounts_among(parties: &Node<'_>) -> Read<BTreeSet<AccountId>> {
    const EXPECTED: &str = "the parties of a handshake, one of them with the type ACCOUNT";
    let is_account = |party: &Node<'_>| party.member("type").is_some_and(|kind| kind.value() == "ACCOUNT");
    let accounts = parties.items(EXPECTED)?.into_iter().filter(is_account).map(|party| match party.member("id") {
        Some(id) => AccountId::from_node(&id),
        None => Err(party.refuse(EXPECTED)),
    });
    let accounts = reader::all(accounts)?;
    if accounts.is_empty() { Err(parties.refuse(EXPECTED)) } else { Ok(accounts.into_iter().collect()) }
}

impl FromNode for Action {
    const EXPECTED: &'static str = "rollout, plan or disable";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.one_of()
    }
}

impl FromNode for Trigger {
    const EXPECTED: &'static str = "stack-create, stack-update, stack-delete, schedule, account-created, account-joined, \
                                    control-tower, on-demand or manual";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.one_of()
    }
}
