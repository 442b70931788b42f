//! What an inspection says of the hosts: how many of each verdict, and the commonest reasons.

use std::cmp::Reverse;

use comfy_table::{Attribute, Cell, CellAlignment, Table};
use patching::hosts::{HostTotals, Verdict};
use strum::VariantArray as _;

use super::super::outcome::Outcome;
use super::super::scenario::Scenario;
use super::figures::grouped;

/// How many reasons are shown.
const REASONS: usize = 5;

/// None where nothing was looked at.
pub(super) fn hosts(outcomes: &[Outcome]) -> Option<String> {
    let inspected = outcomes.iter().find(|outcome| outcome.scenario == Scenario::Inspect)?;
    let regions = inspected.accounts.iter().flat_map(|account| &account.regions);
    let totals: HostTotals = regions.filter_map(|region| region.hosts.clone()).sum();
    Some(format!("{}\n{}", verdicts(&totals), reasons(&totals)))
}

fn verdicts(totals: &HostTotals) -> Table {
    let count = |verdict| totals.verdicts.get(verdict).copied().unwrap_or(0);
    table("verdict", Verdict::VARIANTS.iter().map(|verdict| (verdict.to_string(), count(verdict))))
}

fn reasons(totals: &HostTotals) -> Table {
    let mut reasons: Vec<_> = totals.reasons.iter().collect();
    reasons.sort_by_key(|(reason, hosts)| (Reverse(**hosts), **reason));
    table("reason", reasons.into_iter().take(REASONS).map(|(reason, hosts)| (reason.to_string(), *hosts)))
}

fn table(title: &str, rows: impl Iterator<Item = (String, u64)>) -> Table {
    let mut table = super::table();
    table.set_header([title, "hosts"].map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    for (name, hosts) in rows {
        table.add_row([Cell::new(name), Cell::new(grouped(hosts)).set_alignment(CellAlignment::Right)]);
    }
    table
}
