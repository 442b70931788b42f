//! Which accounts of the organization a run works in, and why the others are left out.

use std::collections::{BTreeMap, BTreeSet};

use patching::ids::{AccountId, Region};
use patching::input::ExecutionInput;
use patching::targets::{ACTIVE, Account, NOT_IN_ORGANIZATION, Target};

/// What narrows a run.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    pub(crate) input: &'a ExecutionInput,
    pub(crate) excluded: &'a BTreeSet<AccountId>,
    /// `None` for the whole organization.
    pub(crate) in_units: Option<&'a BTreeSet<AccountId>>,
    /// The accounts that failed in an earlier run, each with the Regions to do again (`None` for all).
    pub(crate) retry: Option<&'a BTreeMap<AccountId, Option<BTreeSet<Region>>>>,
    /// `None` for all that an account has enabled.
    pub(crate) regions: Option<BTreeSet<Region>>,
    pub(crate) sweep: bool,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Chosen {
    /// What the Distributed Map takes, the unavailable ones included.
    pub(crate) targets: Vec<Target>,
    /// How many of the targets were asked for by name and cannot be worked in.
    pub(crate) unavailable: usize,
    /// The other accounts, by reason.
    pub(crate) skipped: BTreeMap<&'static str, usize>,
}

impl Selection<'_> {
    pub(crate) fn choose(&self, accounts: Vec<Account>) -> Chosen {
        let mut chosen = Chosen::default();
        for account in self.strangers(&accounts).into_iter().chain(accounts) {
            if let Some(reason) = self.reason_to_skip(&account) {
                *chosen.skipped.entry(reason).or_default() += 1;
            } else {
                chosen.unavailable += usize::from(account.state != ACTIVE);
                chosen.targets.push(self.target(account));
            }
        }
        chosen
    }

    /// Accounts that the input names and the organization does not have: each becomes a target that fails by name.
    fn strangers(&self, accounts: &[Account]) -> Vec<Account> {
        let known: BTreeSet<_> = accounts.iter().map(|account| &account.id).collect();
        let asked = self.input.accounts.iter().flatten();
        asked
            .filter(|id| !known.contains(id))
            .map(|id| Account {
                id: id.clone(),
                name: id.to_string(),
                state: NOT_IN_ORGANIZATION.to_owned(),
                joined_at: None,
                organizational_unit: None,
            })
            .collect()
    }

    fn reason_to_skip(&self, account: &Account) -> Option<&'static str> {
        let asked = self.input.accounts.as_ref().map(|asked| asked.contains(&account.id));
        let retried = self.retry.map(|retry| retry.contains_key(&account.id));
        if asked == Some(false) || retried == Some(false) {
            return Some("notRequested");
        }
        if account.state == NOT_IN_ORGANIZATION {
            return None;
        }
        if self.excluded.contains(&account.id) {
            return Some("excluded");
        }
        if self.in_units.is_some_and(|in_units| !in_units.contains(&account.id)) {
            return Some("outsideOrganizationalUnits");
        }
        // Asked for by name, an account that cannot be worked in is an error and not passed over.
        if asked == Some(true) { None } else { inactive(&account.state) }
    }

    fn target(&self, account: Account) -> Target {
        let retried = self.retry.and_then(|retry| retry.get(&account.id)).cloned().flatten();
        let regions = match (retried, &self.regions) {
            (Some(retried), Some(regions)) => Some(retried.intersection(regions).cloned().collect()),
            (retried, regions) => retried.or_else(|| regions.clone()),
        };
        Target { account, regions, sweep: self.sweep }
    }
}

fn inactive(state: &str) -> Option<&'static str> {
    match state {
        ACTIVE => None,
        "SUSPENDED" => Some("suspended"),
        "PENDING_ACTIVATION" => Some("pendingActivation"),
        "PENDING_CLOSURE" => Some("pendingClosure"),
        "CLOSED" => Some("closed"),
        _ => Some("notActive"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const A: &str = "111122223333";
    const B: &str = "111122224444";
    const C: &str = "111122225555";

    fn id(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    fn account(account: &str, state: &str) -> Account {
        Account {
            id: id(account),
            name: format!("name of {account}"),
            state: state.into(),
            joined_at: None,
            organizational_unit: None,
        }
    }

    fn input(value: &Value) -> ExecutionInput {
        ExecutionInput::parse(value).unwrap()
    }

    fn everything<'a>(input: &'a ExecutionInput, excluded: &'a BTreeSet<AccountId>) -> Selection<'a> {
        Selection { input, excluded, in_units: None, retry: None, regions: None, sweep: false }
    }

    fn ids(chosen: &Chosen) -> Vec<&str> {
        chosen.targets.iter().map(|target| target.account.id.as_str()).collect()
    }

    #[test]
    fn only_active_accounts_are_chosen_and_the_others_counted_by_reason() {
        let (input, none) = (input(&json!({})), BTreeSet::new());
        let states = ["ACTIVE", "SUSPENDED", "CLOSED", "PENDING_CLOSURE", "PENDING_ACTIVATION", "SUSPENDED"];
        let accounts = states.iter().enumerate().map(|(n, state)| account(&format!("11112222333{n}"), state));
        let chosen = everything(&input, &none).choose(accounts.collect());
        assert_eq!(ids(&chosen), ["111122223330"]);
        let expected = [("closed", 1), ("pendingActivation", 1), ("pendingClosure", 1), ("suspended", 2)];
        assert_eq!(chosen.skipped, BTreeMap::from(expected));
        assert_eq!(chosen.unavailable, 0);
    }

    #[test]
    fn excluded_accounts_and_those_outside_the_units_are_left_out() {
        let (input, excluded, units) = (input(&json!({})), BTreeSet::from([id(A)]), BTreeSet::from([id(A), id(B)]));
        let selection = Selection { in_units: Some(&units), ..everything(&input, &excluded) };
        let chosen = selection.choose([A, B, C].map(|name| account(name, ACTIVE)).into());
        assert_eq!(ids(&chosen), [B]);
        assert_eq!(chosen.skipped, BTreeMap::from([("excluded", 1), ("outsideOrganizationalUnits", 1)]));
    }

    #[test]
    fn an_account_asked_for_by_name_that_is_suspended_or_a_stranger_becomes_a_target_of_its_own() {
        let (input, none) = (input(&json!({"accounts": [A, B, "999999999999"]})), BTreeSet::new());
        let accounts = vec![account(A, ACTIVE), account(B, "SUSPENDED"), account(C, ACTIVE)];
        let chosen = everything(&input, &none).choose(accounts);
        assert_eq!(ids(&chosen), ["999999999999", A, B]);
        assert_eq!(chosen.targets[0].account.state, NOT_IN_ORGANIZATION);
        assert_eq!((chosen.unavailable, chosen.skipped), (2, BTreeMap::from([("notRequested", 1)])));
    }

    #[test]
    fn a_retry_takes_only_what_failed() {
        let (input, none) = (input(&json!({"retryOf": "earlier"})), BTreeSet::new());
        let region: Region = "eu-west-1".parse().unwrap();
        let failed = BTreeMap::from([(id(A), None), (id(B), Some(BTreeSet::from([region.clone()])))]);
        let selection = Selection { retry: Some(&failed), ..everything(&input, &none) };
        let chosen = selection.choose([A, B, C].map(|name| account(name, ACTIVE)).into());
        assert_eq!(ids(&chosen), [A, B]);
        assert_eq!(chosen.targets[0].regions, None);
        assert_eq!(chosen.targets[1].regions, Some(BTreeSet::from([region])));
    }
}
