//! The organizational units above accounts: what the scope says of them, and their names.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::time::Duration;

use aws_sdk_organizations::Client;
use futures::{StreamExt, TryStreamExt, stream};
use lambda::CallError;
use lambda::call::{Called, every};
use patching::outcome::Warning;
use policy::ids::{AccountId, OrganizationalUnitId};
use policy::{InvalidPolicy, PatchPolicy, Problem, Scope};

use crate::error::Error;

/// AWS Organizations throttles early.
pub(crate) const CALLS_AT_ONCE: usize = 4;

/// Why an account is left out.
pub type Reason = &'static str;

/// The root and the units on the way down to an account.
pub(crate) type Path = Vec<OrganizationalUnitId>;

const INCLUDED: &str = "$.scope.includedOrganizationalUnits";
const EXCLUDED: &str = "$.scope.excludedOrganizationalUnits";
/// How long names are asked for: a report reads better with them, and nothing needs them.
const NAMES_WITHIN: Duration = Duration::from_secs(30);

/// Why an account with this path is out of scope.
pub(crate) fn reason_out_of_scope(scope: &Scope, path: &[OrganizationalUnitId]) -> Option<Reason> {
    let (included, excluded) = (&scope.included_organizational_units, &scope.excluded_organizational_units);
    let is_below = |units: &BTreeSet<OrganizationalUnitId>| path.iter().any(|unit| units.contains(unit));
    if is_below(excluded) {
        Some("inExcludedOrganizationalUnits")
    } else if included.is_empty() || is_below(included) {
        None
    } else {
        Some("outsideOrganizationalUnits")
    }
}

/// The paths of accounts whose own answers have none: a call for each of them, and one for each unit above them.
pub(crate) async fn paths_up(
    organizations: &Client,
    accounts: Vec<AccountId>,
) -> Result<BTreeMap<AccountId, Path>, Error> {
    let mut parents = BTreeMap::new();
    let mut children: BTreeSet<String> = accounts.iter().map(ToString::to_string).collect();
    while !children.is_empty() {
        let asked = stream::iter(children).map(|child| parent(organizations, child)).buffer_unordered(CALLS_AT_ONCE);
        let found: Vec<_> = asked.try_collect().await?;
        let above: BTreeSet<_> = found.iter().map(|(_, parent)| parent.clone()).filter(|id| !id.is_root()).collect();
        parents.extend(found);
        children = above.iter().map(ToString::to_string).filter(|id| !parents.contains_key(id)).collect();
    }
    let up = |id: &str| iter::successors(parents.get(id), |unit| parents.get(unit.as_str())).cloned();
    let path = |account: AccountId| {
        let mut path: Path = up(account.as_str()).collect();
        path.reverse();
        (account, path)
    };
    Ok(accounts.into_iter().map(path).collect())
}

/// A child has one parent.
async fn parent(organizations: &Client, child: String) -> Result<(String, OrganizationalUnitId), Error> {
    const OPERATION: &str = "organizations:ListParents";
    let pages = every(organizations.list_parents().child_id(&child).into_paginator().send(), OPERATION).await;
    let parent = pages.map_err(not_readable)?.into_iter().flat_map(|page| page.parents.unwrap_or_default()).next();
    let parent = parent.and_then(|parent| parent.id?.parse().ok());
    parent.map(|parent| (child, parent)).ok_or_else(|| CallError::left_out(OPERATION, "Parents").into())
}

/// The names of the units above accounts, as far as they are there in time.
pub(crate) async fn names(
    organizations: &Client,
    paths: impl Iterator<Item = &Path>,
) -> BTreeMap<OrganizationalUnitId, String> {
    let units: BTreeSet<_> = paths.flatten().filter(|id| !id.is_root()).collect();
    let name = async |id: &OrganizationalUnitId| Some((id.clone(), describe(organizations, id).await.ok()?));
    let named = stream::iter(units).map(name).buffer_unordered(CALLS_AT_ONCE);
    named.take_until(tokio::time::sleep(NAMES_WITHIN)).filter_map(async |named| named).collect().await
}

/// The units that a policy names, each with where it stands.
pub(crate) fn of(policy: &PatchPolicy) -> impl Iterator<Item = (String, &OrganizationalUnitId)> {
    let scope = &policy.scope;
    let included = scope.included_organizational_units.iter().map(|unit| (INCLUDED.to_owned(), unit));
    let excluded = scope.excluded_organizational_units.iter().map(|unit| (EXCLUDED.to_owned(), unit));
    let waves = policy.waves.iter().enumerate().flat_map(|(index, wave)| {
        wave.organizational_units.iter().map(move |unit| (format!("$.waves[{index}].organizationalUnits"), unit))
    });
    included.chain(excluded).chain(waves)
}

/// What a person should look at in the units that the policy names, when `above` are those above all accounts.
///
/// Refuses units that are not in the organization, and units of which none has an account.
pub(crate) async fn check(
    organizations: &Client,
    policy: &PatchPolicy,
    above: &BTreeSet<OrganizationalUnitId>,
) -> Result<Vec<Warning>, Error> {
    let included = &policy.scope.included_organizational_units;
    let (mut problems, mut warnings, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for (path, unit) in of(policy).filter(|(_, unit)| !above.contains(unit)) {
        match find(organizations, unit).await? {
            Some(name) if path == INCLUDED => {
                let message = format!("the organizational unit {name} ({unit}), which is in scope, has no accounts");
                warnings.push(Warning::new("UnitWithoutAccounts", message));
                empty.push(Problem::new(path, unit, "an organizational unit with accounts"));
            }
            Some(_) => {}
            None => problems.push(Problem::new(path, unit, "an organizational unit of this organization")),
        }
    }
    if !included.is_empty() && included.is_disjoint(above) {
        problems.append(&mut empty);
    }
    if problems.is_empty() { Ok(warnings) } else { Err(InvalidPolicy { problems }.into()) }
}

/// The unit's name; `None` when it is not there. Below a root there always is an account.
async fn find(organizations: &Client, id: &OrganizationalUnitId) -> Result<Option<String>, Error> {
    if id.is_root() {
        return Ok(None);
    }
    match describe(organizations, id).await {
        Ok(name) => Ok(Some(name)),
        Err(error) if error.has_code(&["OrganizationalUnitNotFoundException"]) => Ok(None),
        Err(error) => Err(not_readable(error)),
    }
}

/// The unit's name.
async fn describe(organizations: &Client, id: &OrganizationalUnitId) -> Result<String, CallError> {
    const OPERATION: &str = "organizations:DescribeOrganizationalUnit";
    let answer = organizations.describe_organizational_unit().organizational_unit_id(id.as_str()).send().await;
    let unit = answer.called(OPERATION)?.organizational_unit;
    unit.and_then(|unit| unit.name).ok_or_else(|| CallError::left_out(OPERATION, "Name"))
}

/// The path in names, such as `Root/Workloads/Production`. A root has no other name.
pub(crate) fn named(path: &[OrganizationalUnitId], names: &BTreeMap<OrganizationalUnitId, String>) -> String {
    let names = path.iter().map(|id| match names.get(id) {
        Some(name) => name.replace('/', "∕"), // which is no slash: a name may have one, and a path is cut at each
        None if id.is_root() => "Root".to_owned(),
        None => id.to_string(),
    });
    names.collect::<Vec<_>>().join("/")
}

pub(crate) fn not_readable(error: CallError) -> Error {
    if error.is_passing() { Error::Call(error) } else { Error::OrganizationNotReadable(error) }
}

#[cfg(test)]
mod tests {
    use lambda::NamedError;
    use serde_json::json;
    use support::Server;

    use super::*;

    const HERE: &str = "ou-ab12-11111111";
    const EMPTY: &str = "ou-ab12-22222222";
    const GONE: &str = "ou-ab12-99999999";

    fn units(units: &[&str]) -> BTreeSet<OrganizationalUnitId> {
        units.iter().map(|unit| unit.parse().unwrap()).collect()
    }

    async fn checked(included: &[&str], excluded: &[&str]) -> Result<Vec<Warning>, Error> {
        let server = Server::start().await;
        let unit = json!({"OrganizationalUnit": {"Id": EMPTY, "Name": "Sandbox"}});
        server.answers_to(EMPTY, 200, &unit.to_string());
        server.answers_to(GONE, 400, "{\"__type\": \"OrganizationalUnitNotFoundException\", \"Message\": \"no\"}");
        let scope = Scope {
            included_organizational_units: units(included),
            excluded_organizational_units: units(excluded),
            ..Scope::default()
        };
        let policy = PatchPolicy { scope, ..PatchPolicy::default() };
        check(&Client::new(&server.sdk_config()), &policy, &units(&["r-ab12", HERE])).await
    }

    #[tokio::test]
    async fn a_unit_without_accounts_is_a_warning_that_names_it() {
        assert_eq!(checked(&[HERE], &[]).await.unwrap(), []);
        assert_eq!(checked(&[], &[EMPTY]).await.unwrap(), [], "a unit that is left out may well be empty");
        let [warning] = checked(&[HERE, EMPTY], &[]).await.unwrap().try_into().unwrap();
        assert_eq!(warning.name, "UnitWithoutAccounts");
        assert!(warning.message.contains("Sandbox (ou-ab12-22222222)"), "{}", warning.message);
    }

    /// The API takes any character in a unit's name.
    #[test]
    fn a_slash_in_a_name_makes_no_unit_of_its_own() {
        let path = ["r-ab12", HERE, GONE].map(|id| id.parse().unwrap());
        let names = BTreeMap::from([(HERE.parse().unwrap(), "Dev/Test".to_owned())]);
        assert_eq!(named(&path, &names), format!("Root/Dev∕Test/{GONE}"));
    }

    #[tokio::test]
    async fn units_of_which_none_has_an_account_are_refused() {
        let error = checked(&[EMPTY], &[]).await.unwrap_err();
        assert_eq!(error.name(), "InvalidPolicy");
        assert!(error.to_string().contains(EMPTY), "{error}");
    }

    #[tokio::test]
    async fn units_that_the_organization_does_not_have_are_refused_each_by_its_id() {
        let error = checked(&[HERE, EMPTY, "r-cd34"], &[GONE]).await.unwrap_err();
        assert_eq!(error.name(), "InvalidPolicy");
        assert_eq!(
            error.to_string(),
            "the policy has 2 problems:\n  \
             $.scope.includedOrganizationalUnits: \"r-cd34\" — allowed: an organizational unit of this organization\n  \
             $.scope.excludedOrganizationalUnits: \"ou-ab12-99999999\" — allowed: an organizational unit of this organization"
        );
    }
}
