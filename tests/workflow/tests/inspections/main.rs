//! Inspections through the state machine: every reason that a host can have is made on purpose, and is found by name on just those hosts.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod found;
mod given;

use std::collections::BTreeSet;

use jiff::Timestamp;
use local_aws::{LocalAws, Options, Progress};
use patching::hosts::coverage::Past;
use patching::hosts::{Reason, Verdict};
use serde_json::json;
use strum::VariantArray as _;

use found::Found;
use given::{Given, Organization};

#[tokio::test]
async fn each_reason_is_found_on_just_the_hosts_that_were_made_for_it() {
    let progress = Progress::silent();
    let options = Options { accounts: 3, regions: 4, failing: 0, ..Options::default() };
    let mut aws = LocalAws::start(&options, &progress).await.unwrap();
    aws.deploy(&[("PatchOperation", "Install")], &progress).await.unwrap();
    aws.follow("stack-create", |_| {}).await.unwrap();
    let given = Organization::played(&aws, Timestamp::now()).await;
    let before = aws.run("before", &json!({"action": "inspect"})).await.unwrap();
    let failures: Vec<_> = before.summary().unwrap().failures().map(|(_, _, failure)| failure.clone()).collect();
    assert_eq!((before.status.as_str(), failures), ("SUCCEEDED", Vec::new()));
    given.spoil(&aws).await;
    let run = aws.run("after", &json!({"action": "inspect"})).await.unwrap();
    assert_eq!(run.error.as_deref(), Some("InspectionIncomplete"));
    let found = Found::read(&aws, &run).await;

    for host in &given.hosts {
        let said = found.hosts.get(&host.id).map(|said| (said.verdict, reasons(said)));
        let seen = (host.reasons != [Reason::NotInspected]).then(|| (host.verdict, host.reasons.clone()));
        assert_eq!(said, seen, "{host:?}");
    }
    assert_eq!(found.hosts.len(), given.hosts.iter().filter(|host| host.reasons != [Reason::NotInspected]).count());
    for reason in Reason::VARIANTS {
        is_counted(*reason, &given.hosts, &found);
    }
    assert_eq!((found.coverage.not_inspected, found.coverage.denied), (1, 1), "the Region that fails, and the other");
    for verdict in Verdict::VARIANTS {
        let made = given.hosts.iter().filter(|host| host.verdict == *verdict).count();
        assert_eq!(found.coverage.hosts.of(*verdict), made as u64, "{verdict}");
    }
    inspections_that_end_together_are_all_in_the_history(&aws).await;
}

/// Each adds a line to what the others have written.
async fn inspections_that_end_together_are_all_in_the_history(aws: &LocalAws) {
    let names = ["one", "two", "three", "four"];
    let runs = names.map(|name| async move { aws.run(name, &json!({"action": "inspect"})).await.unwrap() });
    let runs = futures::future::join_all(runs).await;
    let history: Vec<Past> = found::object(aws, &runs[0], "history.json").await;
    let lines: BTreeSet<_> = history.iter().map(|past| past.run.as_str()).collect();
    assert_eq!(lines, names.into_iter().chain(["before", "after"]).collect());
    assert_eq!(history.len(), lines.len());
}

/// A reason without a host was never seen from end to end.
fn is_counted(reason: Reason, given: &[Given], found: &Found) {
    let made: Vec<_> = given.iter().filter(|host| host.reasons.contains(&reason)).collect();
    assert!(!made.is_empty(), "no host is made for {reason}");
    let said = found.hosts.values().filter(|host| reasons(host).contains(&reason));
    let said: BTreeSet<_> = said.map(|host| host.id.as_str()).collect();
    let seen: BTreeSet<_> =
        made.iter().filter(|_| reason != Reason::NotInspected).map(|host| host.id.as_str()).collect();
    assert_eq!(said, seen, "{reason}");
    let count = found.coverage.reasons.iter().find(|count| count.name == reason).unwrap();
    let first = made.iter().filter(|host| host.headline() == Some(reason)).count();
    assert_eq!((count.hosts, count.also), (first as u64, (made.len() - first) as u64), "{reason}");
    assert_eq!(count.advice, reason.advice(), "{reason}");
}

fn reasons(host: &patching::hosts::Host) -> Vec<Reason> {
    host.reasons.iter().map(|finding| finding.name).collect()
}
