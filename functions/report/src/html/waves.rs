//! The waves of the policy in their order, and what became of the accounts of each.

use patching::summary::{RunSummary, WaveTotals};

/// A wave in a row of the table.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    /// Numbers in the order of [`COLUMNS`], each with whether it is to be looked at.
    pub(super) numbers: [(usize, bool); 6],
}

/// What the numbers of a row are.
pub(super) const COLUMNS: [&str; 6] = ["Accounts", "Succeeded", "Failed", "Skipped", "Not reached", "Windows changed"];
/// The same for a plan.
pub(super) const PLANNED: [&str; 6] = ["Accounts", "Planned", "Failed", "Skipped", "Not reached", "Windows to change"];

pub(super) fn rows(summary: &RunSummary) -> Vec<Row<'_>> {
    summary.waves.iter().map(row).collect()
}

fn row(WaveTotals { name, totals }: &WaveTotals) -> Row<'_> {
    let (accounts, windows) = (&totals.accounts, &totals.windows);
    let (failed, not_reached) = (accounts.failed, accounts.not_reached);
    let numbers = [
        (accounts.all(), false),
        (accounts.succeeded, false),
        (failed, failed > 0),
        (accounts.skipped, false),
        (not_reached, not_reached > 0),
        (windows.created + windows.updated + windows.deleted, false),
    ];
    Row { name, numbers }
}
