//! What the organization holds: the accounts that a run asks about, and in which organizational units they are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::types::Account as SdkAccount;
use futures::{StreamExt, TryStreamExt, stream};
use lambda::SdkConfig;
use lambda::call::{Called, every};
use patching::targets::Account;
use policy::PatchPolicy;
use policy::ids::{AccountId, OrganizationalUnitId};

use crate::error::Error;
use crate::units::{self, CALLS_AT_ONCE, Path, not_readable};

/// How often a call is tried: one that is throttled must not throw away all that was read before it.
const TRIES: u32 = 10;
/// One try of a call.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All tries of a call with the pauses between them, within the function's 300 s.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(150);
/// Of more accounts than these the list is read instead, which has twenty a page.
const ASKED_ONE_BY_ONE: usize = 50;

/// The organization, as far as a run needs it.
#[derive(Debug, Default)]
pub(crate) struct Organization {
    /// The accounts that were asked for, or all, the management account included, in the order of their ids.
    pub(crate) accounts: Vec<Account>,
    /// The root and the units on the way down to each account, as far as they are known.
    pub(crate) paths: BTreeMap<AccountId, Path>,
}

impl Organization {
    /// The root and the organizational units that have an account in them or below.
    pub(crate) fn units(&self) -> BTreeSet<OrganizationalUnitId> {
        self.paths.values().flatten().cloned().collect()
    }
}

/// A client that tries for longer than others, and no faster than the service lets it.
pub fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let config = aws_sdk_organizations::config::Builder::from(config)
        .retry_config(RetryConfig::adaptive().with_max_attempts(TRIES))
        .timeout_config(timeouts);
    Client::from_conf(config.build())
}

/// Reads the accounts that are `asked` for, or all of them, and where they are.
pub(crate) async fn read(
    organizations: &Client,
    policy: &PatchPolicy,
    asked: Option<&BTreeSet<AccountId>>,
) -> Result<Organization, Error> {
    let found = match asked {
        Some(asked) if asked.len() <= ASKED_ONE_BY_ONE => described(organizations, asked).await?,
        _ => listed(organizations).await?,
    };
    let is_asked_for = |account: &Account| asked.is_none_or(|asked| asked.contains(&account.id));
    let mut read: Vec<_> = found.into_iter().filter_map(account).filter(|(account, _)| is_asked_for(account)).collect();
    read.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    if units::of(policy).next().is_some() {
        let without = read.iter().filter(|(_, path)| path.is_empty()).map(|(account, _)| account.id.clone());
        let mut found = units::paths_up(organizations, without.collect()).await?;
        for (account, path) in &mut read {
            path.extend(found.remove(&account.id).unwrap_or_default());
        }
    }
    let names = units::names(organizations, read.iter().map(|(_, path)| path)).await;
    let mut organization = Organization::default();
    for (mut account, path) in read {
        account.organizational_unit = (!path.is_empty()).then(|| units::named(&path, &names));
        organization.paths.insert(account.id.clone(), path);
        organization.accounts.push(account);
    }
    Ok(organization)
}

/// An account that the organization does not have is not among the answers.
async fn described(organizations: &Client, asked: &BTreeSet<AccountId>) -> Result<Vec<SdkAccount>, Error> {
    let describe = async |id: &AccountId| {
        let answer = organizations.describe_account().account_id(id.as_str()).send().await;
        match answer.called("organizations:DescribeAccount") {
            Ok(answer) => Ok(answer.account),
            Err(error) if error.has_code(&["AccountNotFoundException"]) => Ok(None),
            Err(error) => Err(not_readable(error)),
        }
    };
    let answers: Vec<_> = stream::iter(asked).map(describe).buffer_unordered(CALLS_AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

/// A page may be empty and still have another one after it, which the paginator knows.
async fn listed(organizations: &Client) -> Result<Vec<SdkAccount>, Error> {
    let pages = every(organizations.list_accounts().into_paginator().send(), "organizations:ListAccounts");
    let pages = pages.await.map_err(not_readable)?;
    Ok(pages.into_iter().flat_map(|page| page.accounts.unwrap_or_default()).collect())
}

/// The account with its path, which AWS writes as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/111122223333/`.
fn account(account: SdkAccount) -> Option<(Account, Path)> {
    let id: AccountId = account.id?.parse().ok()?;
    let path = account.paths.unwrap_or_default().into_iter().next().unwrap_or_default();
    // `Status` is on its way out, and `State` not everywhere in yet.
    let state = account.state.map(|state| state.as_str().to_owned());
    let status = account.status.map(|status| status.as_str().to_owned());
    let account = Account {
        name: account.name.unwrap_or_else(|| id.to_string()),
        id,
        state: state.or(status).unwrap_or_default().as_str().into(),
        joined_at: account.joined_timestamp.map(|joined| joined.to_string()),
        organizational_unit: None,
    };
    Some((account, path.split('/').filter_map(|part| part.parse().ok()).collect()))
}

#[cfg(test)]
mod tests {
    use lambda::NamedError;
    use policy::Scope;
    use serde_json::{Value, json};
    use support::Server;

    use super::*;
    use crate::Reason;

    const PAYMENTS: &str = "111122223333";
    const MANAGEMENT: &str = "111122225555";
    const ROOT: &str = "o-a1b2c3d4e5/r-ab12";
    const WORKLOADS: &str = "ou-ab12-11111111";
    const PRODUCTION: &str = "ou-ab12-22222222";

    fn included(units: &[&str]) -> Scope {
        Scope {
            included_organizational_units: units.iter().map(|unit| unit.parse().unwrap()).collect(),
            ..Scope::default()
        }
    }

    fn account(id: &str, name: &str, path: Option<&str>) -> Value {
        let paths = path.map(|path| json!([format!("{path}/{id}/")]));
        json!({"Id": id, "Name": name, "Status": "ACTIVE", "Paths": paths})
    }

    fn payments(has_path: bool) -> Value {
        let path = format!("{ROOT}/{WORKLOADS}/{PRODUCTION}");
        account(PAYMENTS, "payments", has_path.then_some(&path))
    }

    fn management(has_path: bool) -> Value {
        account(MANAGEMENT, "management", has_path.then_some(ROOT))
    }

    fn answers(server: &Server, request: &str, answer: &Value) {
        server.answers_to(request, 200, &answer.to_string());
    }

    /// Two accounts on two pages, with an empty one between them.
    async fn organization(has_paths: bool) -> Server {
        let server = Server::start().await;
        list(&server, has_paths);
        server
    }

    fn list(server: &Server, has_paths: bool) {
        answers(server, "\"NextToken\":\"more\"", &json!({"Accounts": [], "NextToken": "last"}));
        answers(server, "\"NextToken\":\"last\"", &json!({"Accounts": [payments(has_paths)]}));
        answers(server, "ListAccounts", &json!({"Accounts": [management(has_paths)], "NextToken": "more"}));
    }

    fn name_unit(server: &Server, unit: &str, name: &str) {
        let answer = json!({"OrganizationalUnit": {"Id": unit, "Name": name}});
        answers(server, &format!("{{\"OrganizationalUnitId\":\"{unit}\"}}"), &answer);
    }

    async fn read_from(server: &Server, scope: &Scope, asked: Option<&[&str]>) -> Result<Organization, Error> {
        let asked = asked.map(|asked| asked.iter().map(|id| id.parse().unwrap()).collect());
        let policy = PatchPolicy { scope: scope.clone(), ..PatchPolicy::default() };
        read(&Client::new(&server.sdk_config()), &policy, asked.as_ref()).await
    }

    /// The accounts that their units take out of the scope, with the reason.
    fn out_of_units(found: &Organization, scope: &Scope) -> Vec<(String, Reason)> {
        let reason = |(account, path): (&AccountId, &Path)| {
            Some((account.to_string(), units::reason_out_of_scope(scope, path)?))
        };
        found.paths.iter().filter_map(reason).collect()
    }

    fn operations(server: &Server) -> Vec<String> {
        let asked = server.asked().into_iter();
        asked.filter_map(|asked| Some(asked.header("x-amz-target")?.rsplit('.').next()?.to_owned())).collect()
    }

    #[tokio::test]
    async fn every_account_is_listed_with_the_names_of_its_units() {
        let server = organization(true).await;
        name_unit(&server, WORKLOADS, "Workloads");
        let found = read_from(&server, &Scope::default(), None).await.unwrap();
        let units: Vec<_> = found
            .accounts
            .iter()
            .map(|account| (account.name.as_str(), account.organizational_unit.as_deref().unwrap()))
            .collect();
        let payments = format!("Root/Workloads/{PRODUCTION}");
        assert_eq!(
            units,
            [("payments", payments.as_str()), ("management", "Root")],
            "a name that is not told is an id"
        );
        assert_eq!(found.units().len(), 3);
    }

    #[tokio::test]
    async fn a_unit_of_the_scope_takes_in_all_that_is_below_it() {
        let management = (MANAGEMENT.to_owned(), "outsideOrganizationalUnits");
        for (unit, outside) in
            [(PRODUCTION, vec![management.clone()]), (WORKLOADS, vec![management]), ("r-ab12", vec![])]
        {
            let found = read_from(&organization(true).await, &included(&[unit]), None).await.unwrap();
            assert_eq!(out_of_units(&found, &included(&[unit])), outside, "{unit}");
        }
    }

    #[tokio::test]
    async fn an_excluded_unit_takes_out_all_that_is_below_it_also_of_an_included_one() {
        let excluded = BTreeSet::from([PRODUCTION.parse().unwrap()]);
        for included in [included(&[]), included(&[WORKLOADS, "r-ab12"])] {
            let scope = Scope { excluded_organizational_units: excluded.clone(), ..included };
            let found = read_from(&organization(true).await, &scope, None).await.unwrap();
            assert_eq!(out_of_units(&found, &scope), [(PAYMENTS.to_owned(), "inExcludedOrganizationalUnits")]);
        }
    }

    #[tokio::test]
    async fn where_an_account_is_asked_for_upwards_when_its_answer_does_not_say() {
        let server = organization(false).await;
        for (child, parent) in
            [(PAYMENTS, PRODUCTION), (PRODUCTION, WORKLOADS), (WORKLOADS, "r-ab12"), (MANAGEMENT, "r-ab12")]
        {
            let parents = json!({"Parents": [{"Id": parent, "Type": "ROOT"}]});
            answers(&server, &format!("ListParents {{\"ChildId\":\"{child}\"}}"), &parents);
        }
        let found = read_from(&server, &included(&[WORKLOADS]), None).await.unwrap();
        let outside = [(MANAGEMENT.to_owned(), "outsideOrganizationalUnits")];
        assert_eq!(out_of_units(&found, &included(&[WORKLOADS])), outside);
        let unit = found.accounts[0].organizational_unit.clone();
        assert_eq!(unit, Some(format!("Root/{WORKLOADS}/{PRODUCTION}")));
        let unasked = organization(false).await;
        read_from(&unasked, &Scope::default(), None).await.unwrap();
        assert_eq!(operations(&unasked), ["ListAccounts"; 3], "without units in the scope nothing needs it");
    }

    #[tokio::test]
    async fn for_named_accounts_only_those_are_asked_about() {
        let server = Server::start().await;
        answers(&server, "DescribeAccount {\"AccountId\":\"111122223333\"}", &json!({"Account": payments(true)}));
        server.answers_to("DescribeAccount", 400, "{\"__type\": \"AccountNotFoundException\", \"Message\": \"no\"}");
        let found = read_from(&server, &included(&[WORKLOADS]), Some(&[PAYMENTS, "999999999999"])).await.unwrap();
        assert_eq!(found.accounts.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), [PAYMENTS]);
        let called: BTreeSet<_> = operations(&server).into_iter().collect();
        assert_eq!(
            called.iter().map(String::as_str).collect::<Vec<_>>(),
            ["DescribeAccount", "DescribeOrganizationalUnit"]
        );
    }

    #[tokio::test]
    async fn many_named_accounts_are_taken_from_the_list() {
        let server = organization(true).await;
        let many: Vec<_> =
            (0..=ASKED_ONE_BY_ONE).map(|number| format!("{}", 900_000_000_000_u64 + number as u64)).collect();
        let many: Vec<_> = many.iter().map(String::as_str).chain([PAYMENTS]).collect();
        let found = read_from(&server, &Scope::default(), Some(&many)).await.unwrap();
        assert_eq!(found.accounts.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), [PAYMENTS]);
        assert!(!operations(&server).contains(&"DescribeAccount".to_owned()));
    }

    /// A page that is throttled is asked for again, and not those before it.
    #[tokio::test]
    async fn a_throttled_call_throws_nothing_away() {
        let server = Server::start().await;
        let throttled = "{\"__type\": \"TooManyRequestsException\", \"Message\": \"slowly\"}";
        let organizations = client(&server.sdk_config());
        assert_eq!(organizations.config().retry_config().map(RetryConfig::max_attempts), Some(TRIES));
        server.answers_to("\"NextToken\":\"more\"", 400, throttled);
        list(&server, true);
        let found = read(&organizations, &PatchPolicy::default(), None).await.unwrap();
        assert_eq!(found.accounts.len(), 2);
        assert_eq!(operations(&server).iter().filter(|name| *name == "ListAccounts").count(), 4);
    }

    #[tokio::test]
    async fn an_organization_that_may_not_be_read_is_a_final_error() {
        let server = Server::start().await;
        server.answers_to("ListAccounts", 400, "{\"__type\": \"AccessDeniedException\", \"Message\": \"no\"}");
        let error = read_from(&server, &Scope::default(), None).await.unwrap_err();
        assert_eq!(error.name(), "OrganizationNotReadable");
    }
}
