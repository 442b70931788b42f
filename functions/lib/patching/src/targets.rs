//! One item of `targets.json`: an account to work in, and where.

use std::collections::BTreeSet;

use policy::ids::{AccountId, Region};
use policy::input::Action;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

/// An account for one child execution of the Distributed Map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The account.
    pub account: Account,
    /// What to do there: the run's action, but disable in an account that left the scope. Earlier versions did not write it.
    #[serde(default)]
    pub action: Option<Action>,
    /// The Regions to work in, of those that the account has enabled; `null` for all of these.
    pub regions: Option<BTreeSet<Region>>,
    /// Whether Regions are to be emptied of what is ours because they, or the account, left the scope of a rollout.
    pub sweep: bool,
    /// Of the account's other Regions only these are emptied by a sweep; `null` for all of them.
    #[serde(default)]
    pub sweep_in: Option<BTreeSet<Region>>,
    /// The wave of the policy that takes it; none when the policy has no waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// How many accounts the wave, or the run when the policy has no waves, had in the first run of which this one is a retry.
    #[serde(default)]
    pub wave_accounts: usize,
    /// Whether a teardown leaves Default Host Management Configuration as it is.
    #[serde(default)]
    pub keep_dhmc: bool,
}

impl Target {
    /// What a run with this target did as a whole: a sweep is part of a rollout. Earlier versions did not write it.
    pub fn action_of_run(&self) -> Option<Action> {
        if self.sweep { self.action.and(Some(Action::Rollout)) } else { self.action }
    }

    /// This target with only these Regions, each of them as what it was: to be worked in, or to be emptied.
    ///
    /// What is only to be emptied is a teardown, so that its dead letter is one, too.
    #[must_use]
    pub fn only(self, regions: &BTreeSet<Region>) -> Self {
        let is_worked_in = |region: &&Region| self.regions.as_ref().is_none_or(|wanted| wanted.contains(*region));
        let (worked_in, swept): (BTreeSet<_>, BTreeSet<_>) =
            regions.iter().cloned().partition(|one| is_worked_in(&one));
        if worked_in.is_empty() {
            return Self {
                action: Some(Action::Disable),
                regions: Some(swept),
                sweep: true,
                sweep_in: Some(BTreeSet::new()),
                ..self
            };
        }
        let sweep = self.sweep && (!swept.is_empty() || self.action == Some(Action::Disable));
        Self { regions: Some(worked_in), sweep, sweep_in: Some(swept), ..self }
    }
}

/// An account of the organization, or one that was asked for and is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Its name in the organization; its id when it is not in it.
    pub name: String,
    /// Whether it can be worked in.
    pub state: AccountState,
    /// When it joined the organization, RFC 3339.
    #[serde(default)]
    pub joined_at: Option<String>,
    /// The path of the organizational unit that it is in, such as `Root/Workloads/Production`; none for one that is not in it.
    #[serde(default)]
    pub organizational_unit: Option<String>,
}

/// An account's `State`, as AWS Organizations reports it.
#[derive(Clone, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountState {
    /// It can be worked in, and no other.
    Active,
    /// It is being set up.
    PendingActivation,
    /// AWS has suspended it.
    Suspended,
    /// It is to be closed.
    PendingClosure,
    /// It was closed.
    Closed,
    /// It was asked for and is not in the organization.
    NotInOrganization,
    /// One that AWS has added since.
    #[serde(untagged)]
    #[strum(default)]
    Other(String),
}
