//! `report.csv`: a row for each account-Region-window, for spreadsheets.
//!
//! RFC 4180: fields are quoted where they have to be, lines end with CR LF. A field that a spreadsheet would take for a
//! formula, since it begins with `=`, `+`, `-`, `@`, in full width too, or with the end of a line or a cell, begins with an apostrophe
//! instead. <https://owasp.org/www-community/attacks/CSV_Injection>

use csv::{Terminator, WriterBuilder};
use patching::diff::Change;
use patching::outcome::{AccountOutcome, Failure, Reason, RegionOutcome, Status, Warning, WindowOutcome};
use patching::summary::RunSummary;

use crate::halt::Halt;
use crate::text::plain;

/// The first line.
pub const COLUMNS: [&str; 22] = [
    "run",
    "account",
    "accountName",
    "organizationalUnit",
    "wave",
    "region",
    "status",
    "window",
    "windowId",
    "windowStatus",
    "changes",
    "nextExecution",
    "dhmcStatus",
    "dhmcBefore",
    "dhmcAfter",
    "warnings",
    "skipped",
    "failedStep",
    "error",
    "message",
    "advice",
    "finishedAt",
];

/// The table. An account that could not be entered or has no Region has one row, and so has a Region without windows.
///
/// # Errors
///
/// Those of the writer.
pub fn render(summary: &RunSummary) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let table = Table { summary, halt: Halt::of(summary) };
    for row in std::iter::once(COLUMNS.map(ToOwned::to_owned)).chain(table.rows()) {
        writer.write_record(row.map(safe))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

struct Table<'a> {
    summary: &'a RunSummary,
    halt: Option<Halt<'a>>,
}

type Row = [String; COLUMNS.len()];

impl<'a> Table<'a> {
    fn rows(&'a self) -> impl Iterator<Item = Row> + 'a {
        self.summary.outcomes.iter().flat_map(move |account| {
            let alone = account.error.is_some() || account.regions.is_empty() || !account.warnings.is_empty();
            let whole = alone.then(|| self.row(account, None, None));
            whole.into_iter().chain(account.regions.iter().flat_map(move |region| self.rows_of(account, region)))
        })
    }

    fn rows_of(&'a self, account: &'a AccountOutcome, region: &'a RegionOutcome) -> impl Iterator<Item = Row> + 'a {
        let none = region.windows.is_empty().then(|| self.row(account, Some(region), None));
        none.into_iter().chain(region.windows.iter().map(move |window| self.row(account, Some(region), Some(window))))
    }

    fn row(&self, account: &AccountOutcome, region: Option<&RegionOutcome>, window: Option<&WindowOutcome>) -> Row {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let dhmc = region.and_then(|region| region.dhmc.as_ref());
        let error = region.map_or_else(|| account.error.clone(), RegionOutcome::failure);
        let error = error.as_ref();
        let failure = |part: fn(&Failure) -> &str| text(error.map(part));
        let skipped = region.map_or(account.skipped.as_ref(), |region| region.skipped.as_ref());
        let reason = |part: fn(&Reason) -> &str| skipped.map(part);
        let halt = self.halt.as_ref().filter(|_| account.status == Status::NotReached);
        let (halted, advice) = halt.map(|halt| (halt.in_a_line(), halt.advice(account.wave.as_deref()))).unzip();
        [
            self.summary.run.to_string(),
            account.id.to_string(),
            account.name.clone(),
            text(account.organizational_unit.as_deref()),
            text(account.wave.as_deref()),
            region.map_or_else(String::new, |region| region.region.to_string()),
            region.map_or(account.status, |region| region.status).to_string(),
            text(window.map(|window| window.name.as_str())),
            text(window.and_then(|window| window.id.as_deref())),
            window.map_or_else(String::new, |window| window.status.to_string()),
            window.map_or_else(String::new, |window| changes(&window.changes)),
            text(window.and_then(|window| window.next_execution.as_deref())),
            dhmc.map_or_else(String::new, |dhmc| dhmc.status.to_string()),
            text(dhmc.and_then(|dhmc| dhmc.before.as_deref())),
            text(dhmc.and_then(|dhmc| dhmc.after.as_deref())),
            region.map_or_else(|| warnings(&account.warnings), |region| warnings(&region.warnings)),
            text(reason(|skipped| &skipped.name)),
            failure(|error| &error.step),
            failure(|error| &error.name),
            text(
                error
                    .map(|error| error.message.as_str())
                    .or_else(|| reason(|skipped| &skipped.message))
                    .or(halted.as_deref()),
            ),
            text(error.map(Failure::advice).or_else(|| reason(|skipped| skipped.advice())).or(advice)),
            self.summary.finished_at.clone(),
        ]
    }
}

fn warnings(warnings: &[Warning]) -> String {
    warnings.iter().map(|warning| format!("{}: {}", warning.name, warning.message)).collect::<Vec<_>>().join("; ")
}

fn changes(changes: &[Change]) -> String {
    let change = |change: &Change| format!("{}: {} -> {}", change.field, plain(&change.from), plain(&change.to));
    changes.iter().map(change).collect::<Vec<_>>().join("; ")
}

pub(crate) fn safe(field: String) -> String {
    const BEGINS_A_FORMULA: [char; 11] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if field.starts_with(BEGINS_A_FORMULA) { format!("'{field}") } else { field }
}
