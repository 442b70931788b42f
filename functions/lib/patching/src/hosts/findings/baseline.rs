//! With which baseline a host was scanned, and by whom.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Case, Findings, day};
use crate::hosts::observation::{ObservedBaseline, PATCH_GROUP_TAGS, PatchState};
use crate::hosts::platform::operating_system;
use crate::hosts::{Reason, Verdict};

/// How long ago the last day may have begun whose patches a baseline approves: every month, which is five weeks at most, there are new ones.
const FROZEN: SignedDuration = SignedDuration::from_hours(36 * 24);

/// A baseline by itself: AWS's own are named by ARN in some places, `arn:aws:ssm:…:patchbaseline/pb-…`.
fn bare(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, id)| id)
}

/// The baselines with which a host is to be scanned.
struct Meant<'a> {
    /// Whether by its patch group; else it is the default.
    is_of_group: bool,
    /// Each by id and name; more than one where a host is in two groups.
    each: Vec<(&'a str, &'a str)>,
}

impl Meant<'_> {
    fn has(&self, id: &str) -> bool {
        self.each.iter().any(|(meant, _)| bare(meant) == bare(id))
    }
}

impl Case<'_> {
    pub(super) fn baseline(&self, findings: &mut Findings) {
        let meant = self.meant();
        let used = self.host.patch.and_then(|patch| self.named(&patch.baseline));
        let used = used.or_else(|| meant.each.iter().find_map(|(id, _)| self.named(id)));
        if let Some(why) = used.and_then(|baseline| self.approves_nothing(baseline)) {
            findings.say(Reason::BaselineApprovesNothing, Verdict::Blocked, why);
        }
        if let Some(patch) = self.host.patch {
            self.scanned_by(patch, &meant, findings);
        }
    }

    /// Why a baseline lets nothing be installed any more.
    fn approves_nothing(&self, baseline: &ObservedBaseline) -> Option<String> {
        if baseline.approves_nothing {
            return Some(baseline.name.clone());
        }
        let until = baseline.approves_until.filter(|until| self.is_frozen(*until))?;
        Some(format!("{}: nothing that was released after {until}", baseline.name))
    }

    fn is_frozen(&self, until: Date) -> bool {
        TimeZone::UTC.to_timestamp(until.into()).map_or(true, |until| self.around.now.duration_since(until) > FROZEN)
    }

    /// A scan by something else with the baseline that is meant tells the same, and is only to be known.
    fn scanned_by(&self, patch: &PatchState, meant: &Meant<'_>, findings: &mut Findings) {
        let is_meant = meant.has(&patch.baseline);
        let name = self.named(&patch.baseline).map_or(&*patch.baseline, |baseline| &*baseline.name);
        if let Some((_, expected)) = meant.each.first().filter(|_| !is_meant) {
            let whose = if meant.is_of_group { "that of its patch group" } else { "the default here" };
            let detail = format!("{name}, and {whose} is {expected}");
            findings.say(Reason::OtherBaseline, Verdict::Attention, detail);
        } else if self.is_of_somebody_else(patch) {
            let at = patch.ended().map(day).unwrap_or_default();
            let detail = format!("not by one of these windows, on {at}, with {name}");
            if is_meant {
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

    /// That with which its patch group is registered for its operating system, or else the default; none where that is not known.
    fn meant(&self) -> Meant<'_> {
        let Some(system) = self.system() else { return Meant { is_of_group: false, each: Vec::new() } };
        let is_in = |group: &str| PATCH_GROUP_TAGS.iter().any(|key| self.host.tag(key) == Some(group));
        let registered = self.around.patch_groups.iter();
        let registered = registered.filter(|group| group.operating_system == system && is_in(&group.name));
        let mut each: Vec<_> = registered.map(|group| (&*group.baseline, &*group.baseline_name)).collect();
        each.sort_unstable();
        let is_of_group = !each.is_empty();
        if !is_of_group {
            let mut of_system = self.around.baselines.values().filter(|baseline| baseline.operating_system == system);
            each.extend(of_system.find(|baseline| baseline.is_default).map(|default| (&*default.id, &*default.name)));
        }
        Meant { is_of_group, each }
    }

    fn system(&self) -> Option<&'static str> {
        let node = self.host.node?;
        operating_system(node.platform_name.as_deref()?, node.platform_version.as_deref())
    }
}
