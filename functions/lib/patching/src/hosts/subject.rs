//! A host, put together from all lists that it is in.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::HostKind;
use super::observation::{Instance, ManagedNode, Observation, PatchCounts, PatchState};

/// How long what was started is new: an agent gets the role of Default Host Management Configuration within half an hour.
const NEW: SignedDuration = SignedDuration::from_mins(30);

/// Whether what began at a moment is new.
pub(super) fn is_new(began: Timestamp, now: Timestamp) -> bool {
    now.duration_since(began) < NEW
}

/// A host and what each list says of it.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) id: &'a str,
    pub(super) instance: Option<&'a Instance>,
    pub(super) node: Option<&'a ManagedNode>,
    pub(super) patch: Option<&'a PatchState>,
}

/// All hosts, by id. A node of EC2 without an instance was terminated a short while ago, and is none.
pub(super) fn subjects(observation: &Observation) -> Vec<Subject<'_>> {
    let instances = once(&observation.instances, |one| &one.id, |one| (one.launched_at, &*one.state));
    let nodes = once(&observation.nodes, |one| &one.id, |one| one.last_ping_at);
    let patches = once(&observation.patch_states, |one| &one.id, |one| (one.ended().is_none(), one.ended_at));
    let elsewhere = nodes.keys().filter(|id| !id.starts_with("i-") && !instances.contains_key(*id));
    let mut subjects: Vec<_> = instances
        .keys()
        .chain(elsewhere)
        .map(|id| Subject {
            id,
            instance: instances.get(id).copied(),
            node: nodes.get(id).copied(),
            patch: patches.get(id).copied(),
        })
        .filter(|subject| !matches!(subject.state(), Some("shutting-down" | "terminated")))
        .collect();
    subjects.sort_by_key(|subject| subject.id);
    subjects
}

/// The items by id. Pages move while they are read: of an id that is there twice the last one by rank counts.
pub(super) fn once<'a, T: Ord, K: Ord>(
    items: &'a [T],
    id: impl Fn(&'a T) -> &'a str,
    rank: impl Fn(&'a T) -> K,
) -> BTreeMap<&'a str, &'a T> {
    let mut found: BTreeMap<&str, &T> = BTreeMap::new();
    for item in items {
        let kept = found.entry(id(item)).or_insert(item);
        if (rank(kept), *kept) < (rank(item), item) {
            *kept = item;
        }
    }
    found
}

impl<'a> Subject<'a> {
    pub(super) fn kind(&self) -> HostKind {
        if self.instance.is_some() { HostKind::Ec2 } else { HostKind::Hybrid }
    }

    /// EC2's state.
    pub(super) fn state(&self) -> Option<&'a str> {
        self.instance.map(|instance| &*instance.state)
    }

    pub(super) fn is_stopped(&self) -> bool {
        matches!(self.state(), Some("stopped" | "stopping"))
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let of_ec2 = self.instance.map(|instance| &instance.tags);
        let tags = of_ec2.or_else(|| self.node.map(|node| &node.tags));
        tags.into_iter().flatten().map(|(key, value)| (&**key, &**value))
    }

    pub(super) fn tag(&self, key: &str) -> Option<&'a str> {
        self.tags().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    pub(super) fn name(&self) -> Option<&'a str> {
        let named = self.tag("Name").filter(|name| !name.is_empty());
        named.or_else(|| self.node.and_then(|node| node.name.as_deref()))
    }

    /// The operating system with its version; before an agent tells it, what EC2 knows.
    pub(super) fn platform(&self) -> Option<String> {
        let reported = self.node.and_then(|node| {
            let name = node.platform_name.as_deref()?;
            Some(node.platform_version.as_ref().map_or_else(|| name.to_owned(), |version| format!("{name} {version}")))
        });
        reported.or_else(|| self.instance?.platform_details.clone())
    }

    /// `Windows`, `Linux` or `MacOS`, as far as it is known.
    pub(super) fn platform_type(&self) -> Option<&'a str> {
        let reported = self.node.and_then(|node| node.platform_type.as_deref());
        reported.or_else(|| Some(if self.instance?.is_windows { "Windows" } else { "Linux" }))
    }

    /// What renews it from an image, by the tags that such groups give.
    pub(super) fn group(&self) -> Option<String> {
        const GROUPS: [(&str, &str); 4] = [
            ("karpenter", "karpenter.sh/nodepool"),
            ("karpenter", "karpenter.sh/provisioner-name"),
            ("eks", "eks:nodegroup-name"),
            ("asg", "aws:autoscaling:groupName"),
        ];
        GROUPS.iter().find_map(|(kind, key)| self.tag(key).map(|name| format!("{kind}:{name}")))
    }

    /// When it was started last, or registered where EC2 does not know it.
    fn began(&self) -> Option<Timestamp> {
        self.instance.map_or_else(|| self.node?.registered_at, |instance| instance.launched_at)
    }

    pub(super) fn is_new(&self, now: Timestamp) -> bool {
        self.state() == Some("pending") || self.began().is_some_and(|began| is_new(began, now))
    }

    /// Whether it is managed now and was made before a moment, so that a window could have come to it then. A start is not when it was
    /// made: what was scanned earlier was there.
    pub(super) fn was_there(&self, moment: Timestamp) -> bool {
        let was_scanned = self.patch.and_then(PatchState::ended).is_some_and(|ended| ended <= moment);
        let began = self.began().is_none_or(|began| began <= moment);
        self.node.is_some() && !self.is_stopped() && (began || was_scanned)
    }
}

impl PatchState {
    /// When the operation ended; none of one that failed, which has counts of -1 and times of 1970.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        let PatchCounts { installed, pending_reboot, rejected, missing, failed, critical, security, other, .. } =
            self.counts;
        let counts = [installed, pending_reboot, rejected, missing, failed, critical, security, other];
        let is_counted = counts.iter().all(|count| *count >= 0);
        self.ended_at.filter(|ended| is_counted && ended.as_second() >= A_YEAR_IN_SECONDS)
    }

    /// Whether it says that nothing is to be done.
    pub(super) fn is_clean(&self) -> bool {
        let PatchCounts { failed, pending_reboot, rejected, .. } = self.counts;
        self.ended().is_some() && self.missing() == 0 && failed == 0 && pending_reboot == 0 && rejected == 0
    }

    /// How many patches are approved and not installed. Where the count itself says none, those by severity may say more.
    pub(super) fn missing(&self) -> i32 {
        let PatchCounts { missing, failed, pending_reboot, rejected, critical, security, other, .. } = self.counts;
        if missing != 0 || failed != 0 || pending_reboot != 0 || rejected != 0 {
            missing
        } else {
            critical.max(security).max(other)
        }
    }
}

const A_YEAR_IN_SECONDS: i64 = 365 * 24 * 60 * 60;
