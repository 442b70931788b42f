//! What the organization holds.

use std::collections::BTreeSet;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account as SdkAccount;
use futures::future::try_join_all;
use futures::try_join;
use kit::CallError;
use patching::ids::{AccountId, OrganizationalUnitId};
use patching::policy::Scope;
use patching::targets::Account;

use crate::Error;

/// Every account of the organization, the management account included, in the order of their ids.
pub(crate) async fn accounts(organizations: &Client) -> Result<Vec<Account>, Error> {
    let pages: Vec<_> = organizations
        .list_accounts()
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListAccounts", &error)))?;
    let mut accounts: Vec<_> =
        pages.into_iter().flat_map(|page| page.accounts.unwrap_or_default()).filter_map(account).collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(accounts)
}

/// `Status` is on its way out, and `State` not everywhere in yet.
fn account(account: SdkAccount) -> Option<Account> {
    let id: AccountId = account.id?.parse().ok()?;
    let state = account.state.map(|state| state.as_str().to_owned());
    let status = account.status.map(|status| status.as_str().to_owned());
    Some(Account {
        name: account.name.unwrap_or_else(|| id.to_string()),
        id,
        state: state.or(status).unwrap_or_default(),
        joined_at: account.joined_timestamp.map(|joined| joined.to_string()),
    })
}

/// The accounts in the scope's organizational units, at any depth; `None` when it names none.
pub(crate) async fn accounts_in(organizations: &Client, scope: &Scope) -> Result<Option<BTreeSet<AccountId>>, Error> {
    if scope.included_organizational_units.is_empty() {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    let mut level: Vec<String> =
        scope.included_organizational_units.iter().map(OrganizationalUnitId::to_string).collect();
    while !level.is_empty() {
        let children = try_join_all(level.iter().map(|unit| children(organizations, unit))).await?;
        level.clear();
        for (accounts, units) in children {
            found.extend(accounts);
            level.extend(units);
        }
    }
    Ok(Some(found))
}

async fn children(organizations: &Client, unit: &str) -> Result<(Vec<AccountId>, Vec<String>), Error> {
    try_join!(accounts_of(organizations, unit), units_of(organizations, unit))
}

async fn accounts_of(organizations: &Client, unit: &str) -> Result<Vec<AccountId>, Error> {
    let pages: Vec<_> = organizations
        .list_accounts_for_parent()
        .parent_id(unit)
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListAccountsForParent", &error)))?;
    let accounts = pages.into_iter().flat_map(|page| page.accounts.unwrap_or_default());
    Ok(accounts.filter_map(|account| account.id?.parse().ok()).collect())
}

async fn units_of(organizations: &Client, unit: &str) -> Result<Vec<String>, Error> {
    let pages: Vec<_> = organizations
        .list_organizational_units_for_parent()
        .parent_id(unit)
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListOrganizationalUnitsForParent", &error)))?;
    let units = pages.into_iter().flat_map(|page| page.organizational_units.unwrap_or_default());
    Ok(units.filter_map(|unit| unit.id).collect())
}

fn not_readable(error: CallError) -> Error {
    if error.is_passing() { Error::Call(error) } else { Error::OrganizationNotReadable(error) }
}
