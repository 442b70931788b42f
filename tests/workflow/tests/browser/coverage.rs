//! The page of an inspection, and what it must show, taken from the cells and not from the page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use patching::hosts::coverage::Earlier;
use patching::hosts::{Cell, Host, Verdict};
use patching::outcome::{AccountOutcome, Reason, RegionOutcome, Status};
use patching::summary::RunSummary;
use policy::ids::Region;
use report::coverage::{Made, Making};
use report::links::Links;
use serde_json::{Value, json};
use workflow::{sample, sample_hosts};

/// A host with where it is.
type Placed<'a> = (&'a Host, &'a Cell);

pub(super) fn write(folder: &Path, name: &str, run: &RunSummary) -> (PathBuf, PathBuf) {
    let cells: Vec<Cell> = sample_hosts::cells(run).collect();
    let mut making = Making::new(run).unwrap();
    cells.iter().try_for_each(|cell| making.add(cell)).unwrap();
    let Made { coverage, hosts, .. } = making.finish(Earlier::default()).unwrap();
    let key = record::ObjectKey { bucket: "data".into(), key: "runs/run/coverage.html".into() };
    let links = Links::new(run, &key);
    let history = sample_hosts::history(&coverage);
    let page = folder.join(format!("{name}.html"));
    let expected = page.with_extension("expected.json");
    std::fs::write(&page, report::coverage::render(run, &coverage, &history, &hosts, links.as_ref()).unwrap()).unwrap();
    std::fs::write(&expected, expectations(run, &cells).to_string()).unwrap();
    (page, expected)
}

fn expectations(run: &RunSummary, cells: &[Cell]) -> Value {
    let hosts: Vec<Placed<'_>> =
        cells.iter().flat_map(|cell| cell.hosts.iter().map(move |host| (host, cell))).collect();
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (host, _) in &hosts {
        *verdicts.entry(host.verdict.to_string()).or_default() += 1;
        for finding in &host.reasons {
            *reasons.entry(finding.name.to_string()).or_default() += 1;
        }
    }
    let region: &Region = &cells[0].region;
    let system = hosts.iter().find_map(|(host, _)| host.platform.clone()).unwrap();
    let in_region = hosts.iter().filter(|(_, cell)| cell.region == *region).count();
    let of_system = hosts.iter().filter(|(host, _)| host.platform.as_ref() == Some(&system)).count();
    let (host, region_of_host, finding, command) = hosts
        .iter()
        .find_map(|(host, cell)| {
            let finding = host.reasons.first()?;
            Some((host, &cell.region, finding, finding.command(host, &cell.region)?))
        })
        .unwrap();
    assert!(command.ends_with(region_of_host.as_str()));
    let is_hostile = |name: &str| sample::HOSTILE_NAMES.contains(&name);
    let hostile: BTreeMap<_, _> = hosts
        .iter()
        .filter(|(host, _)| host.name.as_deref().is_some_and(is_hostile))
        .map(|(host, _)| (&host.id, &host.name))
        .collect();
    assert_eq!(hostile.len(), sample::HOSTILE_NAMES.len());
    let unseen = run.outcomes.iter().map(places_not_looked_at).sum::<usize>();
    let denied = run.reasons().any(|(_, _, reason)| reason.name == Reason::REGION_DENIED);
    let of = |verdict: Verdict| hosts.iter().filter(|(host, _)| host.verdict == verdict).count();
    let (patched, all) = (of(Verdict::Patched), hosts.len() + unseen - of(Verdict::Excluded));
    let tenths = patched * 1_000 / all;
    let waves = run.waves.iter().map(|wave| (&wave.name, of_wave(run, &hosts, &wave.name)));
    json!({
        "waves": waves.collect::<Vec<_>>(),
        "accounts": run.outcomes.iter().map(|account| &account.name).collect::<Vec<_>>(), "notInspected": unseen > 0 || denied,
        "headline": format!(
            "{} of {} hosts are patched ({}.{} %)", grouped(patched), grouped(all), tenths / 10, tenths % 10
        ),
        "hosts": hosts.len(), "verdicts": verdicts, "reasons": reasons, "hostile": hostile,
        "filters": {"Region": [region, in_region], "Operating system": [system, of_system]},
        "command": {"id": host.id, "command": command, "advice": finding.name.advice()},
    })
}

/// The accounts of a wave, and its hosts that somebody saw.
fn of_wave(run: &RunSummary, hosts: &[Placed<'_>], wave: &str) -> Value {
    let accounts: BTreeSet<_> = run
        .outcomes
        .iter()
        .filter(|account| account.wave.as_deref() == Some(wave))
        .map(|account| &account.id)
        .collect();
    let seen = hosts.iter().filter(|(_, cell)| accounts.contains(&cell.account));
    let patched = seen.clone().filter(|(host, _)| host.verdict == Verdict::Patched).count();
    json!({"accounts": accounts.len(), "hosts": seen.count(), "patched": patched})
}

/// Nobody found a host there before: each is one.
fn places_not_looked_at(account: &AccountOutcome) -> usize {
    let is_unseen = |region: &RegionOutcome| region.status == Status::Failed;
    usize::from(account.error.is_some()) + account.regions.iter().filter(|region| is_unseen(region)).count()
}

fn grouped(number: usize) -> String {
    report::text::grouped(number as u64)
}
