//! What the organization holds: its accounts, and in which organizational unit each of them is.

use std::collections::BTreeSet;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account as SdkAccount;
use futures::{StreamExt, TryStreamExt, stream, try_join};
use kit::CallError;
use patching::ids::{AccountId, OrganizationalUnitId};
use patching::policy::Scope;
use patching::targets::Account;

use crate::Error;

/// How many units are read at once: AWS Organizations throttles early.
const UNITS_AT_ONCE: usize = 4;

/// The organization, as far as a run needs it.
#[derive(Debug, Default)]
pub(crate) struct Organization {
    /// Every account, the management account included, in the order of their ids.
    pub(crate) accounts: Vec<Account>,
    /// The accounts in the scope's organizational units, at any depth; `None` when it names none.
    pub(crate) in_scope: Option<BTreeSet<AccountId>>,
}

/// A root or an organizational unit that is about to be read.
#[derive(Debug)]
struct Unit {
    id: String,
    /// The names from the root on.
    path: String,
    /// Whether the scope names it or a unit above it.
    is_included: bool,
}

/// Walks the tree from the root, level by level.
pub(crate) async fn read(organizations: &Client, scope: &Scope) -> Result<Organization, Error> {
    let included = &scope.included_organizational_units;
    let mut unseen = included.clone();
    let mut organization = Organization::default();
    let mut in_scope = BTreeSet::new();
    let mut level = roots(organizations).await?;
    while !level.is_empty() {
        for unit in &mut level {
            // An id that the policy could not name is not in it.
            let named = unit.id.parse::<OrganizationalUnitId>().is_ok_and(|id| unseen.remove(&id));
            unit.is_included |= named;
        }
        let read = stream::iter(level).map(|unit| children(organizations, unit)).buffered(UNITS_AT_ONCE);
        let children: Vec<_> = read.try_collect().await?;
        level = Vec::new();
        for (unit, accounts, units) in children {
            if unit.is_included {
                in_scope.extend(accounts.iter().map(|account| account.id.clone()));
            }
            organization.accounts.extend(accounts);
            level.extend(units);
        }
    }
    if let Some(unit) = unseen.into_iter().next() {
        return Err(Error::UnitNotInOrganization(unit));
    }
    organization.accounts.sort_by(|a, b| a.id.cmp(&b.id));
    organization.in_scope = (!included.is_empty()).then_some(in_scope);
    Ok(organization)
}

async fn roots(organizations: &Client) -> Result<Vec<Unit>, Error> {
    let pages: Vec<_> = organizations
        .list_roots()
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListRoots", &error)))?;
    let roots = pages.into_iter().flat_map(|page| page.roots.unwrap_or_default());
    let unit = |root: aws_sdk_organizations::types::Root| {
        Some(Unit { id: root.id?, path: root.name.unwrap_or_else(|| "Root".to_owned()), is_included: false })
    };
    Ok(roots.filter_map(unit).collect())
}

async fn children(organizations: &Client, unit: Unit) -> Result<(Unit, Vec<Account>, Vec<Unit>), Error> {
    let (accounts, units) = try_join!(accounts_of(organizations, &unit), units_of(organizations, &unit))?;
    Ok((unit, accounts, units))
}

/// A page may be empty and still have another one after it, which the paginator knows.
async fn accounts_of(organizations: &Client, unit: &Unit) -> Result<Vec<Account>, Error> {
    let pages = organizations.list_accounts_for_parent().parent_id(&unit.id).into_paginator().send();
    let pages: Vec<_> = pages
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListAccountsForParent", &error)))?;
    let accounts = pages.into_iter().flat_map(|page| page.accounts.unwrap_or_default());
    Ok(accounts.filter_map(|found| account(found, &unit.path)).collect())
}

async fn units_of(organizations: &Client, parent: &Unit) -> Result<Vec<Unit>, Error> {
    let pages = organizations.list_organizational_units_for_parent().parent_id(&parent.id).into_paginator().send();
    let pages: Vec<_> = pages
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| not_readable(CallError::new("organizations:ListOrganizationalUnitsForParent", &error)))?;
    let units = pages.into_iter().flat_map(|page| page.organizational_units.unwrap_or_default());
    Ok(units
        .filter_map(|unit| {
            let id = unit.id?;
            let path = format!("{}/{}", parent.path, unit.name.as_ref().unwrap_or(&id));
            Some(Unit { id, path, is_included: parent.is_included })
        })
        .collect())
}

/// `Status` is on its way out, and `State` not everywhere in yet.
fn account(account: SdkAccount, unit: &str) -> Option<Account> {
    let id: AccountId = account.id?.parse().ok()?;
    let state = account.state.map(|state| state.as_str().to_owned());
    let status = account.status.map(|status| status.as_str().to_owned());
    Some(Account {
        name: account.name.unwrap_or_else(|| id.to_string()),
        id,
        state: state.or(status).unwrap_or_default(),
        joined_at: account.joined_timestamp.map(|joined| joined.to_string()),
        organizational_unit: Some(unit.to_owned()),
    })
}

fn not_readable(error: CallError) -> Error {
    if error.is_passing() { Error::Call(error) } else { Error::OrganizationNotReadable(error) }
}

#[cfg(test)]
mod tests {
    use kit::NamedError;
    use kit::testing::Server;
    use serde_json::{Value, json};

    use super::*;

    fn scope(units: &[&str]) -> Scope {
        Scope {
            included_organizational_units: units.iter().map(|unit| unit.parse().unwrap()).collect(),
            ..Scope::default()
        }
    }

    /// A root with one account and one unit, which has an empty page, then one account.
    async fn organization() -> Server {
        let server = Server::start().await;
        let account = |id: &str, name: &str| json!({"Id": id, "Name": name, "Status": "ACTIVE"});
        let answers = |request: &str, answer: Value| server.answers_to(request, 200, &answer.to_string());
        answers("ListRoots", json!({"Roots": [{"Id": "r-ab12", "Name": "Root"}]}));
        answers(
            "ListAccountsForParent {\"ParentId\":\"r-ab12\"}",
            json!({"Accounts": [account("111122225555", "management")]}),
        );
        answers(
            "ListOrganizationalUnitsForParent {\"ParentId\":\"r-ab12\"}",
            json!({"OrganizationalUnits": [{"Id": "ou-ab12-11111111", "Name": "Workloads"}]}),
        );
        let unit = "{\"ParentId\":\"ou-ab12-11111111\"}";
        answers(&format!("ListAccountsForParent {unit}"), json!({"Accounts": [], "NextToken": "more"}));
        answers("\"NextToken\":\"more\"", json!({"Accounts": [account("111122223333", "payments")]}));
        answers(&format!("ListOrganizationalUnitsForParent {unit}"), json!({"OrganizationalUnits": []}));
        server
    }

    #[tokio::test]
    async fn every_account_is_found_with_the_path_of_its_unit() {
        let server = organization().await;
        let found = read(&Client::new(&server.sdk_config()), &scope(&[])).await.unwrap();
        let paths: Vec<_> = found
            .accounts
            .iter()
            .map(|account| (account.name.as_str(), account.organizational_unit.as_deref().unwrap()))
            .collect();
        assert_eq!(paths, [("payments", "Root/Workloads"), ("management", "Root")]);
        assert_eq!(found.in_scope, None);
    }

    #[tokio::test]
    async fn a_unit_of_the_scope_takes_in_all_that_is_below_it() {
        for (units, accounts) in [(["ou-ab12-11111111"], 1), (["r-ab12"], 2)] {
            let server = organization().await;
            let found = read(&Client::new(&server.sdk_config()), &scope(&units)).await.unwrap();
            assert_eq!(found.in_scope.map(|accounts| accounts.len()), Some(accounts), "{units:?}");
        }
    }

    #[tokio::test]
    async fn a_unit_that_the_organization_does_not_have_is_an_error_and_not_an_empty_scope() {
        let server = organization().await;
        let error = read(&Client::new(&server.sdk_config()), &scope(&["ou-ab12-99999999"])).await.unwrap_err();
        assert_eq!(error.name(), "OrganizationNotReadable");
        assert!(error.to_string().contains("ou-ab12-99999999"), "{error}");
    }

    #[tokio::test]
    async fn an_organization_that_may_not_be_read_is_a_final_error() {
        let server = Server::start().await;
        server.answers_to("ListRoots", 400, "{\"__type\": \"AccessDeniedException\", \"Message\": \"no\"}");
        let error = read(&Client::new(&server.sdk_config()), &scope(&[])).await.unwrap_err();
        assert_eq!(error.name(), "OrganizationNotReadable");
    }
}
