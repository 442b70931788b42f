//! The policy as a whole: what Patch Manager's set-up should be in every account and Region, and its waves: who gets it first, who later.

use std::collections::BTreeSet;
use std::iter;

use serde_json::{Value, json};

use crate::denied::OnRegionDenied;
use crate::dhmc::Dhmc;
use crate::differences::Differences;
use crate::ids::{AccountId, OrganizationalUnitId, Region};
use crate::number::HaltAbovePercent;
use crate::owner_tag::OwnerTag;
use crate::problem::{InvalidPolicy, Problem};
use crate::reader::{self, FromNode, Node, Read, all, object, own_name};
use crate::role::RoleName;
use crate::scope::Scope;
use crate::text_type::text_type;
use crate::window::{self, Window};
use crate::written;

object! {
    /// What Patch Manager's set-up should be, and where.
    #[derive(Default, serde::Deserialize)]
    #[serde(try_from = "Value")]
    #[cfg_attr(feature = "schema", schemars(!try_from, transform = allow_schema))]
    PatchPolicy, "an object with windows" {
        /// Where it applies; everywhere by default.
        scope: Scope = default,
        /// The maintenance windows: 0 to 50, each with a name of its own.
        #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
        windows: Vec<Window> => |policy, field| policy.required_with(field, window::WINDOWS, window::read_windows),
        /// The order in which accounts get it, and what differs for some of them: 1 to 10 waves. Without them all accounts get it at once.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 10)))]
        waves: Vec<Wave> = default => |policy, field| policy.or_with(field, read_waves),
        /// A rollout halts when more than this percentage of the accounts of a wave failed; 100 by default, which is never.
        halt_above_percent: HaltAbovePercent = default,
        /// Default Host Management Configuration.
        dhmc: Dhmc = default,
        /// Whether tasks carry their document's hash, so that they run only the document that was seen at the last rollout; `false` by
        /// default, as a window fails on every host from the moment that the document's owner publishes another version.
        pin_document_hash: bool = default,
        /// The role, in each account, with which the tasks run; without one, the service-linked role of Systems Manager.
        #[serde(skip_serializing_if = "Option::is_none")]
        task_role: Option<RoleName>,
        /// The tag by which the solution knows its own windows; `createdBy` = `SRA_Patch_Management` by default.
        owner_tag: OwnerTag = default,
        /// Whether everything is turned off: nothing is rolled out until it is turned on again; `false` by default.
        disabled: bool = default,
        /// What becomes of a Region, or an account, that a service control policy denies; it is skipped by default.
        on_region_denied: OnRegionDenied = default => |policy, field| {
            let read = policy.or(field, OnRegionDenied::default());
            policy.present(SCHEMA);
            read
        },
    }
}

/// Where an editor finds the policy's schema; of no meaning here.
const SCHEMA: &str = "$schema";

#[cfg(feature = "schema")]
fn allow_schema(schema: &mut schemars::Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(SCHEMA.to_owned(), json!({ "type": "string" }));
    }
}

impl PatchPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`InvalidPolicy`], with every problem in it.
    pub fn parse(value: &Value) -> Result<Self, InvalidPolicy> {
        reader::read(value).map_err(|problems| InvalidPolicy { problems })
    }

    /// This policy in a Region: `{partition}` and `{region}` in the ARNs of documents are those of the Region.
    #[must_use]
    pub fn within(mut self, partition: &str, region: &Region) -> Self {
        for Window { task, .. } in &mut self.windows {
            task.document = task.document.within(partition, region);
        }
        self
    }

    /// Reads a policy from its text, in which no object may have a key twice, and which an SSM parameter has to take.
    ///
    /// # Errors
    ///
    /// [`UnreadablePolicy`]; when it is JSON, with every problem in it.
    pub fn parse_text(text: &str) -> Result<Self, UnreadablePolicy> {
        let (value, mut problems) = written::read(text)?;
        match reader::read(&value) {
            Ok(policy) if problems.is_empty() => return Ok(policy),
            read => problems.extend(read.err().unwrap_or_default()),
        }
        Err(InvalidPolicy { problems }.into())
    }

    /// The wave that takes an account: the first one that names it or a unit on the `path` down to it, or else the last one.
    pub fn wave_of(&self, account: &AccountId, path: &[OrganizationalUnitId]) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.names(account, path)).or(self.waves.last())
    }

    /// The policy, and as it is in each of its waves.
    pub fn everywhere(&self) -> impl Iterator<Item = &Self> {
        iter::once(self).chain(self.waves.iter().map(|wave| &*wave.policy))
    }

    /// Checks the policy, and as it is in each of its waves.
    ///
    /// # Errors
    ///
    /// [`InvalidPolicy`], with what is `found`, each at its place in the policy.
    pub fn check(&self, found: impl Fn(&Self) -> Vec<Problem>) -> Result<(), InvalidPolicy> {
        let without = found(self);
        let mut problems = without.clone();
        for (index, wave) in self.waves.iter().enumerate() {
            let (path, merged) = (format!("$.waves[{index}]"), json!(wave.policy));
            let place = |problem| wave.differences.place(&path, &merged, &without, problem);
            problems.extend(found(&wave.policy).into_iter().filter_map(place));
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidPolicy { problems }) }
    }
}

object! {
    /// Accounts that get the policy together, after those of the waves before it and before those of the waves after it.
    Wave, "an object with name, and organizationalUnits or accounts" {
        /// The wave's name; no other wave of the policy has it.
        name: WaveName,
        /// The organizational units, at any depth, whose accounts it takes. The last wave has neither these nor `accounts`: it takes the
        /// rest.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        organizational_units: BTreeSet<OrganizationalUnitId> = default,
        /// Accounts that it takes.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        accounts: BTreeSet<AccountId> = default,
        /// What differs in it.
        #[serde(flatten)]
        differences: Differences => |wave, _| Differences::from_fields(wave),
        /// The policy as it is in this wave, which has no waves itself.
        #[serde(skip)]
        policy: Box<PatchPolicy> => |wave, _| match &differences {
            Ok(differences) => differences.read_applied_to(wave.node()).map(Box::new),
            Err(_) => Ok(Box::default()),
        },
    }
}

text_type! {
    /// A wave's name.
    WaveName, "1 to 32 letters, digits, _ and -", "^[a-zA-Z0-9_-]{1,32}$"
}

/// Ten policies of 8 KB fit into a state, which holds 256 KB.
const WAVES: &str = "a list of 1 to 10 waves; leave it out for all accounts at once";

impl Wave {
    /// Whether it names this account, or one of the units on the path down to it.
    fn names(&self, account: &AccountId, path: &[OrganizationalUnitId]) -> bool {
        self.accounts.contains(account) || path.iter().any(|unit| self.organizational_units.contains(unit))
    }
}

/// Reads the waves of a policy.
fn read_waves(node: &Node<'_>) -> Read<Vec<Wave>> {
    let items = node.items(1..=10, WAVES)?;
    all(items.iter().enumerate().map(|(index, item)| {
        let name = own_name(&items, index);
        let wave = Wave::from_node(item);
        let is_named =
            |field| item.member(field).is_some_and(|named| !named.value().is_null() && *named.value() != json!([]));
        let takes_rest = !["organizationalUnits", "accounts"].into_iter().any(is_named);
        let place = match (takes_rest, index + 1 == items.len()) {
            (true, false) => Err(item.refuse("organizationalUnits or accounts: only the last wave takes the rest")),
            (false, true) => Err(item.refuse("no organizationalUnits and no accounts: the last wave takes the rest")),
            _ => Ok(()),
        };
        name.and(place).and(wave)
    }))
}

/// Why a text is no policy.
#[derive(Debug, thiserror::Error)]
pub enum UnreadablePolicy {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// It is JSON, and not a policy.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
}

impl TryFrom<Value> for PatchPolicy {
    type Error = InvalidPolicy;

    fn try_from(value: Value) -> Result<Self, InvalidPolicy> {
        Self::parse(&value)
    }
}
