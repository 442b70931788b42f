use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, from_value, json};

use super::*;
use crate::hosts::{Cell, Reason, Verdict};
use crate::outcome::AccountOutcome;
use crate::summary::RunSummary;

const FIRST: &str = "111122223333";
const SECOND: &str = "111122224444";

fn account(id: &str, unit: &str, outcome: &Value) -> AccountOutcome {
    let account =
        AccountOutcome::from_ledger(id.parse().unwrap(), format!("name of {id}"), &outcome.to_string()).unwrap();
    AccountOutcome { organizational_unit: Some(unit.to_owned()), ..account }
}

fn run(outcomes: Vec<AccountOutcome>) -> RunSummary {
    let totals = crate::summary::Totals::new(&outcomes, 0);
    let mut run: RunSummary = from_value(json!({
        "run": "r1", "action": "inspect", "input": {}, "status": "succeeded", "startedAt": "2026-11-28T06:00:00Z",
        "finishedAt": "2026-11-28T06:10:00Z", "warnings": 0, "skipped": {}, "outcomes": [],
        "accounts": totals.accounts, "regions": totals.regions, "windows": totals.windows
    }))
    .unwrap();
    run.outcomes = outcomes;
    run
}

/// A Region that was looked at and in which so many hosts were found.
fn looked_at(region: &str, hosts: u64) -> Value {
    json!({"region": region, "status": "succeeded", "hosts": {"hosts": hosts}})
}

fn failed(region: &str) -> Value {
    let error = json!({"step": "InspectHosts", "name": "Throttled", "cause": "slow down"});
    json!({"region": region, "status": "failed", "error": error})
}

fn skipped(region: &str, name: &str) -> Value {
    json!({"region": region, "status": "skipped", "skipped": {"name": name, "message": "m"}})
}

/// A host with this verdict, the reasons, and the day of November of its last patching operation.
fn host(number: usize, verdict: &str, reasons: &[&str], day: Option<u32>) -> Value {
    let reasons: Vec<_> = reasons.iter().map(|name| json!({ "name": name })).collect();
    let patch = day.map(|day| {
        json!({"operation": "Install", "endedAt": format!("2026-11-{day:02}T00:00:00Z"), "baseline": "pb-1", "missingCount": 0})
    });
    json!({
        "id": format!("i-{number:017x}"), "kind": "ec2", "state": "running", "pingStatus": "Online", "vpc": "vpc-1", "windows": [],
        "verdict": verdict, "reasons": reasons, "patch": patch
    })
}

fn cell(account: &str, region: &str, hosts: &[Value], windows: &[Value]) -> Cell {
    from_value(json!({
        "account": account, "region": region, "inspectedAt": "2026-11-28T06:00:00Z", "dhmc": null,
        "windows": windows, "baselines": [], "hosts": hosts
    }))
    .unwrap()
}

fn coverage(outcomes: Vec<AccountOutcome>, cells: &[Cell], earlier: Value) -> Coverage {
    let mut tally = Tally::default();
    for cell in cells {
        tally.add(cell);
    }
    tally.coverage(&run(outcomes), from_value(earlier).unwrap_or_default())
}

fn with_regions(regions: &[Value]) -> Vec<AccountOutcome> {
    vec![account(FIRST, "Root/A", &json!({ "regions": regions }))]
}

fn reason(coverage: &Coverage, name: Reason) -> &ReasonCount {
    coverage.reasons.iter().find(|reason| reason.name == name).unwrap()
}

#[test]
fn the_percentage_is_of_hosts_that_are_to_be_patched_and_is_rounded_down() {
    let mut hosts: Vec<_> = (0..999).map(|number| host(number, "patched", &[], Some(27))).collect();
    hosts.push(host(999, "blocked", &["NoTag"], None));
    hosts.push(host(1_000, "excluded", &["Replaced"], None));
    let coverage =
        coverage(with_regions(&[looked_at("eu-west-1", 1_001)]), &[cell(FIRST, "eu-west-1", &hosts, &[])], json!({}));
    assert_eq!((coverage.hosts.all, coverage.hosts.to_be_patched()), (1_001, 1_000));
    assert_eq!(coverage.hosts.patched_percent, Some(99.9));
}

#[test]
fn without_a_host_there_is_no_percentage() {
    let coverage = coverage(with_regions(&[looked_at("eu-west-1", 0)]), &[], json!({}));
    assert_eq!((coverage.hosts.all, coverage.hosts.patched_percent, coverage.not_inspected), (0, None, 0));
    assert!(coverage.accounts[0].regions.is_empty());
}

#[test]
fn what_was_not_looked_at_counts_as_not_patched() {
    let patched = [cell(FIRST, "eu-west-1", &[host(1, "patched", &[], Some(27))], &[])];
    let percent = |other: Value, earlier: Value| {
        let coverage = coverage(with_regions(&[looked_at("eu-west-1", 1), other]), &patched, earlier);
        let region = coverage.accounts[0].regions.iter().find(|region| region.region.as_str() == "us-east-1");
        assert_eq!(coverage.not_inspected, u64::from(region.is_some()));
        assert_eq!(coverage.denied, 0);
        assert!(region.is_none_or(|region| region.not_inspected.is_some()));
        (coverage.hosts.patched_percent.unwrap(), coverage.hosts.assumed)
    };
    let earlier =
        |hosts: u64| json!({"accounts": [{"id": FIRST, "regions": [{"region": "us-east-1", "hosts": hosts}]}]});
    assert_eq!(percent(looked_at("us-east-1", 0), json!({})), (100.0, 0));
    assert_eq!(percent(failed("us-east-1"), json!({})), (50.0, 1), "one where none was ever found");
    assert_eq!(percent(failed("us-east-1"), earlier(3)), (25.0, 3), "as many as were found before");
    assert_eq!(percent(failed("us-east-1"), earlier(0)), (50.0, 1));
    assert_eq!(
        percent(looked_at("us-east-1", 4), json!({})),
        (20.0, 4),
        "hosts that were counted and of which nothing is there"
    );
    assert_eq!(
        percent(skipped("us-east-1", "RegionNotEnabled"), json!({})),
        (100.0, 0),
        "nothing was ever found there"
    );
    assert_eq!(
        percent(skipped("us-east-1", "RegionNotEnabled"), earlier(3)),
        (25.0, 3),
        "what ran there when it was turned off goes on"
    );
    assert_eq!(percent(json!({"region": "us-east-1", "status": "succeeded"}), json!({})), (50.0, 1));
}

/// As many as were found there before; none is made up, and it is no mistake that somebody could repair.
#[test]
fn what_a_service_control_policy_denies_is_named_and_is_none_of_what_could_not_be_looked_at() {
    let regions =
        |hosts: u64| json!({"accounts": [{"id": FIRST, "regions": [{"region": "us-east-1", "hosts": hosts}]}]});
    let of_region = with_regions(&[looked_at("eu-west-1", 1), skipped("us-east-1", "RegionDenied")]);
    let whole = json!({"regions": [], "skipped": {"name": "AccountDenied", "message": "all"}});
    let of_account = vec![account(FIRST, "Root/A", &whole)];
    let patched = [cell(FIRST, "eu-west-1", &[host(1, "patched", &[], Some(27))], &[])];
    for (earlier, hosts) in [(json!({}), 0), (regions(0), 0), (regions(3), 3)] {
        let coverage = coverage(of_region.clone(), &patched, earlier.clone());
        let [_, denied] = coverage.accounts[0].regions.as_slice() else { panic!("{coverage:?}") };
        let why = denied.not_inspected.as_ref().unwrap();
        assert_eq!((why.name.as_str(), why.denied, denied.hosts.assumed), ("RegionDenied", true, hosts));
        assert_eq!((coverage.not_inspected, coverage.denied, coverage.hosts.all), (0, 1, 1 + hosts));
        assert_eq!(coverage.reasons.iter().map(|reason| reason.hosts).sum::<u64>(), hosts);
        assert_eq!(coverage.reasons.len(), usize::from(hosts > 0), "a reason of no host is none");

        let coverage = self::coverage(of_account.clone(), &[], earlier);
        let why = coverage.accounts[0].not_inspected.as_ref().unwrap();
        assert_eq!((why.name.as_str(), why.denied), ("AccountDenied", true));
        assert_eq!((coverage.not_inspected, coverage.denied, coverage.hosts.all), (0, 1, hosts));
    }
}

#[test]
fn an_account_that_could_not_be_entered_counts_with_the_regions_of_before() {
    let denied = json!({"regions": [], "error": {"step": "AssumeRole", "name": "AccessDenied", "cause": "no"}});
    let counted = |earlier: Value| {
        let coverage = coverage(vec![account(FIRST, "Root", &denied)], &[], earlier);
        assert_eq!(reason(&coverage, Reason::NotInspected).hosts, coverage.hosts.all);
        assert_eq!(coverage.accounts[0].not_inspected.as_ref().unwrap().name, "AccessDenied");
        (coverage.hosts.all, coverage.not_inspected, coverage.accounts[0].regions.len())
    };
    assert_eq!(counted(json!({})), (1, 1, 0));
    let regions = json!([{"region": "eu-west-1", "hosts": 5}, {"region": "us-east-1", "hosts": 2}, {"region": "us-east-2", "hosts": 0}]);
    assert_eq!(counted(json!({"accounts": [{"id": FIRST, "regions": regions}]})), (7, 2, 2));
}

/// As before the StackSet has brought the role for inspections: each Region says so again, and that is not a host each.
#[test]
fn an_account_that_lets_nobody_in_counts_once_and_not_once_a_region() {
    let not_entered = |region: &str| {
        let cause = "access was denied: sts:AssumeRole: AccessDenied: not authorized to perform: sts:AssumeRole";
        let error = json!({"step": "InspectHosts", "name": "AccessDenied", "cause": cause});
        json!({"region": region, "status": "failed", "error": error})
    };
    let regions = ["eu-west-1", "us-east-1", "us-west-2"].map(not_entered);
    let counted = |regions: &[Value], earlier: Value| {
        let coverage = coverage(with_regions(regions), &[], earlier);
        assert_eq!(coverage.accounts[0].hosts.assumed, coverage.hosts.all);
        (coverage.hosts.all, coverage.not_inspected)
    };
    assert_eq!(counted(&regions, json!({})), (1, 3));
    let earlier = json!({"accounts": [{"id": FIRST, "regions": [{"region": "us-east-1", "hosts": 7}]}]});
    assert_eq!(counted(&regions, earlier), (7, 3));
    let [one, _, other] = regions;
    assert_eq!(counted(&[looked_at("us-east-1", 0), one, other], json!({})), (2, 2), "it lets in elsewhere");
}

#[test]
fn what_an_inspection_assumes_the_next_one_assumes_again() {
    let failing = || with_regions(&[failed("us-east-1")]);
    let regions = json!([{"region": "us-east-1", "hosts": 12}]);
    let first = coverage(failing(), &[], json!({"accounts": [{"id": FIRST, "regions": regions}]}));
    let second = coverage(failing(), &[], serde_json::to_value(&first).unwrap());
    assert_eq!((first.hosts.all, second.hosts.all), (12, 12));
}

#[test]
fn of_an_account_without_a_record_what_was_seen_is_seen_and_the_rest_is_not() {
    let lost = AccountOutcome::without_record(FIRST.parse().unwrap(), "n".into());
    let coverage =
        coverage(vec![lost], &[cell(FIRST, "eu-west-1", &[host(1, "patched", &[], Some(27))], &[])], json!({}));
    assert_eq!((coverage.hosts.of(Verdict::Patched), coverage.hosts.of(Verdict::Unknown)), (1, 1));
    assert_eq!(coverage.not_inspected, 1);
}

#[test]
fn an_account_without_a_region_in_scope_has_no_hosts() {
    let nowhere = vec![
        account(FIRST, "Root", &json!({"regions": [], "notEnabled": ["eu-south-1"]})),
        account(SECOND, "Root", &json!({})),
    ];
    let coverage = coverage(nowhere, &[], json!({}));
    assert_eq!((coverage.hosts.all, coverage.not_inspected), (0, 0));
}

#[test]
fn a_reason_counts_hosts_whose_verdict_it_gives_apart_from_the_others() {
    let cells = [
        cell(
            FIRST,
            "eu-west-1",
            &[host(1, "blocked", &["NoTag", "Stale"], Some(3)), host(2, "patched", &["WaitingForApproval"], Some(27))],
            &[],
        ),
        cell(
            SECOND,
            "eu-west-1",
            &[host(3, "attention", &["Stale"], Some(2)), host(4, "attention", &["Stale"], None)],
            &[],
        ),
    ];
    let accounts = [FIRST, SECOND].map(|id| account(id, "Root", &json!({"regions": [looked_at("eu-west-1", 2)]})));
    let coverage = coverage(accounts.into(), &cells, json!({}));
    let stale = reason(&coverage, Reason::Stale);
    assert_eq!((stale.hosts, stale.also, stale.accounts, stale.regions, stale.never_scanned), (2, 1, 2, 2, 1));
    assert_eq!(stale.oldest_scan.unwrap().to_string(), "2026-11-02T00:00:00Z");
    assert!(stale.command.as_deref().is_some_and(|command| command.contains("i-00000000000000003")), "{stale:?}");
    let waiting = reason(&coverage, Reason::WaitingForApproval);
    assert_eq!((waiting.hosts, waiting.also), (0, 1));
    assert_eq!(coverage.reasons[0].name, Reason::Stale, "what keeps most hosts comes first");
    assert_eq!(coverage.oldest_scan.unwrap().to_string(), "2026-11-02T00:00:00Z");
}

#[test]
fn networks_tell_where_nothing_that_runs_is_managed() {
    let mut stopped = host(4, "away", &["Stopped"], None);
    stopped["state"] = json!("stopped");
    let mut other = host(5, "blocked", &["NotManagedProfile"], None);
    other["vpc"] = json!("vpc-2");
    let hosts = [
        host(1, "blocked", &["NotManaged"], None),
        host(2, "patched", &[], Some(27)),
        host(3, "excluded", &["OperatedByService"], None),
        stopped,
        other,
    ];
    let coverage =
        coverage(with_regions(&[looked_at("eu-west-1", 5)]), &[cell(FIRST, "eu-west-1", &hosts, &[])], json!({}));
    let networks: Vec<_> =
        coverage.networks.iter().map(|network| (network.vpc.as_str(), network.not_managed, network.running)).collect();
    assert_eq!(networks, [("vpc-1", 1, 2), ("vpc-2", 1, 1)]);
}

#[test]
fn windows_are_counted_by_what_they_did_on_a_day() {
    let window = |id: Option<&str>, enabled: bool, last: Option<Value>, missed: Option<u32>| {
        let missed_at = missed.map(|day| format!("2026-11-{day}T23:00:00Z"));
        json!({"name": "w-w", "id": id, "enabled": enabled, "nextExecution": null, "last": last, "notRun": missed.is_some(), "missedAt": missed_at})
    };
    let last_of = |status: &str, day: u32, targets: u32| {
        json!({"execution": "e", "startedAt": format!("2026-11-{day}T23:30:00Z"), "status": status, "details": null, "targets": targets,
               "succeeded": targets, "failed": 1, "notReached": 2, "stoppedByLimit": 3, "cutOff": 4})
    };
    let last = |day, targets| last_of("FAILED", day, targets);
    let windows = [
        window(Some("mw-1"), true, Some(last(20, 5)), None),
        window(Some("mw-1"), true, Some(last(20, 7)), Some(21)), // which the last one does not hide
        window(Some("mw-1"), true, Some(last_of("SUCCESS", 20, 0)), None),
        window(Some("mw-1"), true, Some(last(20, 0)), None),
        window(Some("mw-1"), true, Some(last(21, 1)), None),
        window(Some("mw-1"), true, None, Some(21)),
        window(Some("mw-1"), true, None, None),
        window(Some("mw-1"), false, Some(last(20, 1)), None), // nor that it was turned off since
        window(None, false, None, None),
    ];
    let coverage =
        coverage(with_regions(&[looked_at("eu-west-1", 0)]), &[cell(FIRST, "eu-west-1", &[], &windows)], json!({}));
    let [none, first, second] = coverage.windows.as_slice() else { panic!("{:?}", coverage.windows) };
    assert_eq!((none.day, none.not_run, none.not_due, none.off), (None, 0, 1, 2));
    assert_eq!(first.day.unwrap().to_string(), "2026-11-20");
    assert_eq!((first.ran, first.nobody, first.not_run, first.succeeded, first.failed), (3, 1, 1, 13, 5));
    assert_eq!((first.not_reached, first.stopped_by_limit, first.cut_off), (10, 15, 20));
    assert_eq!((second.ran, second.not_run, second.succeeded, coverage.windows_not_run), (1, 2, 1, 2));
}

#[test]
fn a_unit_has_all_that_is_below_it() {
    let accounts = vec![
        account(FIRST, "Root/Workloads/Production", &json!({"regions": [looked_at("eu-west-1", 1)]})),
        account(SECOND, "Root/Workloads", &json!({"regions": [failed("eu-west-1")]})),
    ];
    let coverage =
        coverage(accounts, &[cell(FIRST, "eu-west-1", &[host(1, "patched", &[], Some(27))], &[])], json!({}));
    let units: Vec<_> = coverage
        .units
        .iter()
        .map(|unit| (unit.path.as_str(), unit.accounts, unit.hosts.all, unit.hosts.patched_percent))
        .collect();
    assert_eq!(
        units,
        [
            ("Root", 2, 2, Some(50.0)),
            ("Root/Workloads", 2, 2, Some(50.0)),
            ("Root/Workloads/Production", 1, 1, Some(100.0)),
        ]
    );
}

#[test]
fn the_history_has_a_run_once_and_the_last_four_hundred_in_the_order_of_time() {
    let coverage = coverage(with_regions(&[failed("eu-west-1")]), &[], json!({}));
    let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
    let past = |number: i64| Past { run: format!("r{number}").parse().unwrap(), ..coverage.past(at(number)) };
    let history = (0..500).rev().fold(Vec::new(), |history, number| past(number).added_to(history));
    assert_eq!((history.len(), history[0].run.as_str(), history[399].run.as_str()), (400, "r100", "r499"));
    let again = past(499).added_to(history.clone());
    assert_eq!(again, history);
    assert_eq!(history[0].reasons, [(Reason::NotInspected, 1)].into());
    let kept: Vec<Past> = from_value(serde_json::to_value(&history).unwrap()).unwrap();
    assert_eq!(kept, history);
}

fn verdicts() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let verdict = prop::sample::select(vec!["patched", "due", "attention", "blocked", "away", "excluded", "unknown"]);
    prop::collection::vec(prop::collection::vec(verdict, 0..12), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Totals are the sum of the accounts, those of their Regions, and a host that nobody saw is never a patched one.
    #[test]
    fn sums_agree_whatever_was_found(found in verdicts(), lost in prop::collection::vec(any::<bool>(), 6), seed in any::<usize>()) {
        let name = |at: usize| format!("eu-west-{}", at + 1);
        let hosts = |verdicts: &Vec<&str>| verdicts.iter().enumerate().map(|(number, verdict)| host(number, verdict, &[], Some(27))).collect::<Vec<_>>();
        let regions: Vec<_> = found.iter().enumerate().map(|(at, hosts)| {
            if lost[at] { failed(&name(at)) } else { looked_at(&name(at), hosts.len() as u64) }
        }).collect();
        let mut cells: Vec<_> = found.iter().enumerate().filter(|(at, hosts)| !lost[*at] && !hosts.is_empty())
            .map(|(at, verdicts)| cell(FIRST, &name(at), &hosts(verdicts), &[])).collect();
        let straight = coverage(with_regions(&regions), &cells, json!({}));
        if !cells.is_empty() {
            let middle = seed % cells.len();
            cells.rotate_left(middle);
        }
        prop_assert_eq!(&coverage(with_regions(&regions), &cells, json!({})).hosts, &straight.hosts, "in whatever order");
        let sum = |counts: Vec<&HostCount>| counts.into_iter().fold(HostCount::default(), |mut sum, count| { sum.add_all(count); sum });
        prop_assert_eq!(&sum(straight.accounts.iter().map(|account| &account.hosts).collect()), &straight.hosts);
        let regions_of = straight.accounts.iter().flat_map(|account| &account.regions);
        prop_assert_eq!(&sum(regions_of.map(|region| &region.hosts).collect()), &straight.hosts);
        let places = lost[..found.len()].iter().filter(|lost| **lost).count() as u64;
        let seen = |wanted: Option<&str>| cells.iter().flat_map(|cell| &cell.hosts).filter(|host| wanted.is_none_or(|wanted| host.verdict.to_string() == wanted)).count() as u64;
        prop_assert_eq!(straight.hosts.of(Verdict::Patched), seen(Some("patched")));
        prop_assert_eq!((straight.hosts.all, straight.not_inspected), (seen(None) + places, places));
    }
}
