//! The grid: a row for each account, a column for each Region with hosts, the percentage and the worst that is said of a host.

use std::collections::BTreeSet;

use patching::hosts::Verdict;
use patching::hosts::coverage::{AccountCoverage, Coverage, HostCount, RegionCoverage};
use policy::ids::Region;
use serde_json::{Value, json};

use super::verdicts::{class, letter};
use crate::text::{grouped, many};

/// The grid.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// The columns.
    pub(super) regions: Vec<&'a Region>,
    /// The rows.
    pub(super) rows: Vec<Row<'a>>,
    /// Every path of an organizational unit.
    pub(super) units: BTreeSet<&'a str>,
}

/// An account.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) account: &'a AccountCoverage,
    /// `95.6 % of 120 hosts`.
    pub(super) share: String,
    /// One for each column; none where no Region is known.
    pub(super) cells: Vec<Cell>,
}

/// An account-Region.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) class: &'static str,
    /// The percentage without its tenth, so that 99.9 is not 100; a dash where no host is to be patched.
    pub(super) percent: String,
    pub(super) letter: &'static str,
}

const NOTHING: Cell = Cell { class: "x", percent: String::new(), letter: "" };

impl<'a> Grid<'a> {
    pub(super) fn new(coverage: &'a Coverage) -> Self {
        let all = coverage.accounts.iter().flat_map(|account| &account.regions);
        let regions: Vec<_> = all.map(|region| &region.region).collect::<BTreeSet<_>>().into_iter().collect();
        let rows = coverage.accounts.iter().map(|account| row(account, &regions));
        let units = coverage.accounts.iter().filter_map(|account| account.organizational_unit.as_deref());
        Self { rows: rows.collect(), units: units.collect(), regions }
    }

    /// By account: why it was not looked at as a whole, and by column hosts by verdict and why it was not looked at.
    pub(super) fn details(&self, coverage: &Coverage) -> Vec<Value> {
        let account = |account: &AccountCoverage| {
            let cells = account.regions.iter().filter_map(|region| {
                let column = self.regions.binary_search(&&region.region).ok()?;
                let verdicts: Vec<_> =
                    region.hosts.verdicts.iter().map(|(verdict, hosts)| (*verdict as usize, hosts)).collect();
                Some(json!([column, verdicts, region.not_inspected]))
            });
            json!([account.not_inspected, cells.collect::<Vec<_>>()])
        };
        coverage.accounts.iter().map(account).collect()
    }
}

fn row<'a>(account: &'a AccountCoverage, regions: &[&Region]) -> Row<'a> {
    let regions = if account.regions.is_empty() { &[] } else { regions };
    let mut found = account.regions.iter().peekable();
    let cells = regions.iter().map(|region| match found.next_if(|one| one.region == **region) {
        Some(region) => cell(region),
        None => NOTHING,
    });
    Row { cells: cells.collect(), share: share(&account.hosts), account }
}

/// `95.6 % of 120 hosts`.
fn share(hosts: &HostCount) -> String {
    match hosts.patched_percent {
        Some(percent) => format!("{percent:.1} % of {}", many(hosts.to_be_patched(), "host")),
        None if hosts.all > 0 => format!("{} not ours to patch", grouped(hosts.all)),
        None => "no hosts".to_owned(),
    }
}

fn cell(region: &RegionCoverage) -> Cell {
    let (None, Some(worst)) = (&region.not_inspected, region.hosts.worst()) else {
        return Cell { class: class(Verdict::Unknown), percent: String::new(), letter: letter(Verdict::Unknown) };
    };
    Cell {
        class: class(worst),
        percent: region.hosts.patched_percent.map_or_else(|| "–".to_owned(), |percent| percent.trunc().to_string()),
        letter: if worst == Verdict::Patched { "" } else { letter(worst) },
    }
}
