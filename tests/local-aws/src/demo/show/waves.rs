//! What became of the accounts of each wave, in the order of the waves.

use comfy_table::{Attribute, Cell, CellAlignment, Color, Table};
use patching::summary::WaveTotals;

use super::super::outcome::Outcome;
use super::figures::number;

/// A line for each wave of each run; none where no policy had waves.
pub(super) fn waves(outcomes: &[Outcome]) -> Option<Table> {
    if outcomes.iter().all(|outcome| outcome.waves.is_empty()) {
        return None;
    }
    let mut table = super::table();
    let header = ["run", "wave", "succeeded", "failed", "skipped", "not reached"];
    table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    for outcome in outcomes {
        let waves = outcome.waves.iter().enumerate();
        table.add_rows(waves.map(|(at, wave)| line(if at == 0 { outcome.scenario.name() } else { "" }, wave)));
    }
    Some(table)
}

fn line(run: &str, WaveTotals { name, totals }: &WaveTotals) -> [Cell; 6] {
    let accounts = &totals.accounts;
    let count = |count, color| number(count, color).set_alignment(CellAlignment::Right);
    [
        Cell::new(run),
        Cell::new(name),
        count(accounts.succeeded, Color::Green),
        count(accounts.failed, Color::Red),
        count(accounts.skipped, Color::Yellow),
        count(accounts.not_reached, Color::Red),
    ]
}
