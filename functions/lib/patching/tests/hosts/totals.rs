//! Hosts, counted.

use std::collections::BTreeMap;

use patching::hosts::observation::{Instance, ManagedNode, PatchState};
use patching::hosts::{HostTotals, Reason, Verdict};
use serde_json::{from_value, json, to_value};

use crate::given::{Given, WINDOWS, at, text};

/// Three hosts: one is patched, one has no tag and a scan that is old, one is operated by a service.
fn three() -> Given {
    Given::with(|given| {
        given.window(WINDOWS).executions.clear();
        let moments =
            [("i-00000000000000002", "2026-10-01T00:00:00Z"), ("i-00000000000000003", "2026-09-01T00:00:00Z")];
        for (id, ended) in moments {
            given.seen.instances.push(Instance { id: id.into(), ..given.seen.instances[0].clone() });
            given.seen.nodes.push(ManagedNode { id: id.into(), ..given.seen.nodes[0].clone() });
            let patch = PatchState { id: id.into(), ended_at: Some(at(ended)), ..given.seen.patch_states[0].clone() };
            given.seen.patch_states.push(patch);
        }
        given.seen.instances[1].tags.clear();
        given.seen.instances[2].operator = text("eks.amazonaws.com");
    })
}

#[test]
fn a_cell_is_counted_by_verdict_and_by_the_reason_that_gives_it() {
    let expected = HostTotals {
        hosts: 3,
        verdicts: [(Verdict::Patched, 1), (Verdict::Blocked, 1), (Verdict::Excluded, 1)].into(),
        reasons: [(Reason::NoTag, 1), (Reason::OperatedByService, 1)].into(),
        windows_not_run: 1,
        oldest_scan: Some(at("2026-10-01T00:00:00Z")),
    };
    assert_eq!(three().cell().totals(), expected);
}

#[test]
fn what_is_only_to_be_known_gives_no_verdict() {
    let waiting = Given::with(|given| given.patch().counts.available_security = 1).cell();
    assert_eq!((waiting.hosts[0].headline(), waiting.totals().reasons), (None, BTreeMap::new()));
    let due = Given::with(|given| given.misses(1)).cell();
    assert_eq!((due.hosts[0].headline(), due.totals().reasons), (None, BTreeMap::new()));
}

#[test]
fn a_host_that_is_away_only_grows_older() {
    let away = Given::with(|given| given.instance().state = "stopped".into()).cell();
    assert_eq!(away.totals().oldest_scan, None);
}

#[test]
fn the_sum_of_cells_is_the_sum_of_what_they_count() {
    let one = three().cell().totals();
    let mut other = Given::with(Given::unmanaged).cell().totals();
    other.oldest_scan = None;
    let sum: HostTotals = [one.clone(), other.clone(), one].into_iter().sum();
    assert_eq!((sum.hosts, sum.windows_not_run), (7, 2));
    assert_eq!(sum.verdicts, [(Verdict::Patched, 2), (Verdict::Blocked, 3), (Verdict::Excluded, 2)].into());
    let reasons = [(Reason::NoTag, 2), (Reason::NotManaged, 1), (Reason::OperatedByService, 2)];
    assert_eq!(sum.reasons, reasons.into());
    assert_eq!(sum.oldest_scan, Some(at("2026-10-01T00:00:00Z")));
    assert_eq!([HostTotals::default(), other.clone()].into_iter().sum::<HostTotals>(), other);
}

#[test]
fn totals_are_read_as_they_were_written_and_without_what_is_left_out() {
    let totals = three().cell().totals();
    assert_eq!(from_value::<HostTotals>(to_value(&totals).unwrap()).unwrap(), totals);
    let short = json!({"hosts": 1, "verdicts": {"patched": 1}});
    let expected = HostTotals { hosts: 1, verdicts: [(Verdict::Patched, 1)].into(), ..HostTotals::default() };
    assert_eq!(from_value::<HostTotals>(short).unwrap(), expected);
}
