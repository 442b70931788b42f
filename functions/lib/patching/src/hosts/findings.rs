//! All that is to be said of a host.

mod baseline;
mod patches;
mod reach;
mod results;
mod search;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::observation::{ObservedBaseline, PatchGroup, PatchState};
use super::subject::Subject;
use super::windows::{Window, Work};
use super::{Finding, Reason, Verdict};

/// What is the same for all hosts of an account and Region.
pub(super) struct Circumstances<'a> {
    pub(super) now: Timestamp,
    /// Whether the policy turns everything off.
    pub(super) is_disabled: bool,
    /// Whether hosts without a profile get a role.
    pub(super) has_dhmc: bool,
    /// By id.
    pub(super) baselines: BTreeMap<&'a str, &'a ObservedBaseline>,
    pub(super) patch_groups: &'a [PatchGroup],
    /// Those of the policy.
    pub(super) windows: &'a [Window<'a>],
}

/// A host with the windows that are for it.
pub(super) struct Case<'a> {
    pub(super) host: Subject<'a>,
    pub(super) around: &'a Circumstances<'a>,
    /// All windows that do something about patches.
    pub(super) patching: Vec<&'a Window<'a>>,
    /// Those of them that find the host. A document of somebody's own is looked at only where no other window patches the host.
    pub(super) windows: Vec<&'a Window<'a>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(host: Subject<'a>, around: &'a Circumstances<'a>) -> Self {
        let patching: Vec<_> = around.windows.iter().filter(|window| window.is_for_patches()).collect();
        let finding = patching.iter().copied();
        let finding = finding.filter(|window| window.work != Work::None && super::target::finds(window, &host));
        let (own, windows): (Vec<_>, Vec<_>) = finding.partition(|window| window.work == Work::Own);
        let windows = if windows.is_empty() { own } else { windows };
        Self { host, around, patching, windows }
    }

    /// What the host gets, and why: the reasons that give a verdict first, in their order, and then what is only to be known.
    pub(super) fn judged(&self) -> (Verdict, Vec<Finding>) {
        let findings = self.not_ours().map_or_else(|| self.findings(), |reason| Findings::from([reason]));
        let mut each: Vec<_> = findings.0.into_values().collect();
        each.sort_by_key(|(verdict, finding)| (verdict.is_none(), finding.name));
        let first = each.first().and_then(|(verdict, _)| *verdict);
        // What no window will patch is blocked, whatever else has to be looked at before.
        let is_blocked = each.iter().any(|(verdict, _)| *verdict == Some(Verdict::Blocked));
        let verdict = match first {
            Some(Verdict::Attention) if is_blocked => Verdict::Blocked,
            _ => first.unwrap_or_else(|| self.without_reason()),
        };
        (verdict, each.into_iter().map(|(_, finding)| finding).collect())
    }

    fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        self.reach(&mut findings);
        self.search(&mut findings);
        self.baseline(&mut findings);
        self.patches(&mut findings);
        self.results(&mut findings);
        findings
    }

    /// Nothing is against it: what the last scan says.
    fn without_reason(&self) -> Verdict {
        match self.host.patch {
            Some(patch) if patch.is_clean() => Verdict::Patched,
            Some(patch) if patch.missing() > 0 => Verdict::Due,
            _ => Verdict::Unknown,
        }
    }

    /// Why it is nobody's here to patch.
    fn not_ours(&self) -> Option<(Option<Verdict>, Finding)> {
        let operator = self.host.instance.and_then(|instance| instance.operator.clone());
        let of_service = operator.map(|operator| (Reason::OperatedByService, operator));
        let (name, detail) = of_service.or_else(|| {
            let group = self.host.group().filter(|_| self.windows.is_empty())?;
            let is_meant = self.may_be_found().is_some()
                || self.passed_over().next().is_some()
                || (!self.patching.is_empty()
                    && super::target::not_found(&self.patching, &self.host).name != Reason::NoTag);
            (!is_meant).then_some((Reason::Replaced, group))
        })?;
        Some((Some(Verdict::Excluded), Finding { name, detail: Some(detail), tag: None }))
    }

    /// Windows that should find the host, and are registered otherwise.
    fn passed_over(&self) -> impl Iterator<Item = &'a Window<'a>> {
        let meant = self.patching.iter().copied().filter(|window| window.wanted_work != Work::None);
        let differing = meant.filter(|window| window.found.is_some() && super::target::is_meant(window, &self.host));
        differing.filter(|window| self.windows.iter().all(|other| !std::ptr::eq(*other, *window)))
    }

    /// A window of which nobody can say yet whether it finds the host.
    fn may_be_found(&self) -> Option<&'a Window<'a>> {
        self.patching.iter().copied().find(|window| super::target::may_find(window, &self.host))
    }

    /// Those of its windows that are there and open again.
    fn opening(&self) -> impl Iterator<Item = &'a Window<'a>> {
        self.windows.iter().copied().filter(|window| window.opening().is_some())
    }

    /// When the first of them opens next, as SSM states it: in the time zone of its window.
    pub(super) fn next_opening(&self) -> Option<&'a str> {
        let next = self.opening().filter_map(|window| window.found?.next_execution.as_deref());
        next.min_by_key(|next| (next.parse::<Timestamp>().map_or(Timestamp::MAX, |next| next), *next))
    }

    /// Whether it was found in order after a moment, so that what was before does not matter any more.
    fn is_mended_since(&self, moment: Option<Timestamp>) -> bool {
        let clean = self.host.patch.filter(|patch| patch.is_clean()).and_then(PatchState::ended);
        moment.zip(clean).is_some_and(|(moment, clean)| moment < clean)
    }
}

/// What was found, each reason once: the first one of a kind stays.
#[derive(Default)]
struct Findings(BTreeMap<Reason, (Option<Verdict>, Finding)>);

impl<const N: usize> From<[(Option<Verdict>, Finding); N]> for Findings {
    fn from(findings: [(Option<Verdict>, Finding); N]) -> Self {
        Self(findings.into_iter().map(|(verdict, finding)| (finding.name, (verdict, finding))).collect())
    }
}

impl Findings {
    /// A reason, the verdict that it gives unless another one comes first, and what is particular.
    fn say(&mut self, name: Reason, verdict: Verdict, detail: impl Into<Option<String>>) {
        self.add(Some(verdict), Finding { name, detail: detail.into(), tag: None });
    }

    /// Something that is only to be known.
    fn note(&mut self, name: Reason, detail: impl Into<Option<String>>) {
        self.add(None, Finding { name, detail: detail.into(), tag: None });
    }

    /// Whether one of them gives a verdict.
    fn is_decided(&self) -> bool {
        self.0.values().any(|(verdict, _)| verdict.is_some())
    }

    fn has(&self, name: Reason) -> bool {
        self.0.contains_key(&name)
    }

    fn add(&mut self, verdict: Option<Verdict>, finding: Finding) {
        self.0.entry(finding.name).or_insert((verdict, finding));
    }
}

fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
