//! What a person should look at though nothing failed.

use jiff::Timestamp;
use policy::ids::{OrganizationalUnitId, Region};
use policy::{OwnerTag, Window};
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
    /// The name of [`Warning::foreign_window`].
    pub const FOREIGN_WINDOW: &str = "ForeignWindow";
    /// An account that may not list its Regions, in which those that the policy names were taken.
    pub const REGIONS_NOT_LISTED: &str = "RegionsNotListed";
    /// The name of [`Warning::dhmc_kept`].
    pub const DHMC_KEPT: &str = "DhmcKept";
    /// The name of [`Warning::dhmc_role_not_looked_for`].
    pub const DHMC_ROLE_NOT_LOOKED_FOR: &str = "DhmcRoleNotLookedFor";

    /// The name of [`Warning::never_opens`].
    pub const NEVER_OPENS: &str = "NeverOpens";
    /// The name of [`Warning::openings_overlap`].
    pub const OPENINGS_OVERLAP: &str = "OpeningsOverlap";

    /// The name of [`Warning::unknown_region`].
    pub const UNKNOWN_REGION: &str = "UnknownRegion";
    /// The name of [`Warning::unit_without_accounts`].
    pub const UNIT_WITHOUT_ACCOUNTS: &str = "UnitWithoutAccounts";

    /// A Region in scope that AWS does not have.
    #[must_use]
    pub fn unknown_region(region: &Region) -> Self {
        Self { name: Self::UNKNOWN_REGION.to_owned(), message: format!("there is no Region {region}: it was left out") }
    }

    /// An organizational unit in scope in which there is nothing to do.
    #[must_use]
    pub fn unit_without_accounts(unit: &OrganizationalUnitId, name: &str) -> Self {
        Self {
            name: Self::UNIT_WITHOUT_ACCOUNTS.to_owned(),
            message: format!("the organizational unit {name} ({unit}), which is in scope, has no accounts"),
        }
    }

    /// A window whose only moment has passed.
    #[must_use]
    pub fn never_opens(window: &Window) -> Self {
        Self {
            name: Self::NEVER_OPENS.to_owned(),
            message: format!("the window {} does not open any more: {} has passed", window.name, window.schedule),
        }
    }

    /// A window that opens again before it closes.
    #[must_use]
    pub fn openings_overlap(window: &Window, first: Timestamp, second: Timestamp) -> Self {
        let (name, hours) = (&window.name, window.duration.hours());
        Self {
            name: Self::OPENINGS_OVERLAP.to_owned(),
            message: format!(
                "the window {name} opens at {first} for {hours} h, and again at {second}, before that is over"
            ),
        }
    }

    /// A DHMC role of somebody else, which the policy does not allow to be replaced, in so many Regions of so many accounts:
    /// Quick Setup sets one everywhere.
    #[must_use]
    pub fn dhmc_kept(role: &str, regions: usize, accounts: usize) -> Self {
        Self {
            name: Self::DHMC_KEPT.to_owned(),
            message: format!(
                "Default Host Management Configuration has the role {role}, which is not ours, in {regions} account-Regions \
                 of {accounts} accounts: it was kept"
            ),
        }
    }

    /// Our DHMC role, which the member roles of so many accounts may not look for; `why` is what the first of them answered.
    #[must_use]
    pub fn dhmc_role_not_looked_for(why: &str, regions: usize, accounts: usize) -> Self {
        Self {
            name: Self::DHMC_ROLE_NOT_LOOKED_FOR.to_owned(),
            message: format!(
                "whether the role for Default Host Management Configuration is there was not to be found out in {regions} \
                 account-Regions of {accounts} accounts, and it was taken to be: {why}"
            ),
        }
    }

    /// A window that has one of our names and not our tag.
    #[must_use]
    pub fn foreign_window(name: &str, id: &str, owner_tag: &OwnerTag) -> Self {
        Self {
            name: Self::FOREIGN_WINDOW.to_owned(),
            message: format!(
                "the maintenance window {id} is also named {name} but lacks the tag {}={}: it was left alone, and both run",
                owner_tag.key.as_str(),
                owner_tag.value.as_str()
            ),
        }
    }
}
