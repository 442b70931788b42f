//! Failures, warnings and reasons for skipping, those of one kind together.

use std::collections::{BTreeMap, BTreeSet};

use patching::outcome::{AccountOutcome, RegionOutcome};
use patching::summary::RunSummary;

use crate::text::counted;

/// How much of a message stands in a line of the notification.
const LINE: usize = 240;

/// What has one name and one advice.
#[derive(Debug)]
pub struct Group<'a> {
    /// The error's or the warning's name.
    pub name: String,
    /// What to do about it.
    pub advice: &'static str,
    /// Where it happened, in the order of the accounts' ids.
    pub places: Vec<Place<'a>>,
}

/// Where something happened.
#[derive(Debug)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a AccountOutcome,
    /// The Region; none when the account as a whole failed.
    pub region: Option<&'a RegionOutcome>,
    /// The state that failed; none for a warning or a reason.
    pub step: Option<&'a str>,
    /// What was said.
    pub message: String,
}

impl Group<'_> {
    /// `2 accounts`, or `5 Regions of 2 accounts`.
    #[must_use]
    pub fn extent(&self) -> String {
        let accounts: BTreeSet<_> = self.places.iter().map(|place| &place.account.id).collect();
        let accounts = counted(accounts.len(), "account");
        match self.places.iter().filter(|place| place.region.is_some()).count() {
            0 => accounts,
            regions => format!("{} of {accounts}", counted(regions, "Region")),
        }
    }
}

impl Place<'_> {
    /// Account, Region, state and message, shortened.
    #[must_use]
    pub fn in_a_line(&self) -> String {
        let AccountOutcome { id, name, .. } = self.account;
        let region = self.region.map(|region| format!(" {}", region.region)).unwrap_or_default();
        let step = self.step.map(|step| format!("{step}: ")).unwrap_or_default();
        format!("{name} ({id}){region}: {step}{}", self.message).chars().take(LINE).collect()
    }
}

/// The failures, what failed most first.
#[must_use]
pub fn groups(summary: &RunSummary) -> Vec<Group<'_>> {
    let failures = summary.failures().map(|(account, region, failure)| {
        let (name, advice) = (failure.name.clone(), failure.advice());
        let place = Place { account, region, step: Some(&failure.step), message: failure.message.clone() };
        (name, advice, place)
    });
    grouped(failures)
}

/// Why accounts and Regions were skipped, what there is most of first.
#[must_use]
pub fn skipped(summary: &RunSummary) -> Vec<Group<'_>> {
    grouped(summary.reasons().map(|(account, region, reason)| {
        let place = Place { account, region, step: None, message: reason.message.clone() };
        (reason.name.clone(), reason.advice(), place)
    }))
}

/// The warnings, what there is most of first.
#[must_use]
pub fn warnings(summary: &RunSummary) -> Vec<Group<'_>> {
    let warnings = summary.outcomes.iter().flat_map(|account| {
        let whole = account.warnings.iter().map(|warning| (None, warning.clone()));
        let regions = account.regions.iter();
        let of_regions =
            regions.flat_map(|region| region.warnings.iter().map(move |warning| (Some(region), warning.clone())));
        whole.chain(of_regions).map(move |(region, warning)| (account, region, warning))
    });
    grouped(warnings.map(|(account, region, warning)| {
        let (name, advice) = (warning.name.clone(), warning.advice());
        (name, advice, Place { account, region, step: None, message: warning.message })
    }))
}

fn grouped<'a>(found: impl Iterator<Item = (String, &'static str, Place<'a>)>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(String, &'static str), Vec<Place<'a>>> = BTreeMap::new();
    for (name, advice, place) in found {
        groups.entry((name, advice)).or_default().push(place);
    }
    let mut groups: Vec<_> =
        groups.into_iter().map(|((name, advice), places)| Group { name, advice, places }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.places.len()));
    groups
}
