//! What a person should look at though nothing failed.

use policy::WaveName;
use policy::ids::{AccountId, OrganizationalUnitId, Region};
use serde::{Deserialize, Serialize};

use super::failure::message_of_cause;

/// Something that a person should look at, though nothing failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// What it is, such as `ForeignWindow`.
    pub name: String,
    /// A sentence, or what the service said.
    #[serde(alias = "cause", deserialize_with = "message_of_cause")]
    pub message: String,
}

impl Warning {
    /// A warning of this name, about which there is [advice](crate::advice).
    pub fn new(name: &str, message: String) -> Self {
        Self { name: name.to_owned(), message }
    }

    /// An account or an organizational unit that a wave names after another one.
    pub fn in_two_waves(named: &str, first: &WaveName, second: &WaveName) -> Self {
        let message = format!("{named} is in the waves {first} and {second}: {first} takes it, as it comes first");
        Self::new("InTwoWaves", message)
    }

    /// A wave without an account in scope.
    pub fn wave_takes_nobody(wave: &WaveName) -> Self {
        Self::new("WaveTakesNobody", format!("the wave {wave} takes no account in scope"))
    }

    /// An account that a wave names and the organization does not have.
    pub fn unknown_account(wave: &WaveName, account: &AccountId) -> Self {
        let message = format!("the wave {wave} names the account {account}, which the organization does not have");
        Self::new("UnknownAccount", message)
    }

    /// A Region in scope that AWS does not have.
    pub fn unknown_region(region: &Region) -> Self {
        Self::new("UnknownRegion", format!("there is no Region {region}: it was left out"))
    }

    /// An organizational unit in scope in which there is nothing to do.
    pub fn unit_without_accounts(unit: &OrganizationalUnitId, name: &str) -> Self {
        let message = format!("the organizational unit {name} ({unit}), which is in scope, has no accounts");
        Self::new("UnitWithoutAccounts", message)
    }

    /// The same, of the policy as it is in a wave.
    #[must_use]
    pub fn in_wave(self, wave: &WaveName) -> Self {
        Self { message: format!("in the wave {wave}, {}", self.message), ..self }
    }
}
