//! Organizational units with all that is below them.

use patching::hosts::Verdict;
use patching::hosts::coverage::UnitCount;

use super::verdicts::share;
use crate::text::grouped;

/// How far a unit is moved to the right below its parent, in pixels.
const INDENT: usize = 18;

/// A unit.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) name: &'a str,
    pub(super) indent: usize,
    pub(super) accounts: String,
    pub(super) hosts: String,
    pub(super) share: String,
    pub(super) width: f64,
    pub(super) blocked: String,
    pub(super) attention: String,
    pub(super) unknown: String,
}

pub(super) fn unit(count: &UnitCount) -> Unit<'_> {
    let hosts = &count.hosts;
    Unit {
        name: count.path.rsplit('/').next().unwrap_or(&count.path),
        indent: 12 + INDENT * count.path.matches('/').count(),
        accounts: grouped(count.accounts),
        hosts: grouped(hosts.to_be_patched()),
        share: share(hosts.of(Verdict::Patched), hosts.to_be_patched()),
        width: hosts.patched_percent.unwrap_or_default(),
        blocked: grouped(hosts.of(Verdict::Blocked)),
        attention: grouped(hosts.of(Verdict::Attention)),
        unknown: grouped(hosts.of(Verdict::Unknown)),
    }
}
