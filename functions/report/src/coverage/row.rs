//! A host in a row: of `coverage.csv`, and, as a line of JSON, of `hosts.jsonl.gz`.

use patching::hosts::coverage::AccountCoverage;
use patching::hosts::{Cell, Finding, Host, Patch, Reason, Verdict};
use patching::outcome::AccountOutcome;
use serde_json::{Value, json};

use crate::links::Console;

/// The first line of the table. A line of JSON has the same, and beside it `inspected_at`.
pub(super) const HEADER: &str = "account_id,account_name,organizational_unit,wave,region,instance_id,name,hosts,verdict,reasons,\
    reason_text,kind,state,platform,agent_version,ping_status,last_ping,launched,vpc,renewed_by,windows,next_window,\
    last_window,last_window_result,operation,operation_end,baseline,missing,failed,pending_restart,critical,security,\
    other,available_security,console_url";

/// A host.
pub(super) fn of_host(account: &AccountOutcome, cell: &Cell, host: &Host, console: Option<&Console>) -> Value {
    let patch = host.patch.as_ref();
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
        "baseline": patch.map(|patch| baseline(cell, patch)),
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

/// The name of the baseline by which a host was looked at; its id where nobody read it.
pub(super) fn baseline<'a>(cell: &'a Cell, patch: &'a Patch) -> &'a str {
    let known = cell.baselines.iter().find(|baseline| baseline.id == patch.baseline);
    known.map_or(&patch.baseline, |baseline| &baseline.name)
}

/// The places of an account that nobody looked at: without an id, and each for as many hosts as it counts, which may be none.
pub(super) fn of_places<'a>(account: &'a AccountCoverage, finished_at: &'a str) -> impl Iterator<Item = Value> + 'a {
    let regions = account.regions.iter();
    let regions: Vec<_> = regions
        .filter_map(|region| Some((Some(&region.region), region.hosts.all, region.not_inspected.as_ref()?)))
        .collect();
    let in_regions: u64 = regions.iter().map(|(_, hosts, _)| hosts).sum();
    let whole = account.not_inspected.as_ref().map(|why| (None, account.hosts.assumed - in_regions, why));
    let whole = whole.filter(|(_, hosts, _)| *hosts > 0 || regions.is_empty());
    regions.into_iter().chain(whole).map(move |(region, hosts, why)| {
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

/// A field of the table: what is not known is empty, and a list has semicolons.
pub(super) fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(field).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}
