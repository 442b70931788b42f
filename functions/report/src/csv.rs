//! `report.csv`: a row for each account-Region-window, for spreadsheets.
//!
//! RFC 4180: fields are quoted where they have to be, lines end with CR LF. A field that a spreadsheet would take for a
//! formula, since it begins with `=`, `+`, `-`, `@`, in full width too, or with the end of a line or a cell, begins with an apostrophe
//! instead. <https://owasp.org/www-community/attacks/CSV_Injection>

use std::io;

use csv::{Terminator, Writer, WriterBuilder};
use patching::diff::Change;
use patching::outcome::{AccountOutcome, Failure, Reason, RegionOutcome, Status, Warning, WindowOutcome};
use patching::summary::RunSummary;

use crate::halt::Halt;
use crate::text::plain;

/// Lines of fields, none of which is a formula.
#[derive(Debug)]
pub(crate) struct Table(Writer<Vec<u8>>);

impl Table {
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> csv::Result<Self> {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(columns)?;
        Ok(Self(writer))
    }

    pub(crate) fn write(&mut self, fields: impl IntoIterator<Item = String>) -> csv::Result<()> {
        self.0.write_record(fields.into_iter().map(safe))
    }

    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn safe(field: String) -> String {
    const BEGINS_A_FORMULA: [char; 11] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if field.starts_with(BEGINS_A_FORMULA) { format!("'{field}") } else { field }
}

/// What a line is about: an account, a Region of it, or a window there.
struct Row<'a> {
    run: &'a RunSummary,
    halt: Option<&'a Halt<'a>>,
    account: &'a AccountOutcome,
    region: Option<&'a RegionOutcome>,
    window: Option<&'a WindowOutcome>,
}

impl Row<'_> {
    fn error(&self) -> Option<Failure> {
        self.region.map_or_else(|| self.account.error.clone(), RegionOutcome::failure)
    }

    fn skipped(&self) -> Option<&Reason> {
        self.region.map_or(self.account.skipped.as_ref(), |region| region.skipped.as_ref())
    }

    /// Message and advice.
    fn told(&self) -> Option<(String, &'static str)> {
        if let Some(error) = self.error() {
            let advice = error.advice();
            return Some((error.message, advice));
        }
        if let Some(reason) = self.skipped() {
            return Some((reason.message.clone(), reason.advice()));
        }
        let halt = self.halt.filter(|_| self.account.status == Status::NotReached)?;
        Some((halt.in_a_line(), halt.advice(self.account.wave.as_deref())))
    }
}

/// What a line has in a column.
type Field = fn(&Row<'_>) -> Option<String>;

const COLUMNS: [(&str, Field); 22] = [
    ("run", |row| Some(row.run.run.to_string())),
    ("account", |row| Some(row.account.id.to_string())),
    ("accountName", |row| Some(row.account.name.clone())),
    ("organizationalUnit", |row| row.account.organizational_unit.clone()),
    ("wave", |row| row.account.wave.clone()),
    ("region", |row| Some(row.region?.region.to_string())),
    ("status", |row| Some(row.region.map_or(row.account.status, |region| region.status).to_string())),
    ("window", |row| Some(row.window?.name.clone())),
    ("windowId", |row| row.window?.id.clone()),
    ("windowStatus", |row| Some(row.window?.status.to_string())),
    ("changes", |row| Some(changes(&row.window?.changes))),
    ("nextExecution", |row| row.window?.next_execution.clone()),
    ("dhmcStatus", |row| Some(row.region?.dhmc.as_ref()?.status.to_string())),
    ("dhmcBefore", |row| row.region?.dhmc.as_ref()?.before.clone()),
    ("dhmcAfter", |row| row.region?.dhmc.as_ref()?.after.clone()),
    ("warnings", |row| Some(warnings(row.region.map_or(&row.account.warnings, |region| &region.warnings)))),
    ("skipped", |row| Some(row.skipped()?.name.clone())),
    ("failedStep", |row| Some(row.error()?.step)),
    ("error", |row| Some(row.error()?.name)),
    ("message", |row| Some(row.told()?.0)),
    ("advice", |row| Some(row.told()?.1.to_owned())),
    ("finishedAt", |row| Some(row.run.finished_at.clone())),
];

/// The table. An account that could not be entered or has no Region has one row, and so has a Region without windows.
///
/// # Errors
///
/// Those of the writer.
pub fn render(run: &RunSummary) -> Result<Vec<u8>, csv::Error> {
    let mut table = Table::new(COLUMNS.map(|(name, _)| name))?;
    let halt = Halt::of(run);
    let mut write = |account, region, window| {
        let row = Row { run, halt: halt.as_ref(), account, region, window };
        table.write(COLUMNS.map(|(_, field)| field(&row).unwrap_or_default()))
    };
    for account in &run.outcomes {
        if account.error.is_some() || account.regions.is_empty() || !account.warnings.is_empty() {
            write(account, None, None)?;
        }
        for region in &account.regions {
            if region.windows.is_empty() {
                write(account, Some(region), None)?;
            }
            region.windows.iter().try_for_each(|window| write(account, Some(region), Some(window)))?;
        }
    }
    Ok(table.finish()?)
}

fn warnings(warnings: &[Warning]) -> String {
    warnings.iter().map(|warning| format!("{}: {}", warning.name, warning.message)).collect::<Vec<_>>().join("; ")
}

fn changes(changes: &[Change]) -> String {
    let change = |change: &Change| format!("{}: {} -> {}", change.field, plain(&change.from), plain(&change.to));
    changes.iter().map(change).collect::<Vec<_>>().join("; ")
}
