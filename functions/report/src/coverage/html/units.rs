//! Organizational units with all that is below them, and waves.

use patching::hosts::Verdict;
use patching::hosts::coverage::{HostCount, UnitCount, WaveCount};

use super::verdicts::share;
use crate::text::grouped;

/// Where a name begins, in pixels.
const MARGIN: usize = 12;
/// How far a unit is moved to the right below its parent, in pixels.
const INDENT: usize = 18;

/// A unit, or a wave.
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

pub(super) fn unit(UnitCount { path, accounts, hosts }: &UnitCount) -> Unit<'_> {
    let name = path.rsplit('/').next().unwrap_or(path);
    row(name, MARGIN + INDENT * path.matches('/').count(), *accounts, hosts)
}

pub(super) fn wave(WaveCount { name, accounts, hosts }: &WaveCount) -> Unit<'_> {
    row(name, MARGIN, *accounts, hosts)
}

fn row<'a>(name: &'a str, indent: usize, accounts: u64, hosts: &HostCount) -> Unit<'a> {
    Unit {
        name,
        indent,
        accounts: grouped(accounts),
        hosts: grouped(hosts.to_be_patched()),
        share: share(hosts.of(Verdict::Patched), hosts.to_be_patched()),
        width: hosts.patched_percent.unwrap_or_default(),
        blocked: grouped(hosts.of(Verdict::Blocked)),
        attention: grouped(hosts.of(Verdict::Attention)),
        unknown: grouped(hosts.of(Verdict::Unknown)),
    }
}
