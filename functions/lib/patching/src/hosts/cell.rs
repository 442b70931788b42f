//! What is kept of the hosts of one account and Region: `runs/<run>/hosts/<account>/<region>.json`.

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Reason, Verdict, later};
use policy::ids::{AccountId, Region};

/// The hosts of one account and Region, as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// When it was looked at.
    pub inspected_at: Timestamp,
    /// The role of Default Host Management Configuration; `null` when none is set.
    pub dhmc: Option<String>,
    /// The windows of ours, by name.
    pub windows: Vec<WindowRun>,
    /// The baselines that occur, by id.
    pub baselines: Vec<Baseline>,
    /// The hosts, by id.
    pub hosts: Vec<Host>,
}

/// A window and what its last opening did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowRun {
    /// Its name.
    pub name: String,
    /// `mw-…`; `null` for one of the policy that is not there.
    pub id: Option<String>,
    /// Whether it opens.
    pub enabled: bool,
    /// When it opens next, as SSM states it.
    pub next_execution: Option<String>,
    /// Its last opening that is over; `null` when there was none of late.
    pub last: Option<LastRun>,
    /// When it should have opened last, if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub missed_at: Option<Timestamp>,
    /// Whether it should have opened since it was made and looked at last, and did not, ended before it sent a command, or found nobody.
    pub not_run: bool,
}

/// What one opening of a window did, hosts counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastRun {
    /// The id of the window's execution.
    pub execution: String,
    /// When it began.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub started_at: Option<Timestamp>,
    /// `SUCCESS`, `FAILED` and the like.
    pub status: String,
    /// The service's sentence.
    pub details: Option<String>,
    /// Hosts that it was for.
    pub targets: u32,
    /// Hosts on which it succeeded.
    pub succeeded: u32,
    /// Hosts on which it failed or did not end in time.
    pub failed: u32,
    /// Hosts that it did not reach.
    pub not_reached: u32,
    /// Hosts to which it did not come, as too many others had failed.
    pub stopped_by_limit: u32,
    /// Hosts to which it did not come before the window closed.
    pub cut_off: u32,
}

/// A patch baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// Its id or ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many days after its release a patch is approved.
    pub approve_after_days: Option<u32>,
}

/// A host and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// `i-…` or `mi-…`.
    pub id: String,
    /// Its tag `Name`, or what Systems Manager calls it.
    pub name: Option<String>,
    /// Where it runs.
    pub kind: HostKind,
    /// EC2's state; `null` for a machine elsewhere.
    pub state: Option<String>,
    /// The operating system with its version, as far as it is known.
    pub platform: Option<String>,
    /// The agent's version.
    pub agent_version: Option<String>,
    /// `Online` or `ConnectionLost`; `null` for one that is not managed.
    pub ping_status: Option<String>,
    /// When the agent was last heard of.
    pub last_ping_at: Option<Timestamp>,
    /// The last start.
    pub launched_at: Option<Timestamp>,
    /// Its network.
    pub vpc: Option<String>,
    /// What renews it: `asg:web`, `eks:nodes`, `karpenter:default`.
    pub group: Option<String>,
    /// The names of the windows that find it to patch it, as far as they are set up.
    pub windows: Vec<String>,
    /// When the first of them opens next, as SSM states it.
    pub next_execution: Option<String>,
    /// What is said of it.
    #[serde(deserialize_with = "super::later::verdict")]
    pub verdict: Verdict,
    /// Why, the one that gives the verdict first, and last what is only to be known; of a host that is patched or due there is
    /// nothing but the latter.
    #[serde(deserialize_with = "findings")]
    pub reasons: Vec<Finding>,
    /// What its last patching operation found.
    pub patch: Option<Patch>,
    /// What the last opening of a window did to it.
    pub last_window: Option<LastResult>,
}

impl Host {
    /// The reason that gives its verdict; none of a host that is patched or due.
    pub fn headline(&self) -> Option<Reason> {
        let is_as_it_should_be = matches!(self.verdict, Verdict::Patched | Verdict::Due);
        self.reasons.first().map(|finding| finding.name).filter(|_| !is_as_it_should_be)
    }
}

/// A reason with what is particular to this host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The reason.
    pub name: Reason,
    /// What is particular, such as `the tag InstanceOS is "linux"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The tag with which its window would find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
}

/// A tag of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Where a host runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum HostKind {
    /// An EC2 instance.
    Ec2,
    /// A machine elsewhere that Systems Manager manages.
    Hybrid,
}

/// What the last patching operation of a host found; counts of an operation that failed are `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// `Scan` or `Install`.
    pub operation: String,
    /// When it ended; `null` when it failed.
    pub ended_at: Option<Timestamp>,
    /// The baseline's id or ARN.
    pub baseline: String,
    /// Patches approved and not installed.
    pub missing_count: Option<u32>,
    /// Patches that could not be installed.
    pub failed_count: Option<u32>,
    /// Patches since which the host was not restarted.
    pub installed_pending_reboot_count: Option<u32>,
    /// Critical patches that it lacks.
    pub critical_non_compliant_count: Option<u32>,
    /// Security patches that it lacks.
    pub security_non_compliant_count: Option<u32>,
    /// Other patches that it lacks.
    pub other_non_compliant_count: Option<u32>,
    /// Security updates that are out and not approved.
    pub available_security_update_count: Option<u32>,
}

/// What the last opening of a window did to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastResult {
    /// The window's name.
    pub window: String,
    /// When.
    pub at: Option<Timestamp>,
    /// `Success`, `Failed`, `Terminated` and the like; `NotInvoked` of a host that it passed over; what became of the opening
    /// (`SKIPPED_OVERLAPPING`) where it came to no host.
    pub result: String,
}

/// Those of the findings whose reason has a name here.
fn findings<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Finding>, D::Error> {
    let findings = Vec::<Value>::deserialize(from)?.into_iter();
    let is_known =
        |finding: &Value| finding["name"].as_str().is_none_or(|name| later::known::<Reason>(name.into()).is_some());
    findings.filter(is_known).map(|finding| serde_json::from_value(finding).map_err(D::Error::custom)).collect()
}
