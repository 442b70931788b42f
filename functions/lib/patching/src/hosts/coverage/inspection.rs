//! What `coverage.json` holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::HostCount;
use crate::hosts::Reason;
use crate::outcome::{Failure, Status, Warning};
use policy::ids::{AccountId, Region, RunId};

/// An inspection: what `coverage.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The execution's ARN.
    pub execution: Option<String>,
    /// The execution's input, as it was given.
    pub input: Value,
    /// Failed when the run as a whole or an account in it failed.
    pub status: Status,
    /// When the execution started, RFC 3339.
    pub started_at: String,
    /// When this was written, RFC 3339.
    pub finished_at: String,
    /// Why the run as a whole could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// What a person should look at once, in however many accounts it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// The hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
    /// Places that could not be looked at: account-Regions, and accounts of which not even the Regions are known.
    pub not_inspected: u64,
    /// Places into which a service control policy lets nobody look; they are none of the former.
    #[serde(default)]
    pub denied: u64,
    /// Whether the policy turned everything off, so that no window opens.
    #[serde(default)]
    pub disabled: bool,
    /// Windows of account-Regions that should have run and did not.
    pub windows_not_run: u64,
    /// The oldest of the last patching operations of hosts that are to be patched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub oldest_scan: Option<Timestamp>,
    /// Why hosts are not patched, and what else is to be known of them; what keeps most of them first.
    pub reasons: Vec<ReasonCount>,
    /// Networks with hosts that are not managed, those with most of them first.
    pub networks: Vec<Network>,
    /// What the windows did last, by name and day.
    pub windows: Vec<WindowCount>,
    /// Organizational units with all that is below them, in the order of their paths.
    pub units: Vec<UnitCount>,
    /// The waves of the policy, in their order; none when it has no waves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<WaveCount>,
    /// How many accounts were skipped, by reason: those that the run left out, and those in which nothing was done.
    pub skipped: BTreeMap<String, usize>,
    /// The accounts, in the order of their ids.
    pub accounts: Vec<AccountCoverage>,
}

/// A reason, and how many hosts it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReasonCount {
    /// The reason.
    pub name: Reason,
    /// Hosts whose verdict it gives.
    pub hosts: u64,
    /// Hosts of which it is said beside another reason, or that are patched all the same.
    pub also: u64,
    /// Accounts in which it is said of a host.
    pub accounts: u64,
    /// Account-Regions in which it is said of a host.
    pub regions: u64,
    /// The oldest of their last patching operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub oldest_scan: Option<Timestamp>,
    /// Those of the hosts of which no patching operation is known.
    pub never_scanned: u64,
    /// What to do about it.
    pub advice: String,
    /// The command that mends it for the first of the hosts whose verdict it gives, to be run in that host's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// A network with hosts that are not managed: where it is all of them, the way to Systems Manager is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// `vpc-…`.
    pub vpc: String,
    /// Hosts that run in it and are not managed.
    pub not_managed: u64,
    /// Hosts that run in it.
    pub running: u64,
}

/// What a window did when it opened last on one day, in all account-Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowCount {
    /// Its name.
    pub name: String,
    /// The day in UTC; none where it did not open of late.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub day: Option<Date>,
    /// Account-Regions in which it ran on a host.
    pub ran: u64,
    /// Account-Regions in which it opened and found no host.
    pub nobody: u64,
    /// Account-Regions in which it should have opened and did not, or ended before it sent a command.
    pub not_run: u64,
    /// Account-Regions in which it is not there, or is off.
    pub off: u64,
    /// Account-Regions in which it did not have to open yet.
    pub not_due: u64,
    /// Hosts on which it succeeded.
    pub succeeded: u64,
    /// Hosts on which it failed or did not end in time.
    pub failed: u64,
    /// Hosts that it did not reach.
    pub not_reached: u64,
    /// Hosts to which it did not come, as too many others had failed.
    pub stopped_by_limit: u64,
    /// Hosts to which it did not come before it closed.
    pub cut_off: u64,
}

/// An organizational unit with all that is below it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnitCount {
    /// Its path, such as `Root/Workloads/Production`.
    pub path: String,
    /// Accounts.
    pub accounts: u64,
    /// Its hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
}

/// A wave with the hosts of its accounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WaveCount {
    /// The wave's name.
    pub name: String,
    /// Accounts.
    pub accounts: u64,
    /// Its hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
}

/// The hosts of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountCoverage {
    /// The account.
    pub id: AccountId,
    /// Its name in the organization.
    pub name: String,
    /// The path of its organizational unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// The wave that it is in, when the policy has waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Its hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
    /// Why the account as a whole could not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_inspected: Option<NotInspected>,
    /// Its Regions that have hosts or were not looked at.
    pub regions: Vec<RegionCoverage>,
}

/// The hosts of a Region of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegionCoverage {
    /// The Region.
    pub region: Region,
    /// Its hosts, counted.
    #[serde(flatten)]
    pub hosts: HostCount,
    /// Why it could not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_inspected: Option<NotInspected>,
}

/// Why nobody looked at an account or a Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotInspected {
    /// The error's or the reason's name, such as `AccessDenied` or `RegionDenied`.
    pub name: String,
    /// What was said.
    pub message: String,
    /// What to do about it.
    pub advice: String,
    /// Whether a service control policy lets nobody look there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub denied: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(is: &bool) -> bool {
    !is
}
