//! Hosts: what EC2 and Systems Manager know of each.
//!
//! A host of EC2 has an instance, and a managed node once its agent has reported; a hybrid one (`mi-…`) has only the node. An
//! instance that was terminated a short while ago may be left as a node alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pages::Listed;
use crate::play::Night;
use crate::state::Holdings;

mod check;
mod conduct;
mod instance;
mod node;
mod patch_state;
mod platform;

pub use check::Mistakes;
pub use conduct::{Conduct, Event, Happening, Response};
pub use instance::{Instance, InstanceState, MetadataOptions, Operator};
pub use node::{Node, PingStatus, PlatformType};
pub use patch_state::{PatchOperation, PatchState, RebootOption};

pub(crate) use check::check;

use crate::baselines::Baseline;

/// Hosts of one account-Region, and the patch baselines that are its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fleet {
    /// The account's id.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Its hosts; one whose id is known takes the other's place.
    #[serde(default)]
    pub hosts: Vec<Host>,
    /// Its own baselines, beside those of AWS; one whose id is known takes the other's place.
    #[serde(default)]
    pub baselines: Vec<Baseline>,
}

/// One host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Host {
    /// `i-` with 8 or 17, `mi-` with 17 hexadecimal digits.
    pub id: String,
    /// What EC2 knows of it; nothing of a hybrid one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
    /// What Systems Manager knows of it; nothing while no agent has reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Node>,
    /// What the last operation of Patch Manager left; nothing while there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch_state: Option<PatchState>,
    /// How it behaves when windows are played.
    #[serde(default)]
    pub conduct: Conduct,
}

/// A host that is kept.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) host: Host,
    pub(crate) sequence: u64,
    /// What windows have made of it.
    pub(crate) nights: Vec<Night>,
    /// Since the last operation of Patch Manager.
    pub(crate) has_restarted: bool,
    /// When EC2 does not know it any more.
    pub(crate) gone_at: Option<Timestamp>,
}

impl Listed for Held {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Host {
    pub(crate) fn is_hybrid(&self) -> bool {
        self.id.starts_with("mi-")
    }

    /// Those of EC2, or of Systems Manager for a hybrid one.
    pub(crate) fn tags(&self) -> &BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let of_instance = self.instance.as_ref().map(|instance| &instance.tags);
        let of_node = self.node.as_ref().filter(|_| self.is_hybrid()).map(|node| &node.tags);
        of_instance.or(of_node).unwrap_or(&NONE)
    }

    /// Whether it has been launched by then.
    pub(crate) fn is_there(&self, at: Timestamp) -> bool {
        self.instance.as_ref().is_none_or(|instance| instance.launch_time <= at)
    }

    /// "Managed nodes that are stopped or terminated" are not listed:
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html>.
    pub(crate) fn managed_node(&self) -> Option<&Node> {
        let is_away =
            |instance: &Instance| matches!(instance.state, InstanceState::Stopped | InstanceState::Terminated);
        self.node.as_ref().filter(|_| !self.instance.as_ref().is_some_and(is_away))
    }
}

impl Holdings {
    /// Takes a fleet that has been checked.
    pub(crate) fn put(&mut self, fleet: &Fleet) {
        let mut places: BTreeMap<String, usize> =
            self.hosts.iter().enumerate().map(|(place, held)| (held.host.id.clone(), place)).collect();
        for host in &fleet.hosts {
            if let Some(place) = places.get(&host.id) {
                self.hosts[*place].host = host.clone();
                continue;
            }
            places.insert(host.id.clone(), self.hosts.len());
            let sequence = self.next_sequence();
            let host = host.clone();
            self.hosts.push(Held { host, sequence, nights: Vec::new(), has_restarted: false, gone_at: None });
        }
        for baseline in &fleet.baselines {
            self.baselines.retain(|one| one.id != baseline.id);
            self.baselines.push(baseline.clone());
        }
    }

    pub(crate) fn host(&self, id: &str) -> Option<&Host> {
        self.hosts.iter().map(|held| &held.host).find(|host| host.id == id)
    }
}

/// As EC2 writes times.
pub(crate) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

#[cfg(test)]
mod tests;
