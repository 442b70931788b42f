//! Which accounts of the organization a run works in, and why the others are left out.

use std::collections::{BTreeMap, BTreeSet};

use patching::targets::{Account, AccountState, Target};
use policy::Scope;
use policy::ids::{AccountId, Region};
use policy::input::{Action, ExecutionInput};
use record::footprint::Footprint;
use serde::Serialize;

use crate::units::{self, Path, Reason};

/// How many accounts the run takes and leaves out.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// To be worked in.
    pub in_scope: usize,
    /// Asked for by name, and not to be worked in: each of them will fail with its own error.
    pub unavailable: usize,
    /// Left out, by reason.
    pub skipped: BTreeMap<Reason, usize>,
}

/// What narrows a run.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    pub(crate) input: &'a ExecutionInput,
    pub(crate) action: Action,
    pub(crate) keep_dhmc: bool,
    pub(crate) scope: &'a Scope,
    /// The organizational units above the accounts.
    pub(crate) paths: &'a BTreeMap<AccountId, Path>,
    /// What is to be done again of an earlier run.
    pub(crate) retry: Option<&'a BTreeMap<AccountId, Target>>,
    /// Where something of ours may be; `None` when what left the scope is none of the run's business.
    pub(crate) footprint: Option<&'a Footprint>,
    /// `None` for all that an account has enabled.
    pub(crate) regions: Option<BTreeSet<Region>>,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Chosen {
    /// What the Distributed Map takes, the unavailable ones included.
    pub(crate) targets: Vec<Target>,
    /// How many these are, and the other accounts.
    pub(crate) counts: Counts,
}

impl Selection<'_> {
    pub(crate) fn choose(&self, accounts: Vec<Account>) -> Chosen {
        let Chosen { mut targets, mut counts } = Chosen::default();
        let known: BTreeSet<_> = accounts.iter().map(|account| account.id.clone()).collect();
        if let Some(gone) = self.gone(&known) {
            counts.skipped.insert("notInOrganization", gone);
        }
        for account in self.outside(&known).into_iter().chain(accounts) {
            let is_active = account.state == AccountState::Active;
            match self.target(account) {
                Ok(target) => {
                    *if is_active { &mut counts.in_scope } else { &mut counts.unavailable } += 1;
                    targets.push(target);
                }
                Err(reason) => *counts.skipped.entry(reason).or_default() += 1,
            }
        }
        Chosen { targets, counts }
    }

    /// Accounts that the input names and the organization does not have: each becomes a target that fails by name.
    fn outside(&self, known: &BTreeSet<AccountId>) -> Vec<Account> {
        let asked = self.input.accounts.iter().flatten();
        asked
            .filter(|id| !known.contains(id))
            .map(|id| Account {
                id: id.clone(),
                name: id.to_string(),
                state: AccountState::NotInOrganization,
                joined_at: None,
                organizational_unit: None,
            })
            .collect()
    }

    /// How many accounts have left the organization in which a run over the whole of it would have had something to do.
    fn gone(&self, known: &BTreeSet<AccountId>) -> Option<usize> {
        let retried = self.retry.iter().flat_map(|retry| retry.keys());
        let held = self.footprint.iter().flat_map(|footprint| footprint.accounts());
        let gone = retried.chain(held).filter(|id| self.input.accounts.is_none() && !known.contains(id)).count();
        (gone > 0).then_some(gone)
    }

    fn target(&self, account: Account) -> Result<Target, Reason> {
        let asked = self.input.accounts.as_ref().map(|asked| asked.contains(&account.id));
        let retried = self.retry.map(|retry| retry.get(&account.id));
        if asked == Some(false) || matches!(retried, Some(None)) {
            return Err("notRequested");
        }
        let out_of_scope = self.reason_out_of_scope(&account);
        // Asked for by name, an account that cannot be worked in is an error and not passed over.
        let inactive = if asked == Some(true) { None } else { inactive(&account.state) };
        let target = match (retried.flatten(), out_of_scope) {
            (Some(earlier), _) => self.again(account, earlier, out_of_scope)?,
            (None, Some(reason)) => self.emptied(account).ok_or(reason)?,
            (None, None) => self.worked_in(account),
        };
        inactive.map_or(Ok(target), Err)
    }

    fn reason_out_of_scope(&self, account: &Account) -> Option<Reason> {
        match &account.id {
            _ if account.state == AccountState::NotInOrganization => None,
            id if self.scope.excluded_accounts.contains(id) => Some("excluded"),
            id => units::reason_out_of_scope(self.scope, self.paths.get(id)?),
        }
    }

    fn worked_in(&self, account: Account) -> Target {
        let sweeps = self.footprint.filter(|_| self.action == Action::Rollout).zip(self.regions.as_ref());
        let swept = sweeps.map(|(footprint, regions)| Some(&footprint.of(&account.id)? - regions));
        Target {
            account,
            action: Some(self.action),
            regions: self.regions.clone(),
            sweep: swept.as_ref().is_some_and(|swept| swept.as_ref().is_none_or(|swept| !swept.is_empty())),
            sweep_in: swept.flatten(),
            wave: None,
            wave_accounts: 0,
            keep_dhmc: self.keep_dhmc,
        }
    }

    /// An account that is not in scope, in which something of ours may be.
    fn emptied(&self, account: Account) -> Option<Target> {
        let held = self.footprint?.of(&account.id);
        let regions = match (held, &self.input.regions) {
            (Some(held), Some(asked)) => Some(&held & asked),
            (held, asked) => held.or_else(|| asked.clone()),
        };
        let target = Target {
            action: Some(Action::Disable),
            regions,
            sweep: self.action == Action::Rollout,
            sweep_in: Some(BTreeSet::new()),
            ..self.worked_in(account)
        };
        has_work(&target).then_some(target)
    }

    /// What is to be done again, as far as it still is to be done: the scope may have changed since.
    fn again(&self, account: Account, earlier: &Target, out_of_scope: Option<Reason>) -> Result<Target, Reason> {
        let mut target = Target { account, ..earlier.clone() };
        let wanted = match (target.action, out_of_scope) {
            (Some(Action::Disable), None) if target.sweep => {
                // Swept because it was out of scope: what is in it again stays.
                let regions = self.regions.as_ref().ok_or("inScopeAgain")?;
                target.regions = Some(&target.regions.ok_or("inScopeAgain")? - regions);
                self.input.regions.as_ref()
            }
            (Some(Action::Disable), _) => self.input.regions.as_ref(),
            (_, Some(reason)) => return Err(reason),
            (_, None) => {
                // With all Regions in scope nothing is out of it; with a list, nothing that is on it is swept.
                target.sweep &= self.regions.is_some();
                match (&self.regions, &mut target.sweep_in) {
                    (Some(regions), Some(swept)) => *swept = &*swept - regions,
                    (Some(regions), None) if target.sweep => target.regions = Some(regions.clone()),
                    _ => {}
                }
                self.regions.as_ref()
            }
        };
        if let Some(wanted) = wanted {
            target.regions = target.regions.map_or_else(|| Some(wanted.clone()), |regions| Some(&regions & wanted));
        }
        if has_work(&target) { Ok(target) } else { Err("regionsOutOfScope") }
    }
}

fn has_work(target: &Target) -> bool {
    let some = |regions: &Option<BTreeSet<Region>>| regions.as_ref().is_none_or(|regions| !regions.is_empty());
    some(&target.regions) || (target.sweep && some(&target.sweep_in))
}

fn inactive(state: &AccountState) -> Option<Reason> {
    match state {
        AccountState::Active => None,
        AccountState::Suspended => Some("suspended"),
        AccountState::PendingActivation => Some("pendingActivation"),
        AccountState::PendingClosure => Some("pendingClosure"),
        AccountState::Closed => Some("closed"),
        AccountState::NotInOrganization | AccountState::Other(_) => Some("notActive"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const A: &str = "111122223333";
    const B: &str = "111122224444";
    const C: &str = "111122225555";
    static NO_PATHS: BTreeMap<AccountId, Path> = BTreeMap::new();

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

    fn excluding(accounts: &[&str]) -> Scope {
        Scope { excluded_accounts: accounts.iter().map(|account| id(account)).collect(), ..Scope::default() }
    }

    fn everything<'a>(input: &'a ExecutionInput, scope: &'a Scope) -> Selection<'a> {
        let action = input.action.unwrap_or_default();
        Selection {
            input,
            action,
            keep_dhmc: false,
            scope,
            paths: &NO_PATHS,
            retry: None,
            footprint: None,
            regions: None,
        }
    }

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn footprint(accounts: &[(&str, &[&str])]) -> Footprint {
        accounts.iter().map(|(account, names)| (id(account), regions(names))).collect()
    }

    fn earlier(account_id: &str, names: &[&str]) -> (AccountId, Target) {
        let target = Target {
            account: account(account_id, "ACTIVE"),
            action: Some(Action::Rollout),
            regions: Some(regions(names)),
            sweep: false,
            sweep_in: None,
            wave: None,
            wave_accounts: 0,
            keep_dhmc: false,
        };
        (id(account_id), target)
    }

    fn ids(chosen: &Chosen) -> Vec<&str> {
        chosen.targets.iter().map(|target| target.account.id.as_str()).collect()
    }

    #[test]
    fn only_active_accounts_are_chosen_and_the_others_counted_by_reason() {
        let (input, none) = (input(&json!({})), Scope::default());
        let states = ["ACTIVE", "SUSPENDED", "CLOSED", "PENDING_CLOSURE", "PENDING_ACTIVATION", "SUSPENDED"];
        let accounts = states.iter().enumerate().map(|(n, state)| account(&format!("11112222333{n}"), state));
        let chosen = everything(&input, &none).choose(accounts.collect());
        assert_eq!(ids(&chosen), ["111122223330"]);
        let expected = [("closed", 1), ("pendingActivation", 1), ("pendingClosure", 1), ("suspended", 2)];
        assert_eq!(chosen.counts.skipped, BTreeMap::from(expected));
        assert_eq!(chosen.counts.unavailable, 0);
    }

    #[test]
    fn excluded_accounts_and_those_outside_the_units_are_left_out() {
        let (input, excluded) = (input(&json!({})), excluding(&[A]));
        let unit = |unit: &str| unit.parse().unwrap();
        let included_organizational_units = [unit("ou-ab12-11111111")].into();
        let scope = Scope { included_organizational_units, ..excluded };
        let below = vec![unit("r-ab12"), unit("ou-ab12-11111111")];
        let paths = [(id(A), below.clone()), (id(B), below), (id(C), vec![unit("r-ab12")])].into();
        let selection = Selection { paths: &paths, ..everything(&input, &scope) };
        let chosen = selection.choose([A, B, C].map(|name| account(name, "ACTIVE")).into());
        assert_eq!(ids(&chosen), [B]);
        assert_eq!(chosen.counts.skipped, BTreeMap::from([("excluded", 1), ("outsideOrganizationalUnits", 1)]));
    }

    #[test]
    fn an_account_asked_for_by_name_that_is_suspended_or_of_no_organization_becomes_a_target_of_its_own() {
        let (input, none) = (input(&json!({"accounts": [A, B, "999999999999"]})), Scope::default());
        let accounts = vec![account(A, "ACTIVE"), account(B, "SUSPENDED"), account(C, "ACTIVE")];
        let chosen = everything(&input, &none).choose(accounts);
        assert_eq!(ids(&chosen), ["999999999999", A, B]);
        assert_eq!(chosen.targets[0].account.state, AccountState::NotInOrganization);
        assert_eq!((chosen.counts.unavailable, chosen.counts.skipped), (2, BTreeMap::from([("notRequested", 1)])));
    }

    #[test]
    fn a_retry_takes_only_what_failed() {
        let (input, none) = (input(&json!({"retryOf": "earlier"})), Scope::default());
        let failed = BTreeMap::from([earlier(A, &["eu-west-1", "us-east-1"]), earlier(C, &["us-east-1"])]);
        let scope = Some(regions(&["eu-west-1"]));
        let selection = Selection { retry: Some(&failed), regions: scope, ..everything(&input, &none) };
        let chosen = selection.choose([A, B, C].map(|name| account(name, "ACTIVE")).into());
        assert_eq!(ids(&chosen), [A]);
        assert_eq!(chosen.targets[0].regions, Some(regions(&["eu-west-1"])));
        assert_eq!(chosen.counts.skipped, BTreeMap::from([("notRequested", 1), ("regionsOutOfScope", 1)]));
    }

    #[test]
    fn a_retry_says_that_an_account_has_left_the_organization() {
        let (input, none) = (input(&json!({"retryOf": "earlier"})), Scope::default());
        let failed = BTreeMap::from([earlier(A, &["eu-west-1"])]);
        let chosen = Selection { retry: Some(&failed), ..everything(&input, &none) }.choose(vec![]);
        assert_eq!(chosen.counts.skipped, BTreeMap::from([("notInOrganization", 1)]));
    }

    #[test]
    fn a_retried_sweep_spares_what_is_in_scope_again() {
        let (input, none) = (input(&json!({"retryOf": "earlier"})), Scope::default());
        let (_, target) = earlier(A, &["eu-west-1", "us-east-1"]);
        let swept = Target { action: Some(Action::Disable), sweep: true, sweep_in: Some(regions(&[])), ..target };
        let failed = BTreeMap::from([(id(A), swept)]);
        let again = |regions| {
            let selection = Selection { retry: Some(&failed), regions, ..everything(&input, &none) };
            selection.choose(vec![account(A, "ACTIVE")])
        };
        assert_eq!(again(Some(regions(&["eu-west-1"]))).targets[0].regions, Some(regions(&["us-east-1"])));
        assert_eq!(again(None).counts.skipped, BTreeMap::from([("inScopeAgain", 1)]));
    }

    #[test]
    fn a_stack_update_empties_accounts_that_left_the_scope_where_something_of_ours_may_be() {
        let (input, excluded) = (input(&json!({"trigger": "stack-update"})), excluding(&[A, B]));
        let held = footprint(&[(A, &["eu-west-1", "us-east-1"]), (C, &["eu-west-1"])]);
        let selection = Selection { footprint: Some(&held), ..everything(&input, &excluded) };
        let chosen = selection.choose([A, B, C].map(|name| account(name, "ACTIVE")).into());
        assert_eq!(ids(&chosen), [A, C]);
        assert_eq!(chosen.targets[0].action, Some(Action::Disable));
        assert_eq!(chosen.targets[0].regions, Some(regions(&["eu-west-1", "us-east-1"])));
        assert_eq!(chosen.targets[1].action, Some(Action::Rollout));
        assert_eq!(chosen.counts.skipped, BTreeMap::from([("excluded", 1)]));
    }

    #[test]
    fn a_disable_goes_to_accounts_that_left_the_scope_too_and_everywhere_as_long_as_nothing_is_known() {
        let (input, excluded) = (input(&json!({"action": "disable"})), excluding(&[A, B]));
        for (held, expected) in [(footprint(&[(A, &["eu-west-1"])]), vec![A, C]), (footprint(&[]), vec![A, B, C])] {
            let selection = Selection { footprint: Some(&held), ..everything(&input, &excluded) };
            let chosen = selection.choose([A, B, C].map(|name| account(name, "ACTIVE")).into());
            assert_eq!(ids(&chosen), expected);
            assert!(chosen.targets.iter().all(|target| target.action == Some(Action::Disable) && !target.sweep));
            assert_eq!(chosen.targets.last().unwrap().regions, None);
        }
    }

    #[test]
    fn an_account_in_scope_is_swept_where_something_of_ours_may_be_out_of_it() {
        let (input, none) = (input(&json!({"trigger": "stack-update"})), Scope::default());
        for (held, expected) in [
            (footprint(&[(A, &["eu-west-1", "us-east-1"])]), (true, Some(regions(&["us-east-1"])))),
            (footprint(&[(A, &["eu-west-1"])]), (false, Some(regions(&[])))),
            (footprint(&[(B, &["eu-west-1"])]), (false, Some(regions(&[])))),
            (footprint(&[]), (true, None)),
        ] {
            let scope = Some(regions(&["eu-west-1"]));
            let selection = Selection { footprint: Some(&held), regions: scope, ..everything(&input, &none) };
            let chosen = selection.choose(vec![account(A, "ACTIVE")]);
            let target = &chosen.targets[0];
            assert_eq!((target.sweep, target.sweep_in.clone()), expected, "{held:?}");
        }
    }

    #[test]
    fn accounts_of_ours_that_are_suspended_or_gone_are_counted() {
        let (input, excluded) = (input(&json!({"action": "disable"})), excluding(&[A]));
        let held = footprint(&[(A, &["eu-west-1"]), (B, &["eu-west-1"]), (C, &[])]);
        let selection = Selection { footprint: Some(&held), ..everything(&input, &excluded) };
        let chosen = selection.choose(vec![account(A, "SUSPENDED")]);
        assert_eq!(chosen.counts.skipped, BTreeMap::from([("notInOrganization", 1), ("suspended", 1)]));
    }
}
