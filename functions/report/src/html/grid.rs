//! The grid: a row for each account, a column for each Region, a letter and a colour for what became of it.

use std::collections::BTreeSet;

use patching::outcome::{AccountOutcome, DhmcStatus, Failure, Reason, RegionOutcome, Status, WindowStatus};
use patching::summary::RunSummary;
use policy::ids::Region;

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
    pub(super) account: &'a AccountOutcome,
    /// One for each column; none when there is nothing about any Region.
    pub(super) cells: Vec<Cell>,
}

/// What became of an account-Region, in a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) has_warning: bool,
}

/// The most that was done: of several changes the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Failed,
    Skipped,
    Created,
    Updated,
    Deleted,
    Unchanged,
    /// The run had nothing to do there.
    Absent,
    /// The run was halted before.
    NotReached,
}

impl Kind {
    /// Those of a cell that stands for a Region.
    pub(super) const OF_REGIONS: [Self; 7] =
        [Self::Failed, Self::Skipped, Self::Created, Self::Updated, Self::Deleted, Self::Unchanged, Self::Absent];

    /// Its letter, its class in the style sheet, and what it stands for.
    fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Failed => ("F", "f", "failed"),
            Self::Skipped => ("S", "s", "skipped"),
            Self::Created => ("C", "c", "created"),
            Self::Updated => ("U", "u", "updated"),
            Self::Deleted => ("D", "d", "deleted"),
            Self::Unchanged => ("N", "n", "no change"),
            Self::Absent => ("–", "x", "not worked in"),
            Self::NotReached => ("R", "r", "not reached"),
        }
    }

    pub(super) fn letter(self) -> &'static str {
        self.told().0
    }

    pub(super) fn class(self) -> &'static str {
        self.told().1
    }

    /// What the letter stands for.
    pub(super) fn name(self, is_plan: bool) -> &'static str {
        match self {
            Self::Created if is_plan => "would create",
            Self::Updated if is_plan => "would update",
            Self::Deleted if is_plan => "would delete",
            _ => self.told().2,
        }
    }
}

impl Row<'_> {
    pub(super) fn unit(&self) -> &str {
        self.account.organizational_unit.as_deref().unwrap_or_default()
    }

    pub(super) fn wave(&self) -> &str {
        self.account.wave.as_deref().unwrap_or_default()
    }

    /// Why the account as a whole failed.
    pub(super) fn error(&self) -> Option<&Failure> {
        self.account.error.as_ref()
    }

    /// Why the account as a whole was skipped.
    pub(super) fn reason(&self) -> Option<&Reason> {
        self.account.skipped.as_ref()
    }
}

impl<'a> Grid<'a> {
    pub(super) fn new(summary: &'a RunSummary) -> Self {
        let all = summary.outcomes.iter().flat_map(|account| &account.regions);
        let regions: Vec<_> = all.map(|region| &region.region).collect::<BTreeSet<_>>().into_iter().collect();
        let rows = summary.outcomes.iter().map(|account| Row { account, cells: cells(account, &regions) });
        let units = summary.outcomes.iter().filter_map(|account| account.organizational_unit.as_deref());
        Self { rows: rows.collect(), units: units.collect(), regions }
    }
}

fn cells(account: &AccountOutcome, regions: &[&Region]) -> Vec<Cell> {
    if account.error.is_some() || account.regions.is_empty() {
        return Vec::new();
    }
    let found = |region: &Region| account.regions.iter().find(|one| one.region == *region);
    regions.iter().map(|region| cell(found(region))).collect()
}

fn cell(region: Option<&RegionOutcome>) -> Cell {
    match region {
        Some(region) => Cell { kind: kind(region), has_warning: !region.warnings.is_empty() },
        None => Cell { kind: Kind::Absent, has_warning: false },
    }
}

fn kind(region: &RegionOutcome) -> Kind {
    let has = |statuses: [WindowStatus; 2]| region.windows.iter().any(|window| statuses.contains(&window.status));
    let dhmc = region.dhmc.as_ref().map(|dhmc| dhmc.status);
    match dhmc {
        _ if region.status == Status::Failed => Kind::Failed,
        _ if region.status == Status::Skipped => Kind::Skipped,
        _ if has([WindowStatus::Created, WindowStatus::WouldCreate]) => Kind::Created,
        _ if has([WindowStatus::Updated, WindowStatus::WouldUpdate]) => Kind::Updated,
        _ if has([WindowStatus::Deleted, WindowStatus::WouldDelete]) => Kind::Deleted,
        Some(DhmcStatus::Set | DhmcStatus::WouldSet) => Kind::Updated,
        Some(DhmcStatus::Reset | DhmcStatus::WouldReset) => Kind::Deleted,
        _ => Kind::Unchanged,
    }
}
