//! A host in a row: of `coverage.csv`, and, as a line of JSON, of `hosts.jsonl.gz`.

use patching::hosts::coverage::AccountCoverage;
use patching::hosts::{Cell, Finding, Host, Reason, Verdict};
use patching::outcome::AccountOutcome;
use serde_json::{Value, json};

use crate::links::Console;

/// What the table has of a host, in this order; a line has it, too, and beside it `inspected_at`.
pub const COLUMNS: [&str; 35] = [
    "account_id",
    "account_name",
    "organizational_unit",
    "wave",
    "region",
    "instance_id",
    "name",
    "hosts",
    "verdict",
    "reasons",
    "reason_text",
    "kind",
    "state",
    "platform",
    "agent_version",
    "ping_status",
    "last_ping",
    "launched",
    "vpc",
    "renewed_by",
    "windows",
    "next_window",
    "last_window",
    "last_window_result",
    "operation",
    "operation_end",
    "baseline",
    "missing",
    "failed",
    "pending_restart",
    "critical",
    "security",
    "other",
    "available_security",
    "console_url",
];

/// A host.
pub(super) fn of_host(account: &AccountOutcome, cell: &Cell, host: &Host, console: Option<&Console>) -> Value {
    let patch = host.patch.as_ref();
    let baseline = patch.map(|patch| {
        let known = cell.baselines.iter().find(|baseline| baseline.id == patch.baseline);
        known.map_or(&patch.baseline, |baseline| &baseline.name)
    });
    let last = host.last_window.as_ref();
    json!({
        "account_id": account.id, "account_name": account.name, "organizational_unit": account.organizational_unit,
        "wave": account.wave, "region": cell.region, "instance_id": host.id, "name": host.name, "hosts": 1,
        "verdict": host.verdict, "reasons": host.reasons.iter().map(|finding| finding.name).collect::<Vec<_>>(),
        "reason_text": host.reasons.iter().map(sentence).collect::<Vec<_>>().join("; "),
        "kind": host.kind, "state": host.state, "platform": host.platform, "agent_version": host.agent_version,
        "ping_status": host.ping_status, "last_ping": host.last_ping_at, "launched": host.launched_at, "vpc": host.vpc,
        "renewed_by": host.group, "windows": host.windows, "next_window": host.next_execution,
        "last_window": last.map(|last| &last.window), "last_window_result": last.map(|last| &last.result),
        "operation": patch.map(|patch| &patch.operation), "operation_end": patch.and_then(|patch| patch.ended_at),
        "baseline": baseline,
        "missing": patch.and_then(|patch| patch.missing_count),
        "failed": patch.and_then(|patch| patch.failed_count),
        "pending_restart": patch.and_then(|patch| patch.installed_pending_reboot_count),
        "critical": patch.and_then(|patch| patch.critical_non_compliant_count),
        "security": patch.and_then(|patch| patch.security_non_compliant_count),
        "other": patch.and_then(|patch| patch.other_non_compliant_count),
        "available_security": patch.and_then(|patch| patch.available_security_update_count),
        "console_url": console.map(|console| console.of_host(&host.id, &cell.region)),
        "inspected_at": cell.inspected_at,
    })
}

/// The places of an account that nobody looked at: without an id, and each for as many hosts as it counts, which may be none.
pub(super) fn of_places<'a>(account: &'a AccountCoverage, finished_at: &'a str) -> impl Iterator<Item = Value> + 'a {
    let regions = account.regions.iter().filter_map(|region| {
        let why = region.not_inspected.as_ref()?;
        Some((Some(&region.region), region.hosts.all, why))
    });
    let in_regions: u64 = regions.clone().map(|(_, hosts, _)| hosts).sum();
    let has_places = regions.clone().next().is_some();
    let whole = account.not_inspected.iter().map(move |why| (None, account.hosts.assumed - in_regions, why));
    regions.chain(whole.filter(move |(_, hosts, _)| *hosts > 0 || !has_places)).map(move |(region, hosts, why)| {
        json!({
            "account_id": account.id, "account_name": account.name, "organizational_unit": account.organizational_unit,
            "wave": account.wave, "region": region, "hosts": hosts, "verdict": Verdict::Unknown, "reasons": [Reason::NotInspected],
            "reason_text": format!("{}: {}: {}", Reason::NotInspected, why.name, why.message),
            "inspected_at": finished_at,
        })
    })
}

fn sentence(finding: &Finding) -> String {
    match &finding.detail {
        Some(detail) => format!("{}: {detail}", finding.name),
        None => finding.name.to_string(),
    }
}
