//! Waves: who gets the policy first, who later, and what differs there.

mod differences;

use std::collections::BTreeSet;
use std::iter;

use serde_json::json;

use crate::ids::{AccountId, OrganizationalUnitId};
use crate::policy::PatchPolicy;
use crate::problem::{InvalidPolicy, Problem};
use crate::reader::{FromNode, Node, Read, all, object, own_name};
use crate::text::text_type;

pub use differences::Differences;

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

/// As many as can be told apart, and as fit into a state with their policies.
pub(super) const WAVES: &str = "a list of 1 to 10 waves; leave it out for all accounts at once";

impl Wave {
    /// Whether it names this account, or one of the units on the path down to it.
    fn names(&self, account: &AccountId, path: &[OrganizationalUnitId]) -> bool {
        self.accounts.contains(account) || path.iter().any(|unit| self.organizational_units.contains(unit))
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

/// Reads the waves of a policy.
pub(super) fn read_waves(node: &Node<'_>) -> Read<Vec<Wave>> {
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
