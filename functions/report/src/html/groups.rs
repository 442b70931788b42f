//! Failures, warnings and reasons for skipping, those of one kind together.

use std::collections::{BTreeMap, BTreeSet};

use patching::outcome::{AccountOutcome, RegionOutcome, Status};
use patching::summary::RunSummary;

use crate::halt::Halt;
use crate::text::counted;

/// How much of a message stands in a line of the notification.
const LINE: usize = 240;

/// What has one name and one advice.
#[derive(Debug)]
pub struct Group<'a> {
    /// The error's or the warning's name.
    pub name: &'a str,
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
    pub message: &'a str,
}

impl Group<'_> {
    /// `2 accounts`, or `5 Regions of 2 accounts`.
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
    pub fn in_a_line(&self) -> String {
        let AccountOutcome { id, name, .. } = self.account;
        let region = self.region.map(|region| format!(" {}", region.region)).unwrap_or_default();
        let step = self.step.map(|step| format!("{step}: ")).unwrap_or_default();
        let said = format!("{step}{}", self.message);
        let colon = if said.is_empty() { "" } else { ": " };
        format!("{name} ({id}){region}{colon}{said}").chars().take(LINE).collect()
    }
}

/// The failures, what failed most first.
pub fn groups(summary: &RunSummary) -> Vec<Group<'_>> {
    grouped(summary.failures().map(|(account, region, failure)| {
        let place = Place { account, region, step: Some(&failure.step), message: &failure.message };
        ((failure.name.as_str(), failure.advice()), place)
    }))
}

/// Why accounts and Regions were skipped, what there is most of first.
pub fn skipped(summary: &RunSummary) -> Vec<Group<'_>> {
    grouped(summary.reasons().map(|(account, region, reason)| {
        let place = Place { account, region, step: None, message: &reason.message };
        ((reason.name.as_str(), reason.advice()), place)
    }))
}

/// What a halted run did not reach: the accounts of each wave, in the order of the waves.
pub fn not_reached<'a>(summary: &'a RunSummary) -> Vec<Group<'a>> {
    let Some(halt) = Halt::of(summary) else { return Vec::new() };
    let nowhere = if summary.waves.is_empty() { "all accounts" } else { "in no wave" };
    let waves = summary.waves.iter().map(|wave| Some(wave.name.as_str()));
    let group = |wave: Option<&'a str>| {
        let accounts = summary.outcomes.iter().filter(|account| account.status == Status::NotReached);
        let of_wave = accounts.filter(|account| account.wave.as_deref() == wave);
        let places: Vec<_> = of_wave.map(|account| Place { account, region: None, step: None, message: "" }).collect();
        let name = wave.unwrap_or(nowhere);
        (!places.is_empty()).then(|| Group { name, advice: halt.advice(wave), places })
    };
    waves.chain([None]).filter_map(group).collect()
}

/// The warnings, what there is most of first.
pub fn warnings(summary: &RunSummary) -> Vec<Group<'_>> {
    grouped(summary.place_warnings().map(|(account, region, warning)| {
        let place = Place { account, region, step: None, message: &warning.message };
        ((warning.name.as_str(), warning.advice()), place)
    }))
}

/// By name and advice.
fn grouped<'a>(found: impl Iterator<Item = ((&'a str, &'static str), Place<'a>)>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (what, place) in found {
        groups.entry(what).or_default().push(place);
    }
    let mut groups: Vec<_> =
        groups.into_iter().map(|((name, advice), places)| Group { name, advice, places }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.places.len()));
    groups
}
