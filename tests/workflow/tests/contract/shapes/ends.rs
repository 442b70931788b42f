//! How an execution ends, and what it says then.

use serde_json::{Value, json};
use workflow::definition::state;
use workflow::payload::{evaluate, fill};

use super::carried::{account, after, after_report, failed_region};

#[test]
fn a_run_that_answered_its_stack_ends_as_it_would_without_one() {
    let response = answer_stack::Response { answered: true, status: None };
    let ended = after("AnswerStack", after_report(), response);
    assert_eq!(ended["stack"], json!({"answered": true}));
    assert_eq!(ended["report"], after_report()["report"]);
    assert!(ended.get("unanswered").is_none() && ended["error"].is_null(), "AnyFailed looks at both");
}

/// What became of the accounts is in the ledger: the stack is answered by that.
#[test]
fn a_report_that_fails_leaves_what_ended_the_run_as_it_was() {
    let report = state("Report").body;
    assert_eq!(report["Catch"][0]["ResultPath"], "$.notReported");
    let ended = state("RolloutNotReported").body["CausePath"].as_str().unwrap().to_owned();
    let input = json!({"notReported": {"Error": "LedgerNotReadable", "Cause": "why"}});
    assert_eq!(evaluate(&ended, &input, &Value::Null), json!("LedgerNotReadable: why"));
    let choices = state("AnyFailed").body["Choices"].as_array().unwrap().clone();
    let next: Vec<_> = choices.iter().map(|choice| choice["Next"].as_str().unwrap()).collect();
    assert_eq!(
        next,
        ["RolloutFailed", "RolloutNotReported", "InspectionIncomplete", "RolloutIncomplete", "StackNotAnswered"],
        "without a report there is nothing to compare"
    );
}

#[test]
fn a_failed_account_names_itself_and_the_regions_that_failed() {
    let mut input = account();
    let failed = fill(&state("RegionFailed").body["Parameters"], &failed_region("Teardown"), &Value::Null);
    input["result"] = fill(&state("EachRegion").body["ResultSelector"], &json!([failed]), &Value::Null);
    let cause = state("AccountIncomplete").body["CausePath"].as_str().unwrap().to_owned();
    assert_eq!(evaluate(&cause, &input, &Value::Null), json!(r#"payments (111122223333): failed in ["eu-west-1"]"#));
}

#[test]
fn an_incomplete_run_says_how_many_failed_and_where_the_report_is() {
    let input = after_report();
    for (name, expected) in [
        ("RolloutIncomplete", "0 accounts failed, 0 succeeded"),
        ("InspectionIncomplete", "0 accounts could not be looked at in full, 0 were"),
    ] {
        let cause = state(name).body["CausePath"].as_str().unwrap().to_owned();
        let expected = format!("{expected}; report: s3://data/runs/run-1/report.html");
        assert_eq!(evaluate(&cause, &input, &Value::Null), json!(expected));
    }
    assert_eq!(input["rollout"]["action"], "rollout", "AnyFailed compares it");
    assert!(input["report"]["accounts"]["failed"].is_number(), "AnyFailed compares it");
}
