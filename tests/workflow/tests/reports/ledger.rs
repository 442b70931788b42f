//! The ledger's items and the report are made from each other, and nothing is lost.

use std::collections::BTreeMap;

use patching::outcome::{AccountOutcome, Status};
use patching::summary::RunSummary;
use serde_json::{Value, from_value, json, to_value};
use workflow::sample;

#[test]
fn the_report_is_what_the_ledgers_items_and_the_targets_make() {
    let run = sample::run(60, 5);
    let recorded = items(&run.outcomes).iter().map(read).collect();
    let targets = run.outcomes.iter().map(target).collect();
    let again = report::gather(request(&run), recorded, targets, run.finished_at.parse().unwrap());
    assert_eq!(again, run);
}

#[test]
fn the_ledgers_items_are_what_the_report_says() {
    let run = sample::run(60, 5);
    let written = serde_json::to_vec(&run).unwrap();
    let report: RunSummary = serde_json::from_slice(&written).unwrap();
    assert_eq!(items(&report.outcomes), items(&run.outcomes));
    let read: Vec<_> = items(&report.outcomes).iter().map(read).collect();
    let without_units: Vec<_> =
        run.outcomes.into_iter().map(|account| AccountOutcome { organizational_unit: None, ..account }).collect();
    assert_eq!(read, without_units);
}

/// As the state `RecordOutcome` writes them; a test of the contract holds that state's shape.
fn items(outcomes: &[AccountOutcome]) -> Vec<Value> {
    let item = |account: &AccountOutcome| {
        let mut outcome = json!({ "regions": account.regions });
        if let Some(skipped) = &account.skipped {
            outcome["skipped"] = json!({"name": skipped.name, "cause": skipped.message});
        }
        if let Some(error) = &account.error {
            outcome["error"] = json!({"step": error.step, "name": error.name, "cause": error.message});
        }
        json!({
            "account": account.id, "name": account.name, "failed": account.status == Status::Failed,
            "outcome": outcome.to_string()
        })
    };
    outcomes.iter().map(item).collect()
}

fn read(item: &Value) -> AccountOutcome {
    let text = |name: &str| item[name].as_str().unwrap().to_owned();
    let read = AccountOutcome::from_ledger(text("account").parse().unwrap(), text("name"), &text("outcome")).unwrap();
    assert_eq!(read.status == Status::Failed, item["failed"]);
    read
}

fn target(account: &AccountOutcome) -> patching::targets::Target {
    let unit = &account.organizational_unit;
    from_value(json!({
        "account": {"id": account.id, "name": account.name, "state": "ACTIVE", "organizationalUnit": unit},
        "regions": null, "sweep": false
    }))
    .unwrap()
}

fn request(run: &RunSummary) -> report::Request {
    // Those that ListAccounts left out; the others are in the outcomes.
    let left_out: BTreeMap<_, _> =
        run.skipped.iter().filter(|(reason, _)| reason.starts_with(char::is_lowercase)).collect();
    from_value(json!({
        "run": run.run, "execution": run.execution, "startedAt": run.started_at, "input": run.input,
        "policy": run.policy, "action": run.action, "targets": null,
        "accounts": {"skipped": to_value(left_out).unwrap()}, "error": null
    }))
    .unwrap()
}
