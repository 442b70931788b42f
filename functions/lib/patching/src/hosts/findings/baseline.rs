//! With which baseline a host was scanned, and by whom.

use super::{Case, Findings, day};
use crate::hosts::observation::{ObservedBaseline, PatchState};
use crate::hosts::platform::operating_system;
use crate::hosts::{Reason, Verdict};

/// The tags that give a host a baseline of its own, by the groups that are registered with it.
const PATCH_GROUPS: [&str; 2] = ["Patch Group", "PatchGroup"];

/// A baseline by itself: AWS's own are named by ARN in some places, `arn:aws:ssm:…:patchbaseline/pb-…`.
fn bare(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, id)| id)
}

impl Case<'_> {
    pub(super) fn baseline(&self, findings: &mut Findings) {
        let used = self.host.patch.map(|patch| &*patch.baseline);
        let used = used.and_then(|used| self.named(used)).or_else(|| self.default_baseline());
        if let Some(baseline) = used.filter(|baseline| baseline.approves_nothing) {
            findings.say(Reason::BaselineApprovesNothing, Verdict::Blocked, baseline.name.clone());
        }
        if let Some(patch) = self.host.patch {
            self.scanned_by(patch, findings);
        }
    }

    /// A scan by something else with the baseline that is meant tells the same, and is only to be known.
    fn scanned_by(&self, patch: &PatchState, findings: &mut Findings) {
        let has_own = PATCH_GROUPS.iter().any(|key| self.host.tag(key).is_some());
        let default = self.default_baseline();
        let is_default = default.map(|default| bare(&default.id) == bare(&patch.baseline));
        let name = self.named(&patch.baseline).map_or(&*patch.baseline, |baseline| &*baseline.name);
        if !has_own && is_default == Some(false) {
            let expected = default.map_or("", |default| &*default.name);
            let detail = format!("{name}, and the default here is {expected}");
            findings.say(Reason::OtherBaseline, Verdict::Attention, detail);
        } else if self.is_of_somebody_else(patch) {
            let at = patch.ended().map(day).unwrap_or_default();
            let detail = format!("not by one of these windows, on {at}, with {name}");
            if has_own || is_default == Some(true) {
                findings.note(Reason::OtherBaseline, detail);
            } else {
                findings.say(Reason::OtherBaseline, Verdict::Attention, detail);
            }
        }
    }

    /// Whether no window of ours was open when a scan was made, as far as that is known.
    fn is_of_somebody_else(&self, patch: &PatchState) -> bool {
        let Some(ended) = patch.ended() else { return false };
        let mut found = self.around.windows.iter().filter_map(|window| window.found);
        let mut own = self.windows.iter().filter_map(|window| window.found).peekable();
        own.peek().is_some() && own.all(|window| window.is_known_at(ended)) && !found.any(|window| window.made(patch))
    }

    pub(super) fn named(&self, id: &str) -> Option<&ObservedBaseline> {
        self.around.baselines.values().copied().find(|baseline| bare(&baseline.id) == bare(id))
    }

    fn default_baseline(&self) -> Option<&ObservedBaseline> {
        let node = self.host.node?;
        let system = operating_system(node.platform_name.as_deref()?, node.platform_version.as_deref())?;
        self.around
            .baselines
            .values()
            .copied()
            .find(|baseline| baseline.is_default && baseline.operating_system == system)
    }
}
