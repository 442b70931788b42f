//! What a person should look at though nothing failed.

use jiff::{Timestamp, ZonedDateTime};
use policy::ids::{AccountId, OrganizationalUnitId, Region};
use policy::{OwnerTag, WaveName, Window};
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
    /// The name of [`Warning::opening_lost`].
    pub const OPENING_LOST: &str = "OpeningLost";
    /// The name of [`Warning::installs_before_approval`].
    pub const INSTALLS_BEFORE_APPROVAL: &str = "InstallsBeforeApproval";

    /// The name of [`Warning::unknown_region`].
    pub const UNKNOWN_REGION: &str = "UnknownRegion";
    /// The name of [`Warning::unit_without_accounts`].
    pub const UNIT_WITHOUT_ACCOUNTS: &str = "UnitWithoutAccounts";

    /// The name of [`Warning::in_two_waves`].
    pub const IN_TWO_WAVES: &str = "InTwoWaves";
    /// The name of [`Warning::wave_takes_nobody`].
    pub const WAVE_TAKES_NOBODY: &str = "WaveTakesNobody";

    /// The name of [`Warning::unknown_account`].
    pub const UNKNOWN_ACCOUNT: &str = "UnknownAccount";

    /// A warning of this name.
    pub fn new(name: &str, message: String) -> Self {
        Self { name: name.to_owned(), message }
    }

    /// An account or an organizational unit that a wave names after another one.
    pub fn in_two_waves(named: &str, first: &WaveName, second: &WaveName) -> Self {
        let message = format!("{named} is in the waves {first} and {second}: {first} takes it, as it comes first");
        Self::new(Self::IN_TWO_WAVES, message)
    }

    /// A wave without an account in scope.
    pub fn wave_takes_nobody(wave: &WaveName) -> Self {
        Self::new(Self::WAVE_TAKES_NOBODY, format!("the wave {wave} takes no account in scope"))
    }

    /// An account that a wave names and the organization does not have.
    pub fn unknown_account(wave: &WaveName, account: &AccountId) -> Self {
        let message = format!("the wave {wave} names the account {account}, which the organization does not have");
        Self::new(Self::UNKNOWN_ACCOUNT, message)
    }

    /// The same, of the policy as it is in a wave.
    #[must_use]
    pub fn in_wave(self, wave: &WaveName) -> Self {
        Self { message: format!("in the wave {wave}, {}", self.message), ..self }
    }

    /// A Region in scope that AWS does not have.
    pub fn unknown_region(region: &Region) -> Self {
        Self::new(Self::UNKNOWN_REGION, format!("there is no Region {region}: it was left out"))
    }

    /// An organizational unit in scope in which there is nothing to do.
    pub fn unit_without_accounts(unit: &OrganizationalUnitId, name: &str) -> Self {
        let message = format!("the organizational unit {name} ({unit}), which is in scope, has no accounts");
        Self::new(Self::UNIT_WITHOUT_ACCOUNTS, message)
    }

    /// A window whose only moment has passed.
    pub fn never_opens(Window { name, schedule, .. }: &Window) -> Self {
        Self::new(Self::NEVER_OPENS, format!("the window {name} does not open any more: {schedule} has passed"))
    }

    /// A window that opens again before it closes.
    pub fn openings_overlap(window: &Window, first: Timestamp, second: Timestamp) -> Self {
        let (name, hours) = (&window.name, window.duration_hours.get());
        let message =
            format!("the window {name} opens at {first} for {hours} h, and again at {second}, before that is over");
        Self::new(Self::OPENINGS_OVERLAP, message)
    }

    /// A window that does not open at `lost`, as it is set up after the day from which its offset counts, but at `first`, if at all.
    pub fn opening_lost(window: &Window, lost: Timestamp, first: Option<Timestamp>) -> Self {
        let zone = window.timezone.zone();
        let told = |at| ZonedDateTime::new(at, zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
        let first = first.map_or_else(
            || "it does not open any more".to_owned(),
            |first| format!("it opens first at {}", told(first)),
        );
        let message = format!(
            "the window {} does not open at {}: its schedule is set after the day of {}, from which its offset counts; {first}",
            window.name,
            told(lost),
            window.schedule.expression()
        );
        Self::new(Self::OPENING_LOST, message)
    }

    /// A window that installs so many days after a Patch Tuesday, before AWS's default baselines approve what came out on it.
    pub fn installs_before_approval(Window { name, .. }: &Window, days: u8, approved_after: u8) -> Self {
        let installs = match days {
            0 => "on Patch Tuesday".to_owned(),
            1 => "1 day after Patch Tuesday".to_owned(),
            days => format!("{days} days after Patch Tuesday"),
        };
        let message = format!(
            "the window {name} installs {installs}, and AWS's default baselines for Windows, Amazon Linux, RHEL and SUSE approve what \
             came out on it after {approved_after} days: by these it installs what the month before brought"
        );
        Self::new(Self::INSTALLS_BEFORE_APPROVAL, message)
    }

    /// A DHMC role of somebody else, which the policy does not allow to be replaced, in so many Regions of so many accounts:
    /// Quick Setup sets one everywhere.
    pub fn dhmc_kept(role: &str, regions: usize, accounts: usize) -> Self {
        let message = format!(
            "Default Host Management Configuration has the role {role}, which is not ours, in {regions} account-Regions of \
             {accounts} accounts: it was kept"
        );
        Self::new(Self::DHMC_KEPT, message)
    }

    /// Our DHMC role, which the member roles of so many accounts may not look for; `why` is what the first of them answered.
    pub fn dhmc_role_not_looked_for(why: &str, regions: usize, accounts: usize) -> Self {
        let message = format!(
            "whether the role for Default Host Management Configuration is there was not to be found out in {regions} \
             account-Regions of {accounts} accounts, and it was taken to be: {why}"
        );
        Self::new(Self::DHMC_ROLE_NOT_LOOKED_FOR, message)
    }

    /// A window that has one of our names and not our tag.
    pub fn foreign_window(name: &str, id: &str, owner_tag: &OwnerTag) -> Self {
        let (key, value) = (owner_tag.key.as_str(), owner_tag.value.as_str());
        let message = format!(
            "the maintenance window {id} is also named {name} but lacks the tag {key}={value}: it was left alone, and both run"
        );
        Self::new(Self::FOREIGN_WINDOW, message)
    }
}
