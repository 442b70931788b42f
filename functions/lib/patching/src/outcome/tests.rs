use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::diff::Change;
use crate::summary::dhmc_warnings;

#[test]
fn a_lambda_cause_is_reduced_to_its_message() {
    let cause = json!({"errorType": "AccessDenied", "errorMessage": "no"}).to_string();
    let failure: Failure = serde_json::from_value(json!({"step": "s", "name": "n", "cause": cause})).unwrap();
    assert_eq!(failure.message, "no");
}

#[test]
fn any_other_cause_is_kept_as_it_is() {
    for cause in ["timed out", "", "[1]", "{\"errorType\": \"x\"}"] {
        let failure: Failure = serde_json::from_value(json!({"step": "s", "name": "n", "cause": cause})).unwrap();
        assert_eq!(failure.message, cause);
    }
}

fn recorded(outcome: &Value) -> AccountOutcome {
    AccountOutcome::from_ledger("111122223333".parse().unwrap(), "a".into(), &outcome.to_string()).unwrap()
}

#[test]
fn an_account_failed_when_one_of_its_regions_did() {
    let account = recorded(&json!({"regions": [
        {"region": "eu-west-1", "status": "succeeded"},
        {"region": "us-east-1", "status": "failed", "error": {"step": "s", "name": "n", "cause": "c"}}
    ]}));
    assert_eq!(account.status, Status::Failed);
    assert_eq!(account.failed_regions(), Some(BTreeSet::from(["us-east-1".parse().unwrap()])));
}

#[test]
fn an_account_that_could_not_be_entered_failed_in_all_regions() {
    let account = recorded(&json!({"regions": [], "error": {"step": "AssumeRole", "name": "n", "cause": "c"}}));
    assert_eq!((account.status, account.failed_regions()), (Status::Failed, None));
}

#[test]
fn an_account_is_planned_when_all_of_its_regions_are() {
    let region = |status| json!({"region": "eu-west-1", "status": status});
    assert_eq!(recorded(&json!({"regions": [region("planned"), region("planned")]})).status, Status::Planned);
    assert_eq!(recorded(&json!({"regions": [region("planned"), region("succeeded")]})).status, Status::Succeeded);
}

#[test]
fn a_region_that_the_account_has_not_enabled_is_skipped_by_name() {
    let account =
        recorded(&json!({"regions": [{"region": "eu-west-1", "status": "planned"}], "notEnabled": ["me-south-1"]}));
    assert_eq!((account.status, account.skipped), (Status::Planned, None));
    let skipped = account.regions[1].skipped.as_ref().unwrap();
    assert_eq!((account.regions[1].status, skipped.name.as_str()), (Status::Skipped, "RegionNotEnabled"));
    assert_eq!(skipped.message, "the account has not enabled me-south-1");
}

#[test]
fn an_account_in_which_nothing_was_done_is_skipped_with_a_reason() {
    let denied =
        json!({"region": "us-east-1", "status": "skipped", "skipped": {"name": "RegionDenied", "cause": "no"}});
    for (outcome, name, message) in [
        (json!({"regions": []}), "NoRegion", "there was no Region to be worked in"),
        (json!({"notEnabled": ["me-south-1"]}), "NoRegion", "the account has enabled none of the Regions in scope"),
        (
            json!({"regions": [denied], "notEnabled": ["me-south-1"]}),
            "AccountDenied",
            "in each Region to be worked in: no",
        ),
        (json!({"skipped": {"name": "AccountDenied", "cause": "all"}}), "AccountDenied", "all"),
    ] {
        let account = recorded(&outcome);
        let expected = Reason { name: name.to_owned(), message: message.to_owned() };
        assert_eq!(
            (account.status, account.skipped, account.error),
            (Status::Skipped, Some(expected), None),
            "{outcome}"
        );
    }
}

#[test]
fn a_skipped_region_hides_no_failure_and_is_not_tried_again() {
    let account = recorded(&json!({"notEnabled": ["me-south-1"], "regions": [
        {"region": "us-east-1", "status": "failed", "error": {"step": "s", "name": "n", "cause": "c"}}
    ]}));
    assert_eq!((account.status, account.skipped.as_ref()), (Status::Failed, None));
    assert_eq!(account.failed_regions(), Some(BTreeSet::from(["us-east-1".parse().unwrap()])));
}

#[test]
fn a_dhmc_role_is_warned_of_when_it_was_kept_and_is_not_ours() {
    let warned = |status: &str, before: &str| {
        let dhmc = json!({"status": status, "before": before, "after": before});
        let region = json!({"region": "eu-west-1", "status": "succeeded", "dhmc": dhmc});
        !dhmc_warnings(&[recorded(&json!({"regions": [region]}))], Some("Ours")).is_empty()
    };
    assert!(warned("kept", "Theirs"));
    assert!(!warned("kept", "Ours"), "as on a deletion");
    assert!(!warned("set", "Theirs"), "it was replaced");
}

#[test]
fn what_was_done_stays_done_whatever_a_later_look_finds_or_does() {
    let window = |id: &str, status, fields: &[&str]| WindowOutcome {
        name: "w-w".into(),
        id: Some(id.into()),
        status,
        changes: fields.iter().map(|field| Change::missing(field, Some("x"))).collect(),
        next_execution: Some(format!("next of {id}")),
    };
    let after = |[first, second]: [Vec<WindowOutcome>; 2]| {
        let mut progress = Progress::default();
        progress.follow(first);
        progress.follow(second);
        progress.windows
    };
    let created = || window("mw-1", WindowStatus::Created, &[]);
    let deleted = || window("mw-1", WindowStatus::Deleted, &[]);
    let unchanged = || window("mw-2", WindowStatus::Unchanged, &[]);
    let updated = |fields: &[&str]| window("mw-2", WindowStatus::Updated, fields);
    let final_one = window("mw-2", WindowStatus::Created, &[]);
    assert_eq!(after([vec![created()], vec![unchanged(), deleted()]]), vec![final_one, deleted()]);
    assert_eq!(after([vec![created()], vec![]]), vec![created()]);
    assert_eq!(after([vec![deleted()], vec![unchanged(), deleted()]]), vec![deleted(), unchanged()]);
    assert_eq!(after([vec![unchanged()], vec![updated(&["schedule"])]]), vec![updated(&["schedule"])]);
    assert_eq!(after([vec![updated(&["schedule"])], vec![unchanged()]]), vec![updated(&["schedule"])]);
    let both = updated(&["schedule", "target"]);
    assert_eq!(after([vec![updated(&["schedule"])], vec![updated(&["target"])]]), vec![both]);
    assert_eq!(after([vec![created()], vec![updated(&["target"])]])[0].status, WindowStatus::Created);
}

#[test]
fn a_dhmc_role_that_was_set_stays_set_in_the_report() {
    let outcome = |status| DhmcOutcome { status, before: None, after: Some("Ours".into()), not_looked_for: None };
    let mut progress = Progress::default();
    progress.follow_dhmc(outcome(DhmcStatus::Set));
    progress.follow_dhmc(outcome(DhmcStatus::Unchanged));
    assert_eq!(progress.dhmc, Some(outcome(DhmcStatus::Set)));
}

#[test]
fn a_failure_reads_back_what_it_wrote() {
    let failure = Failure { step: "s".into(), name: "n".into(), message: "m".into() };
    assert_eq!(serde_json::from_value::<Failure>(serde_json::to_value(&failure).unwrap()).unwrap(), failure);
}
