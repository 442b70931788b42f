//! Inputs that cannot be done, in part or at all.

use local_aws::{Condition, LocalAws, RunResult};
use serde_json::{Value, json};
use workflow::hostile;

pub(crate) async fn what_cannot_be_done_is_refused_by_name(aws: &LocalAws) -> Vec<RunResult> {
    vec![
        an_input_with_mistakes_names_all_of_them(aws).await,
        an_input_that_is_no_object_is_refused(aws).await,
        accounts_that_cannot_be_worked_in_fail_alone(aws).await,
    ]
}

async fn an_input_with_mistakes_names_all_of_them(aws: &LocalAws) -> RunResult {
    let input = json!({"action": "rollot", "accounts": ["1"], "region": ["eu-west-1"]});
    let run = aws.run("mistakes", &input).await.unwrap();
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("InvalidInput")));
    let cause = run.cause.clone().unwrap();
    for part in ["$.action", "rollot", "$.accounts[0]", "$.region:"] {
        assert!(cause.contains(part), "{part} is not in {cause}");
    }
    assert_eq!(run.report.as_ref().unwrap()["error"]["name"], "InvalidInput");
    run
}

async fn an_input_that_is_no_object_is_refused(aws: &LocalAws) -> RunResult {
    let run = aws.run("no-object", &json!(["everything"])).await.unwrap();
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("InvalidInput")));
    run
}

/// Some of each kind of the table that the suite `guarantees` holds against the parsers.
pub(crate) async fn hostile_inputs_change_nothing(aws: &LocalAws) -> Vec<RunResult> {
    let before = aws.simulator.state().await.unwrap();
    let rows: Vec<_> = hostile::inputs().into_iter().filter(|row| !row.wrong_at.is_empty()).step_by(5).collect();
    assert!(rows.len() >= 12, "{}", rows.len());
    let mut runs = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let run = aws.run(&format!("hostile-{number}"), &row.document).await.unwrap();
        assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("InvalidInput")), "{number}");
        let cause = run.cause.clone().unwrap();
        for path in &row.wrong_at {
            let quoted = serde_json::to_string(path).unwrap();
            assert!(cause.contains(quoted.trim_matches('"')) || cause.contains(path), "{path} is not in {cause}");
        }
        runs.push(run);
    }
    assert_eq!(aws.simulator.state().await.unwrap(), before);
    runs
}

async fn accounts_that_cannot_be_worked_in_fail_alone(aws: &LocalAws) -> RunResult {
    let good = aws.organization.ready().nth(1).unwrap();
    let suspended = aws.organization.accounts_that_are(Condition::Suspended).next().unwrap();
    let stranger = "999999999999";
    let accounts = json!([good.id, suspended.id, stranger]);
    let input = json!({"action": "plan", "accounts": accounts});
    let run = aws.run("strangers", &input).await.unwrap();
    let report = run.report.clone().unwrap();
    let outcome = |id: &str| -> Value {
        let outcomes = report["outcomes"].as_array().unwrap();
        outcomes.iter().find(|outcome| outcome["id"] == id).cloned().unwrap()
    };
    assert_eq!(outcome(&good.id)["status"], "planned");
    assert_eq!(outcome(&suspended.id)["error"]["name"], "AccountNotActive");
    assert_eq!(outcome(stranger)["error"]["name"], "AccountNotInOrganization");
    assert_eq!(report["outcomes"].as_array().unwrap().len(), 3);
    run
}
