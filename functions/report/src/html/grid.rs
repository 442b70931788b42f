//! The grid: a row for each account, a column for each Region, a letter and a colour for what became of it.

use std::collections::BTreeSet;

use patching::outcome::{AccountOutcome, DhmcStatus, RegionOutcome, Status, WindowStatus};
use policy::ids::Region;

/// How a cell looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) letter: &'static str,
    /// In the style sheet.
    pub(crate) class: &'static str,
    /// What it stands for.
    pub(crate) words: &'static str,
}

/// The columns: every Region once.
pub(crate) fn columns<'a>(regions: impl Iterator<Item = &'a Region>) -> Vec<&'a Region> {
    regions.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The most that was done in an account-Region: of several changes the first of these.
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

    pub(super) fn look(self, is_plan: bool) -> Look {
        let (letter, class, words) = match self {
            Self::Failed => ("F", "f", "failed"),
            Self::Skipped => ("S", "s", "skipped"),
            Self::Created => ("C", "c", if is_plan { "would create" } else { "created" }),
            Self::Updated => ("U", "u", if is_plan { "would update" } else { "updated" }),
            Self::Deleted => ("D", "d", if is_plan { "would delete" } else { "deleted" }),
            Self::Unchanged => ("N", "n", "no change"),
            Self::Absent => ("–", "x", "not worked in"),
            Self::NotReached => ("R", "r", "not reached"),
        };
        Look { letter, class, words }
    }
}

/// A cell for each column, with whether there is a warning; none when there is nothing about any Region.
pub(super) fn cells(account: &AccountOutcome, columns: &[&Region]) -> Vec<(Look, bool)> {
    if account.error.is_some() || account.regions.is_empty() {
        return Vec::new();
    }
    let cell = |column: &&Region| match account.regions.iter().find(|region| region.region == **column) {
        Some(region) => (kind(region).look(false), !region.warnings.is_empty()),
        None => (Kind::Absent.look(false), false),
    };
    columns.iter().map(cell).collect()
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
