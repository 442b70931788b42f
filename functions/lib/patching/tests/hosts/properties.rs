//! What holds of whatever AWS says, with 1,000 examples each.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use patching::hosts::observation::{PATCH_GROUP_TAGS, PatchState};
use patching::hosts::{Cell, Host, HostTotals, Verdict, operating_system};
use proptest::prelude::{Just, Strategy};
use proptest::test_runner::Config;
use proptest::{prop_assert, prop_assert_eq, proptest};

use crate::arbitrary::given;
use crate::given::Given;

/// The longest that any window lets a scan be old: from one month's opening to the next, a week and a day.
const LIMIT: SignedDuration = SignedDuration::from_hours((35 + 7 + 1) * 24);

/// The same with all lists in another order, and some of what they hold twice.
fn in_other_pages() -> impl Strategy<Value = (Given, Given)> {
    let twice = |count: usize| 0..=count;
    given().prop_flat_map(move |given| {
        let seen = given.seen.clone();
        let lists = (
            (Just(seen.instances.clone()).prop_shuffle(), twice(seen.instances.len())),
            (Just(seen.nodes.clone()).prop_shuffle(), twice(seen.nodes.len())),
            (Just(seen.patch_states.clone()).prop_shuffle(), twice(seen.patch_states.len())),
            (Just(seen.windows.clone()).prop_shuffle(), twice(seen.windows.len())),
            (Just(seen.baselines.clone()).prop_shuffle(), twice(seen.baselines.len())),
        );
        (Just(given), lists).prop_map(|(given, lists)| {
            let mut other = given.clone();
            other.seen.instances = repeated(lists.0);
            other.seen.nodes = repeated(lists.1);
            other.seen.patch_states = repeated(lists.2);
            other.seen.windows = repeated(lists.3);
            other.seen.baselines = repeated(lists.4);
            for window in &mut other.seen.windows {
                window.executions.reverse();
                for execution in &mut window.executions {
                    let again = execution.commands.first().cloned();
                    execution.commands.extend(again);
                    execution.commands.reverse();
                    execution.commands.iter_mut().for_each(|command| command.invocations.reverse());
                }
            }
            (given, other)
        })
    })
}

fn repeated<T: Clone>((mut items, twice): (Vec<T>, usize)) -> Vec<T> {
    items.extend_from_within(..twice);
    items
}

fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap()
}

/// Whether a host was scanned with the baseline of its patch group, or with the default where its group has none; as far as that is
/// known.
fn is_meant(given: &Given, patch: &PatchState) -> bool {
    let nodes = given.seen.nodes.iter().filter(|node| node.id == patch.id);
    let systems: Vec<_> = nodes
        .filter_map(|node| operating_system(node.platform_name.as_deref()?, node.platform_version.as_deref()))
        .collect();
    let of_ec2 = given.seen.instances.iter().filter(|one| one.id == patch.id).map(|one| &one.tags);
    let elsewhere = given.seen.nodes.iter().filter(|one| one.id == patch.id).map(|one| &one.tags);
    let tags: Vec<_> = if patch.id.starts_with("i-") { of_ec2.collect() } else { elsewhere.collect() };
    let is_in = |name: &String| tags.iter().any(|tags| PATCH_GROUP_TAGS.iter().any(|key| tags.get(*key) == Some(name)));
    let is_of_system = |system: &String| systems.contains(&system.as_str());
    let groups = given.seen.patch_groups.iter();
    let mut of_group = groups.filter(|one| is_of_system(&one.operating_system) && is_in(&one.name)).peekable();
    let baselines = given.seen.baselines.iter();
    let mut default = baselines.filter(|one| one.is_default && is_of_system(&one.operating_system)).peekable();
    let is_used = |id: &String| bare(id) == bare(&patch.baseline);
    of_group.any(|one| is_used(&one.baseline)) || default.peek().is_none() || default.any(|one| is_used(&one.id))
}

/// Whether a window that is for it is there and whole.
fn has_a_task(given: &Given, host: &Host) -> bool {
    let mut windows = given.seen.windows.iter().filter(|window| host.windows.contains(&window.name));
    windows.any(|window| window.schedule.is_empty())
}

fn is_as_it_should_be(host: &Host) -> bool {
    matches!(host.verdict, Verdict::Patched | Verdict::Due)
}

fn totals_of(hosts: &[Host]) -> (u64, u64) {
    let patched = hosts.iter().filter(|host| host.verdict == Verdict::Patched).count();
    (hosts.len() as u64, patched as u64)
}

proptest! {
    #![proptest_config(Config { cases: 1_000, ..Config::default() })]

    #[test]
    fn every_host_has_one_verdict_and_a_reason_unless_it_is_as_it_should_be(given in given()) {
        let Cell { hosts, .. } = given.cell();
        let ids: BTreeSet<_> = hosts.iter().map(|host| &host.id).collect();
        prop_assert_eq!(ids.len(), hosts.len());
        for instance in &given.seen.instances {
            let is_gone = given.seen.instances.iter().any(|other| other.id == instance.id && other.state == "terminated");
            prop_assert!(is_gone || ids.contains(&instance.id), "{} is lost", instance.id);
        }
        for node in given.seen.nodes.iter().filter(|node| !node.id.starts_with("i-")) {
            prop_assert!(ids.contains(&node.id), "{} is lost", node.id);
        }
        for host in &hosts {
            prop_assert_eq!(host.headline().is_none(), is_as_it_should_be(host), "{:?}", host);
            let reasons: BTreeSet<_> = host.reasons.iter().map(|finding| finding.name).collect();
            prop_assert_eq!(reasons.len(), host.reasons.len(), "each once: {:?}", host);
        }
    }

    #[test]
    fn nothing_is_patched_without_a_scan_that_is_young_and_finds_nothing(given in given()) {
        for host in given.cell().hosts.iter().filter(|host| host.verdict == Verdict::Patched) {
            let scans = given.seen.patch_states.iter().filter(|patch| patch.id == host.id);
            let is_in_order = |patch: &PatchState| {
                let counts = patch.counts;
                let age = patch.ended_at.map(|ended| given.now.duration_since(ended));
                let all = [counts.missing, counts.failed, counts.pending_reboot, counts.rejected, counts.critical,
                    counts.security, counts.other];
                age.is_some_and(|age| age <= LIMIT) && all.iter().all(|count| *count == 0) && counts.installed >= 0
            };
            let used = |patch: &PatchState| {
                given.seen.baselines.iter().filter(|one| bare(&one.id) == bare(&patch.baseline)).collect::<Vec<_>>()
            };
            let is_approved = |patch: &PatchState| used(patch).is_empty()
                || used(patch).iter().any(|baseline| {
                    let is_young = |until: Date| until >= TimeZone::UTC.to_datetime(given.now).date() - 36.days();
                    !baseline.approves_nothing && baseline.approves_until.is_none_or(is_young)
                        && (!baseline.is_strict || patch.counts.available_security <= 0)
                });
            let mut scans = scans.filter(|patch| is_in_order(patch) && is_approved(patch) && is_meant(&given, patch));
            prop_assert!(scans.next().is_some(), "{:?}", host);
            prop_assert!(has_a_task(&given, host), "{:?}", host);
        }
    }

    #[test]
    fn nothing_is_due_without_a_window_to_come(given in given()) {
        for host in given.cell().hosts.iter().filter(|host| host.verdict == Verdict::Due) {
            prop_assert!(host.next_execution.is_some(), "{:?}", host);
            prop_assert!(has_a_task(&given, host), "{:?}", host);
            prop_assert!(host.patch.as_ref().is_some_and(|patch| patch.ended_at.is_some()), "{:?}", host);
        }
    }

    #[test]
    fn the_order_of_pages_and_what_is_there_twice_make_no_difference((given, other) in in_other_pages()) {
        prop_assert_eq!(given.cell(), other.cell());
    }

    #[test]
    fn the_totals_are_the_sum_of_the_cells(cells in proptest::collection::vec(given(), 0..4)) {
        let cells: Vec<_> = cells.iter().map(Given::cell).collect();
        let sum: HostTotals = cells.iter().map(Cell::totals).sum();
        let hosts: Vec<_> = cells.iter().flat_map(|cell| cell.hosts.clone()).collect();
        let (all, patched) = totals_of(&hosts);
        prop_assert_eq!((sum.hosts, sum.verdicts.get(&Verdict::Patched).copied().unwrap_or(0)), (all, patched));
        prop_assert_eq!(sum.verdicts.values().sum::<u64>(), all);
        let as_they_should_be = hosts.iter().filter(|host| is_as_it_should_be(host)).count() as u64;
        prop_assert_eq!(sum.reasons.values().sum::<u64>() + as_they_should_be, all);
        let not_run = cells.iter().flat_map(|cell| &cell.windows).filter(|window| window.not_run).count() as u64;
        prop_assert_eq!(sum.windows_not_run, not_run);
    }

    #[test]
    fn what_is_kept_is_read_as_it_was_written(given in given()) {
        let cell = given.cell();
        let written = serde_json::to_string(&cell).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cell>(&written).unwrap(), cell);
    }
}
