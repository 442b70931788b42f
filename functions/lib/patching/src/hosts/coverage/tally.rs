//! From the cells of a run to the whole: one cell after the other, so that no more than one is held at a time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::units::units;
use super::waves::waves;
use super::{
    AccountCoverage, Coverage, Earlier, HostCount, Network, NotInspected, ReasonCount, RegionCoverage, WindowCount,
};
use crate::hosts::{Cell, Host, HostTotals, LastRun, Reason, Verdict, WindowRun};
use crate::outcome::{AccountOutcome, Failure, Reason as Skipped, RegionOutcome, Status};
use crate::summary::RunSummary;
use policy::ids::{AccountId, Region};

/// What the cells seen so far come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    cells: BTreeMap<AccountId, BTreeMap<Region, HostCount>>,
    reasons: BTreeMap<Reason, Concerned>,
    networks: BTreeMap<(AccountId, Region, String), Managed>,
    windows: BTreeMap<(String, Option<Date>), WindowCount>,
    windows_not_run: u64,
    oldest_scan: Option<Timestamp>,
}

/// Whom a reason concerns.
#[derive(Clone, Debug, Default, PartialEq)]
struct Concerned {
    hosts: u64,
    also: u64,
    places: BTreeSet<(AccountId, Option<Region>)>,
    oldest_scan: Option<Timestamp>,
    never_scanned: u64,
    command: Option<String>,
}

/// The hosts that run in a network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Managed {
    not_managed: u64,
    running: u64,
}

impl Tally {
    /// Takes in the hosts of an account and Region.
    pub fn add(&mut self, cell: &Cell) {
        let mut count = HostCount::default();
        for host in &cell.hosts {
            count.add(host.verdict, 1);
            self.add_host(cell, host);
        }
        cell.windows.iter().for_each(|window| self.add_window(window));
        let HostTotals { windows_not_run, oldest_scan, .. } = cell.totals();
        self.windows_not_run += windows_not_run;
        self.oldest_scan = earliest(self.oldest_scan, oldest_scan);
        self.cells.entry(cell.account.clone()).or_default().insert(cell.region.clone(), count);
    }

    fn add_host(&mut self, cell: &Cell, host: &Host) {
        let scanned_at = host.patch.as_ref().and_then(|patch| patch.ended_at);
        for (at, finding) in host.reasons.iter().enumerate() {
            let concerned = self.reasons.entry(finding.name).or_default();
            let gives_the_verdict = at == 0 && host.headline().is_some();
            if gives_the_verdict {
                concerned.hosts += 1;
                concerned.command = concerned.command.take().or_else(|| finding.command(host, &cell.region));
            } else {
                concerned.also += 1;
            }
            concerned.places.insert((cell.account.clone(), Some(cell.region.clone())));
            concerned.oldest_scan = earliest(concerned.oldest_scan, scanned_at);
            concerned.never_scanned += u64::from(scanned_at.is_none());
        }
        self.add_to_network(cell, host);
    }

    fn add_to_network(&mut self, cell: &Cell, host: &Host) {
        let (Some(vpc), Some("running")) = (&host.vpc, host.state.as_deref()) else { return };
        if host.verdict == Verdict::Excluded {
            return;
        }
        let key = (cell.account.clone(), cell.region.clone(), vpc.clone());
        let network = self.networks.entry(key).or_default();
        network.running += 1;
        let is_unmanaged = |reason: Reason| matches!(reason, Reason::NotManaged | Reason::NotManagedProfile);
        network.not_managed += u64::from(host.reasons.iter().any(|finding| is_unmanaged(finding.name)));
    }

    fn add_window(&mut self, window: &WindowRun) {
        if let Some(last) = &window.last {
            let count = self.on(window, last.started_at);
            *match last.targets {
                1.. => &mut count.ran,
                0 if last.status == "SUCCESS" => &mut count.nobody,
                0 => &mut count.not_run,
            } += 1;
            count.add(last);
        }
        // What it did before does not tell that it would do so again.
        if window.id.is_none() || !window.enabled {
            self.on(window, None).off += 1;
        } else if window.missed_at.is_some() {
            self.on(window, window.missed_at).not_run += 1;
        } else if window.last.is_none() {
            self.on(window, None).not_due += 1;
        }
    }

    /// What a window did on the day of a moment.
    fn on(&mut self, window: &WindowRun, at: Option<Timestamp>) -> &mut WindowCount {
        let day = at.map(|at| ZonedDateTime::new(at, TimeZone::UTC).date());
        self.windows.entry((window.name.clone(), day)).or_default()
    }

    /// The inspection, whole: `earlier` says how many hosts there were where nobody could look this time.
    pub fn coverage(mut self, run: &RunSummary, earlier: Earlier) -> Coverage {
        let mut earlier = earlier.by_account();
        let accounts: Vec<_> = run
            .outcomes
            .iter()
            .map(|account| self.account(account, &earlier.remove(&account.id).unwrap_or_default()))
            .collect();
        let hosts = HostCount::of_all(accounts.iter().map(|account| &account.hosts));
        Coverage {
            run: run.run.clone(),
            execution: run.execution.clone(),
            input: run.input.clone(),
            status: run.status,
            started_at: run.started_at.clone(),
            finished_at: run.finished_at.clone(),
            error: run.error.clone(),
            warnings: run.run_warnings.clone(),
            not_inspected: accounts.iter().map(|account| account.places_not_looked_at(false)).sum(),
            denied: accounts.iter().map(|account| account.places_not_looked_at(true)).sum(),
            disabled: run.policy.as_ref().is_some_and(|policy| policy["disabled"] == true),
            windows_not_run: self.windows_not_run,
            oldest_scan: self.oldest_scan,
            reasons: reasons(self.reasons),
            networks: networks(self.networks),
            windows: self.windows.into_iter().map(|((name, day), count)| WindowCount { name, day, ..count }).collect(),
            units: units(&accounts),
            waves: waves(run, &accounts),
            skipped: run.skipped.clone(),
            hosts,
            accounts,
        }
    }

    fn account(&mut self, account: &AccountOutcome, earlier: &BTreeMap<Region, u64>) -> AccountCoverage {
        // What was seen was seen, also in an account whose execution ended without a record.
        let mut regions: BTreeMap<Region, (HostCount, Option<NotInspected>)> = self
            .cells
            .remove(&account.id)
            .into_iter()
            .flatten()
            .map(|(region, hosts)| (region, (hosts, None)))
            .collect();
        let as_a_whole = not_inspected(account);
        for outcome in
            account.regions.iter().filter(|outcome| !regions.contains_key(&outcome.region)).collect::<Vec<_>>()
        {
            let Some((why, counted)) = not_looked_at(outcome) else { continue };
            let known = earlier.get(&outcome.region).copied();
            if known.is_none() && is_turned_off(outcome) {
                continue; // where nobody found a host before it was turned off
            }
            let made_up = if as_a_whole.is_some() { 0 } else { why.made_up() };
            let hosts = counted.or(known).unwrap_or(made_up);
            let hosts = self.assumed(&account.id, Some(&outcome.region), hosts);
            regions.insert(outcome.region.clone(), (hosts, Some(why)));
        }
        if let Some(why) = &as_a_whole {
            for (region, hosts) in earlier {
                if !regions.contains_key(region) {
                    let hosts = self.assumed(&account.id, Some(region), *hosts);
                    regions.insert(region.clone(), (hosts, Some(why.clone())));
                }
            }
        }
        let mut hosts = HostCount::of_all(regions.values().map(|(count, _)| count));
        let is_counted = regions.values().any(|(hosts, not_inspected)| not_inspected.is_some() && hosts.all > 0);
        if let Some(why) = as_a_whole.as_ref().filter(|_| !is_counted) {
            hosts.add_all(&self.assumed(&account.id, None, why.made_up()));
        }
        let regions = regions
            .into_iter()
            .map(|(region, (hosts, not_inspected))| RegionCoverage { region, hosts, not_inspected })
            .filter(|region| region.hosts.all > 0 || region.not_inspected.is_some());
        let AccountOutcome { id, name, organizational_unit, wave, .. } = account.clone();
        AccountCoverage {
            id,
            name,
            organizational_unit,
            wave,
            hosts,
            not_inspected: as_a_whole,
            regions: regions.collect(),
        }
    }

    /// Hosts that nobody saw.
    fn assumed(&mut self, account: &AccountId, region: Option<&Region>, hosts: u64) -> HostCount {
        let mut count = HostCount::default();
        if hosts == 0 {
            return count;
        }
        let concerned = self.reasons.entry(Reason::NotInspected).or_default();
        concerned.hosts += hosts;
        concerned.never_scanned += hosts;
        concerned.places.insert((account.clone(), region.cloned()));
        count.add_assumed(hosts);
        count
    }
}

impl AccountCoverage {
    /// Those that are denied, or the others. An account as a whole is one place, unless its Regions are known.
    fn places_not_looked_at(&self, denied: bool) -> u64 {
        let is_meant = |why: &&NotInspected| why.denied == denied;
        let regions = self.regions.iter().filter_map(|region| region.not_inspected.as_ref()).filter(is_meant).count();
        (regions as u64).max(u64::from(self.not_inspected.as_ref().is_some_and(|why| is_meant(&why))))
    }
}

impl WindowCount {
    fn add(&mut self, last: &LastRun) {
        self.succeeded += u64::from(last.succeeded);
        self.failed += u64::from(last.failed);
        self.not_reached += u64::from(last.not_reached);
        self.stopped_by_limit += u64::from(last.stopped_by_limit);
        self.cut_off += u64::from(last.cut_off);
    }
}

/// Why an account as a whole was not looked at: no Region of it is known, or it lets nobody in, which each of its Regions says again.
fn not_inspected(account: &AccountOutcome) -> Option<NotInspected> {
    let has_regions = !account.regions.is_empty();
    let skipped = account.skipped.as_ref().filter(|reason| !has_regions && reason.name != Skipped::NO_REGION);
    let is_looked_at = account.regions.iter().any(|region| region.hosts.is_some());
    let mut not_entered = account.regions.iter().filter(|_| !is_looked_at).filter_map(|region| region.error.as_ref());
    let error = account.error.as_ref().or_else(|| not_entered.find(|error| error.is_of_entering()));
    error.map(NotInspected::failed).or_else(|| skipped.map(NotInspected::skipped))
}

/// Whether the account has not enabled the Region. What runs in a Region when it is turned off goes on running, out of reach.
///
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
fn is_turned_off(region: &RegionOutcome) -> bool {
    region.skipped.as_ref().is_some_and(|reason| reason.name == Skipped::REGION_NOT_ENABLED)
}

/// Why a Region of which there is no cell was not looked at, and how many hosts it has if that is known.
fn not_looked_at(region: &RegionOutcome) -> Option<(NotInspected, Option<u64>)> {
    let counted = region.hosts.as_ref().map(|totals| totals.hosts);
    match (region.status, &region.skipped) {
        (Status::Skipped, Some(reason)) => {
            Some((NotInspected { denied: !is_turned_off(region), ..NotInspected::skipped(reason) }, None))
        }
        (Status::Failed | Status::Skipped | Status::NotReached, _) => {
            Some((region.failure().as_ref().map_or_else(NotInspected::without_record, NotInspected::failed), None))
        }
        (Status::Succeeded | Status::Planned, _) if counted == Some(0) => None,
        (Status::Succeeded | Status::Planned, _) => Some((NotInspected::without_record(), counted)),
    }
}

impl NotInspected {
    fn failed(failure: &Failure) -> Self {
        let Failure { name, message, .. } = failure.clone();
        Self { name, message, advice: failure.advice().to_owned(), denied: false }
    }

    /// What is skipped although it is there is denied.
    fn skipped(reason: &Skipped) -> Self {
        let Skipped { name, message } = reason.clone();
        Self { name, message, advice: reason.advice().to_owned(), denied: true }
    }

    /// For how many hosts it counts where none was ever found.
    fn made_up(&self) -> u64 {
        u64::from(!self.denied)
    }

    /// A Region that says it was looked at, and left nothing.
    fn without_record() -> Self {
        Self {
            name: "NoRecord".to_owned(),
            message: "what was found here is not in the bucket".to_owned(),
            advice: "Inspect again; if it happens again, look at the log of inspect-hosts.".to_owned(),
            denied: false,
        }
    }
}

fn reasons(found: BTreeMap<Reason, Concerned>) -> Vec<ReasonCount> {
    let count = |(name, concerned): (Reason, Concerned)| {
        let Concerned { hosts, also, places, oldest_scan, never_scanned, command } = concerned;
        let accounts: BTreeSet<_> = places.iter().map(|(account, _)| account).collect();
        let regions = places.iter().filter(|(_, region)| region.is_some()).count();
        ReasonCount {
            accounts: accounts.len() as u64,
            regions: regions as u64,
            name,
            hosts,
            also,
            oldest_scan,
            never_scanned,
            advice: name.advice().to_owned(),
            command,
        }
    };
    let mut reasons: Vec<_> = found.into_iter().map(count).collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse((reason.hosts, reason.also)));
    reasons
}

fn networks(found: BTreeMap<(AccountId, Region, String), Managed>) -> Vec<Network> {
    let unmanaged = found.into_iter().filter(|(_, managed)| managed.not_managed > 0);
    let mut networks: Vec<_> = unmanaged
        .map(|((account, region, vpc), Managed { not_managed, running })| Network {
            account,
            region,
            vpc,
            not_managed,
            running,
        })
        .collect();
    networks.sort_by_key(|network| std::cmp::Reverse(network.not_managed));
    networks
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
