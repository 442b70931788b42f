//! Whether Systems Manager reaches a host and can patch it.

use jiff::SignedDuration;

use super::{Case, Findings, day};
use crate::hosts::observation::{Instance, ManagedNode};
use crate::hosts::platform::{OLD_AGENT, OLDEST_AGENT, is_before, operating_system};
use crate::hosts::{HostKind, Reason, Verdict};

/// How long a host that runs may not be heard of before somebody has to look at it.
const LOST: SignedDuration = SignedDuration::from_hours(24);

impl Case<'_> {
    pub(super) fn reach(&self, findings: &mut Findings) {
        self.newness(findings);
        match (self.host.instance, self.host.node) {
            (Some(instance), _) if self.host.is_stopped() => {
                findings.say(
                    Reason::Stopped,
                    Verdict::Away,
                    instance.state_reason.clone().filter(|reason| !reason.is_empty()),
                );
            }
            (Some(instance), None) => self.unmanaged(instance, findings),
            (_, Some(node)) if node.ping_status != "Online" => self.lost(node, findings),
            _ => {}
        }
        if let Some(node) = self.host.node {
            support(node, findings);
        }
    }

    /// What began a short while ago explains that an agent is not there yet, and that nothing was scanned.
    fn newness(&self, findings: &mut Findings) {
        let now = self.around.now;
        let is_online = self.host.node.is_some_and(|node| node.ping_status == "Online");
        if self.host.is_stopped() || (is_online && self.host.patch.is_some()) {
            return;
        }
        let windows: Vec<_> = if self.windows.is_empty() {
            self.patching.iter().filter(|window| window.found.is_some()).collect()
        } else {
            self.windows.iter().collect()
        };
        if self.host.is_new(now) {
            findings.say(Reason::TooEarly, Verdict::Unknown, "it was started less than 30 minutes ago".to_owned());
        } else if !windows.is_empty() && windows.iter().all(|window| window.is_new(now)) {
            findings.say(
                Reason::TooEarly,
                Verdict::Unknown,
                "its windows were made less than 30 minutes ago".to_owned(),
            );
        }
    }

    fn unmanaged(&self, instance: &Instance, findings: &mut Findings) {
        let has_role = instance.profile.is_some() || self.around.has_dhmc;
        if instance.has_metadata_off {
            findings.say(Reason::MetadataOff, Verdict::Blocked, None);
        }
        if !has_role {
            findings.say(Reason::NoRole, Verdict::Blocked, None);
        }
        if instance.has_metadata_off || !has_role || findings.has(Reason::TooEarly) {
            return; // which explains it
        }
        match &instance.profile {
            Some(profile) => findings.say(Reason::NotManagedProfile, Verdict::Blocked, profile.clone()),
            None => findings.say(Reason::NotManaged, Verdict::Blocked, instance.vpc.clone()),
        }
    }

    fn lost(&self, node: &ManagedNode, findings: &mut Findings) {
        let is_long_ago = node.last_ping_at.is_some_and(|last| self.around.now.duration_since(last) > LOST);
        let verdict = if self.host.kind() == HostKind::Ec2 && is_long_ago { Verdict::Blocked } else { Verdict::Away };
        let detail = node.last_ping_at.map(|last| format!("last heard of on {}", day(last)));
        findings.say(Reason::ConnectionLost, verdict, detail);
    }
}

fn support(node: &ManagedNode, findings: &mut Findings) {
    if let Some(name) = &node.platform_name
        && operating_system(name, node.platform_version.as_deref()).is_none()
    {
        findings.say(Reason::PlatformNotSupported, Verdict::Blocked, name.clone());
    }
    if let Some(version) = &node.agent_version
        && is_before(version, OLD_AGENT)
    {
        let verdict = if is_before(version, OLDEST_AGENT) { Verdict::Blocked } else { Verdict::Attention };
        findings.say(
            Reason::AgentTooOld,
            verdict,
            format!("{version}, and {OLD_AGENT} is the oldest one that is meant"),
        );
    }
}
