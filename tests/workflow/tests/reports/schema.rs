//! The schema of `report.json` is the one that the types have, and reports follow it.

use patching::summary::RunSummary;
use serde_json::{Value, json, to_value};
use workflow::{sample, schema};

const SCHEMA: &str = "functions/report/report.schema.json";

#[test]
fn the_schema_is_that_of_the_types() {
    schema::is_up_to_date(SCHEMA, &schemars::schema_for!(RunSummary));
}

#[test]
fn reports_follow_the_schema() {
    let mut failed = sample::run(0, 1);
    failed.error = Some(patching::outcome::Failure::of_run("InvalidPolicy", "no windows"));
    (failed.action, failed.policy) = (None, None);
    let (waves, halted) = (sample::with_waves(sample::run(60, 2)), sample::halted(sample::run(60, 2)));
    for run in [sample::run(3, 2), sample::run(60, 17), waves, halted, failed] {
        assert_eq!(problems(&to_value(run).unwrap()), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_report_does_not_follow_it() {
    let mut report = to_value(sample::run(3, 2)).unwrap();
    report["outcomes"][0]["status"] = json!("fine");
    report["accounts"]["failed"] = json!("none");
    assert_eq!(problems(&report).len(), 2);
}

fn problems(report: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&workflow::read(SCHEMA)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(report).map(|error| error.to_string()).collect()
}
