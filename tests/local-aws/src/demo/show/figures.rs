//! Figures with a column for each scenario, so that they can be compared along a line.

use std::collections::BTreeSet;

use comfy_table::{Attribute, Cell, CellAlignment, Color, Table};

use super::super::outcome::Outcome;
use crate::functions::megabytes;

/// Accounts, Regions, windows, time and work of each run.
pub(super) fn figures(outcomes: &[Outcome]) -> Table {
    let mut table = with_header("", outcomes);
    line(&mut table, "as promised", outcomes, |outcome| {
        if outcome.succeeded() { Cell::new("✓").fg(Color::Green) } else { Cell::new("✗").fg(Color::Red) }
    });
    heading(&mut table, "accounts");
    line(&mut table, "  succeeded", outcomes, |outcome| number(outcome.totals.accounts.succeeded, Color::Green));
    line(&mut table, "  failed", outcomes, |outcome| number(outcome.totals.accounts.failed, Color::Red));
    line(&mut table, "  skipped", outcomes, |outcome| number(outcome.totals.accounts.skipped, Color::Yellow));
    if outcomes.iter().any(|outcome| outcome.totals.accounts.not_reached > 0) {
        line(&mut table, "  not reached", outcomes, |outcome| number(outcome.totals.accounts.not_reached, Color::Red));
    }
    heading(&mut table, "account-Regions");
    line(&mut table, "  succeeded", outcomes, |outcome| number(outcome.totals.regions.succeeded, Color::Green));
    line(&mut table, "  failed", outcomes, |outcome| number(outcome.totals.regions.failed, Color::Red));
    line(&mut table, "  skipped", outcomes, |outcome| number(outcome.totals.regions.skipped, Color::Yellow));
    heading(&mut table, "maintenance windows");
    line(&mut table, "  created", outcomes, |outcome| number(outcome.totals.windows.created, Color::Cyan));
    line(&mut table, "  updated", outcomes, |outcome| number(outcome.totals.windows.updated, Color::Cyan));
    line(&mut table, "  unchanged", outcomes, |outcome| number(outcome.totals.windows.unchanged, Color::Reset));
    line(&mut table, "  deleted", outcomes, |outcome| number(outcome.totals.windows.deleted, Color::Cyan));
    heading(&mut table, "effort");
    line(&mut table, "  seconds", outcomes, |outcome| Cell::new(format!("{:.1}", outcome.run.seconds)));
    line(&mut table, "  SSM calls", outcomes, |outcome| Cell::new(grouped(outcome.total_ssm_calls())));
    line(&mut table, "  state transitions", outcomes, |outcome| {
        let transitions = outcome.state_transitions.and_then(|transitions| u64::try_from(transitions).ok());
        Cell::new(transitions.map_or_else(|| "–".to_owned(), grouped))
    });
    line(&mut table, "  peak process memory", outcomes, |outcome| {
        Cell::new(outcome.peak_memory_bytes.map_or_else(|| "–".to_owned(), megabytes))
    });
    table
}

/// How often each operation was called.
pub(super) fn calls(outcomes: &[Outcome]) -> Table {
    let mut table = with_header("", outcomes);
    let operations: BTreeSet<&String> = outcomes.iter().flat_map(|outcome| outcome.ssm_calls.keys()).collect();
    for operation in operations {
        line(&mut table, operation, outcomes, |outcome| {
            let calls = outcome.ssm_calls.get(operation).copied().unwrap_or(0);
            number(usize::try_from(calls).unwrap_or(usize::MAX), Color::Reset)
        });
    }
    // The longest of the names and five columns fit into 80.
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_padding((1, 0));
    }
    if let Some(last) = table.column_count().checked_sub(1).and_then(|last| table.column_mut(last)) {
        last.set_padding((0, 1));
    }
    table
}

fn with_header(first: &str, outcomes: &[Outcome]) -> Table {
    let mut table = super::table();
    let names = outcomes.iter().map(|outcome| {
        // Two lines of one word each keep the columns narrow.
        Cell::new(outcome.scenario.name().replace('-', "\n"))
            .add_attribute(Attribute::Bold)
            .set_alignment(CellAlignment::Right)
    });
    table.set_header(std::iter::once(Cell::new(first)).chain(names));
    table
}

fn heading(table: &mut Table, text: &str) {
    table.add_row([Cell::new(text).add_attribute(Attribute::Bold)]);
}

fn line(table: &mut Table, name: &str, outcomes: &[Outcome], cell: impl Fn(&Outcome) -> Cell) {
    let cells = outcomes.iter().map(|outcome| cell(outcome).set_alignment(CellAlignment::Right));
    table.add_row(std::iter::once(Cell::new(name)).chain(cells));
}

/// A number in its colour; zero is a dot, so that the others stand out.
pub(super) fn number(number: usize, color: Color) -> Cell {
    if number == 0 {
        return Cell::new("·").fg(Color::DarkGrey);
    }
    Cell::new(grouped(u64::try_from(number).unwrap_or(u64::MAX))).fg(color)
}

/// `12,345`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let groups = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(groups, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
