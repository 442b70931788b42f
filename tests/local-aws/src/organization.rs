//! The organization: units, accounts, and the role in each account that lets the functions in.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use futures::{StreamExt, TryStreamExt, stream};

use crate::clients::Clients;
use crate::error::{During, Error, Result};
use crate::members::{Member, common_regions, plan_members};
use crate::names::UNITS;
use crate::options::{OPT_IN_REGION, Options, REGIONS};
use crate::progress::Progress;
use crate::stack::Stack;
use crate::workspace::Workspace;

/// The role in each account that the functions assume.
pub(crate) const MEMBER_ROLE: &str = "patch-manager-configuration";
const STEP: &str = "creating the organization";
/// Stacks in progress at once; more do not get the local AWS further.
const STACKS_AT_ONCE: usize = 8;
/// What names of functions' roles begin with; only those may assume the member role.
pub(crate) const RESOURCE_PREFIX: &str = "patch-manager";

/// An account and what a run can do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// 12 digits.
    pub id: String,
    /// As Organizations lists it.
    pub name: String,
    /// What a run can do with it.
    pub condition: Condition,
    /// The Regions in scope that it has enabled and that are not denied to it.
    pub regions: Vec<String>,
    /// The Region that a service control policy denies to it.
    pub denied: Option<String>,
}

/// What a run can do with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It has the member role: everything.
    Ready,
    /// Active, but nobody has put the member role there: it fails.
    WithoutRole,
    /// Closed: it is skipped.
    Suspended,
}

/// What was created.
#[derive(Debug, Clone)]
pub struct Organization {
    /// `o-…`
    pub id: String,
    /// The root's id, `r-…`
    pub root: String,
    /// Ids of the organizational units by name.
    pub units: BTreeMap<&'static str, String>,
    /// The management account first.
    pub accounts: Vec<Account>,
    /// The Regions in scope.
    pub regions: Vec<String>,
}

impl Organization {
    /// The accounts that a run works in.
    pub fn ready(&self) -> impl Iterator<Item = &Account> {
        self.accounts_that_are(Condition::Ready)
    }

    /// The accounts that a run leaves out.
    pub fn skipped(&self) -> impl Iterator<Item = &Account> {
        self.accounts_that_are(Condition::Suspended)
    }

    /// The accounts of this condition.
    pub fn accounts_that_are(&self, condition: Condition) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(move |account| account.condition == condition)
    }

    /// Every account-Region that a run works in.
    pub fn ready_pairs(&self) -> impl Iterator<Item = (&Account, &str)> {
        self.ready().flat_map(|account| account.regions.iter().map(move |region| (account, region.as_str())))
    }

    /// How many account-Regions those accounts have that a run works in, in scope or not.
    pub fn enabled_pairs(&self) -> usize {
        let opted_in = |account: &&Account| account.regions.iter().any(|region| region == OPT_IN_REGION);
        self.ready().count() * REGIONS.len() + self.ready().filter(opted_in).count() - self.denied().count()
    }

    /// The accounts that a run works in, and to which a Region is denied.
    pub fn denied(&self) -> impl Iterator<Item = &Account> {
        self.ready().filter(|account| account.denied.is_some())
    }

    /// Account-Regions in scope: those of every active account, whether a run gets in or not.
    pub fn pairs(&self) -> usize {
        self.accounts
            .iter()
            .filter(|account| account.condition != Condition::Suspended)
            .map(|account| account.regions.len())
            .sum()
    }

    /// The name of an account, or its id where it has none here.
    pub fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.accounts.iter().find(|account| account.id == id).map_or(id, |account| account.name.as_str())
    }

    /// Creates units and accounts, and closes the account that is to be suspended.
    pub(crate) async fn create(clients: &Clients, options: &Options, progress: &Progress) -> Result<Self> {
        let length = u64::try_from(options.accounts).unwrap_or(u64::MAX);
        let step = progress.step("Organization", Some(length));
        let client = clients.organizations();
        let (id, root, management) = describe(&client).await?;
        let units = create_units(&client, &root).await?;
        let mut accounts = vec![management];
        for member in plan_members(options) {
            step.note(member.name.clone());
            accounts.push(create_member(&client, &root, &units, member).await?);
            step.advance();
        }
        let mut regions: Vec<String> = common_regions(options);
        accounts[0].regions.clone_from(&regions);
        regions.push(OPT_IN_REGION.to_owned());
        let organization = Self { id, root, units, accounts, regions };
        step.done(&format!(
            "{} accounts, {} account-Regions in scope",
            organization.accounts.len(),
            organization.pairs()
        ));
        Ok(organization)
    }

    /// Puts the member roles into every account that is to have them, as `main.yaml` and its `StackSets` do on AWS, and as whoever
    /// deploys it with `ManageMemberRoles=false` has to do.
    pub(crate) async fn deploy_member_roles(
        &self,
        clients: &Clients,
        workspace: &Workspace,
        progress: &Progress,
    ) -> Result<()> {
        let ready: Vec<&Account> = self.ready().collect();
        let step = progress.step("Member roles", Some(u64::try_from(ready.len()).unwrap_or(u64::MAX)));
        stream::iter(&ready)
            .map(async |account| {
                self.put_member_roles(clients, workspace, account).await?;
                step.advance();
                Ok::<(), Error>(())
            })
            .buffer_unordered(STACKS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        step.done(&format!("deployed in {} accounts", ready.len()));
        Ok(())
    }

    /// Puts the member roles into one account.
    pub(crate) async fn put_member_roles(
        &self,
        clients: &Clients,
        workspace: &Workspace,
        account: &Account,
    ) -> Result<()> {
        let cloudformation = || clients.cloudformation_for(&account.id);
        let dhmc_role = workspace.read("templates/dhmc-role.yaml")?;
        Stack::new(cloudformation(), "patch-manager-dhmc-role", &account.name).create(&dhmc_role, &[]).await?;
        let template = workspace.read("templates/member-roles.yaml")?;
        let parameters = [
            ("ManagementAccountId", self.accounts[0].id.as_str()),
            ("FunctionRolePrefix", RESOURCE_PREFIX),
            ("MemberRoleName", MEMBER_ROLE),
            ("OrganizationId", &self.id),
        ];
        let stack = Stack::new(cloudformation(), "patch-manager-member-roles", &account.name);
        stack.create(&template, &parameters).await?;
        Ok(())
    }

    /// From now on a run can work in this account.
    pub(crate) fn is_ready(&mut self, id: &str) {
        for account in self.accounts.iter_mut().filter(|account| account.id == id) {
            account.condition = Condition::Ready;
        }
    }

    /// Creates one more account, without any role in it yet.
    ///
    /// # Errors
    /// When Organizations refuses.
    pub async fn add(&mut self, clients: &Clients, name: &str) -> Result<Account> {
        let regions = self.accounts[0].regions.clone();
        let member =
            Member { name: name.to_owned(), unit: UNITS[2], condition: Condition::WithoutRole, regions, denied: None };
        let account = create_member(&clients.organizations(), &self.root, &self.units, member).await?;
        self.accounts.push(account.clone());
        Ok(account)
    }
}

async fn describe(client: &Client) -> Result<(String, String, Account)> {
    let organization = client
        .describe_organization()
        .send()
        .await
        .during(STEP)?
        .organization
        .ok_or_else(|| missing("the organization"))?;
    let root = client
        .list_roots()
        .send()
        .await
        .during(STEP)?
        .roots
        .and_then(|roots| roots.into_iter().next())
        .and_then(|root| root.id)
        .ok_or_else(|| missing("the organization's root"))?;
    let account = Account {
        id: organization.master_account_id.ok_or_else(|| missing("the management account"))?,
        name: "management".to_owned(),
        condition: Condition::Ready,
        regions: Vec::new(),
        denied: None,
    };
    Ok((organization.id.unwrap_or_default(), root, account))
}

async fn create_units(client: &Client, root: &str) -> Result<BTreeMap<&'static str, String>> {
    let mut ids = BTreeMap::new();
    for unit in UNITS {
        let parent = unit.parent.and_then(|parent| ids.get(parent).cloned());
        let created = client
            .create_organizational_unit()
            .name(unit.name)
            .parent_id(parent.unwrap_or_else(|| root.to_owned()))
            .send()
            .await
            .during(STEP)?;
        let id = created.organizational_unit.and_then(|unit| unit.id);
        ids.insert(unit.name, id.ok_or_else(|| missing("a unit's id"))?);
    }
    Ok(ids)
}

async fn create_member(
    client: &Client,
    root: &str,
    units: &BTreeMap<&'static str, String>,
    member: Member,
) -> Result<Account> {
    let status = client
        .create_account()
        .account_name(&member.name)
        .email(format!("aws+{}@example.com", member.name))
        .send()
        .await
        .during(STEP)?
        .create_account_status;
    let id = status.and_then(|status| status.account_id).ok_or_else(|| missing("an account's id"))?;
    if let Some(unit) = units.get(member.unit.name) {
        client
            .move_account()
            .account_id(&id)
            .source_parent_id(root)
            .destination_parent_id(unit)
            .send()
            .await
            .during(STEP)?;
    }
    if member.condition == Condition::Suspended {
        client.close_account().account_id(&id).send().await.during(STEP)?;
    }
    let Member { name, condition, regions, denied, .. } = member;
    Ok(Account { id, name, condition, regions, denied })
}

fn missing(what: &str) -> Error {
    Error::Unexpected { step: STEP, problem: format!("the answer lacks {what}") }
}
