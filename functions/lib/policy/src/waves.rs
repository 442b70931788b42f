//! Waves: who gets the policy first, who later, and what differs there.

mod differences;

use std::collections::BTreeSet;
use std::iter;

use serde_json::{Value, json};

use crate::ids::{AccountId, OrganizationalUnitId};
use crate::policy::PatchPolicy;
use crate::problem::InvalidPolicy;
use crate::reader::{Node, Read, all, read_object};
use crate::text::text_type;

pub use differences::Differences;

/// Accounts that get the policy together, after those of the waves before it and before those of the waves after it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct Wave {
    /// The wave's name; no other wave of the policy has it.
    pub name: WaveName,
    /// The organizational units, at any depth, whose accounts it takes. The last wave has neither these nor `accounts`: it takes the
    /// rest.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub organizational_units: BTreeSet<OrganizationalUnitId>,
    /// Accounts that it takes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<AccountId>,
    /// What differs in it.
    #[serde(flatten)]
    pub differences: Differences,
    /// The policy as it is in this wave, which has no waves itself.
    #[serde(skip)]
    pub policy: Box<PatchPolicy>,
}

text_type! {
    /// A wave's name.
    WaveName, "1 to 32 letters, digits, _ and -", "^[a-zA-Z0-9_-]{1,32}$"
}

/// As many as can be told apart, and as fit into a state with their policies.
pub(super) const WAVES: &str = "a list of 1 to 10 waves; leave it out for all accounts at once";

impl Wave {
    const EXPECTED: &'static str = "an object with name, and organizationalUnits or accounts";

    /// Whether it names this account, or one of the units on the path down to it.
    fn names(&self, account: &AccountId, path: &[OrganizationalUnitId]) -> bool {
        self.accounts.contains(account) || path.iter().any(|unit| self.organizational_units.contains(unit))
    }

    /// Reads a wave of a policy, and the policy as it is there.
    fn read(node: &Node<'_>, policy: &Value) -> Read<Self> {
        read_object!(node as object {
            name: object.required("name"),
            organizational_units: object.or("organizationalUnits", BTreeSet::new()),
            accounts: object.or("accounts", BTreeSet::new()),
            differences: Differences::from_fields(&mut object),
            policy: match &differences {
                Ok(differences) => differences.read_applied_to(policy, node).map(Box::new),
                Err(_) => Ok(Box::default()),
            },
        })
    }
}

impl PatchPolicy {
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
    /// [`InvalidPolicy`], with what `check` finds, each at its place in the policy.
    pub fn check(&self, check: impl Fn(&Self) -> Result<(), InvalidPolicy>) -> Result<(), InvalidPolicy> {
        let found = |policy: &Self| check(policy).err().map(|error| error.problems).unwrap_or_default();
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

/// Reads the waves of a policy.
pub(super) fn read_waves(node: &Node<'_>, policy: &Value) -> Read<Vec<Wave>> {
    let items = node.items(WAVES)?;
    if !(1..=10).contains(&items.len()) {
        return Err(node.refuse(WAVES));
    }
    let mut names = BTreeSet::new();
    all(items.iter().enumerate().map(|(index, item)| {
        let wave = Wave::read(item, policy);
        let name = item.member("name").filter(|name| name.value().is_string());
        let name = match name.filter(|name| !names.insert(name.value().to_string())) {
            Some(taken) => Err(taken.refuse("a name of its own")),
            None => Ok(()),
        };
        let selectors = ["organizationalUnits", "accounts"].map(|field| item.member(field));
        let names_some = |node: &Node<'_>| !matches!(node.value(), Value::Null) && node.value() != &json!([]);
        let place = match (selectors.iter().flatten().any(names_some), index + 1 == items.len()) {
            (false, false) => Err(item.refuse("organizationalUnits or accounts: only the last wave takes the rest")),
            (true, true) => Err(item.refuse("no organizationalUnits and no accounts: the last wave takes the rest")),
            _ => Ok(()),
        };
        name.and(place).and(wave)
    }))
}
