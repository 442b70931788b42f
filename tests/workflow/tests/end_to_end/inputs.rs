//! Inputs that cannot be done, in part or at all.

use aws_sdk_ssm::types::ParameterTier;
use futures::{StreamExt, future, stream};
use local_aws::{Condition, LocalAws, MANAGEMENT_KEY, RunResult};
use policy::input::Action;
use serde_json::{Value, json};
use workflow::hostile::{self, Hostile};

/// Executions of the table at once.
const AT_ONCE: usize = 6;
/// Accounts that are none of the organization's.
const FAILING: u64 = 120;
/// What a policy of ten windows has, in characters.
const LONG_POLICY: usize = 4000;
/// What Step Functions takes as an input, in characters.
const LONGEST_INPUT: usize = 262_144;

pub(crate) async fn what_cannot_be_done_is_refused_by_name(aws: &LocalAws) -> Vec<RunResult> {
    vec![
        an_input_with_mistakes_names_all_of_them(aws).await,
        an_input_that_is_no_object_is_refused(aws).await,
        accounts_that_cannot_be_worked_in_fail_alone(aws).await,
        a_run_of_which_every_account_fails_ends_with_its_report(aws).await,
    ]
}

/// Step Functions keeps what a failed child was given, the policy too: together far more than a state may hold.
async fn a_run_of_which_every_account_fails_ends_with_its_report(aws: &LocalAws) -> RunResult {
    let given = policy(aws).await;
    let mut long: Value = serde_json::from_str(&given).unwrap();
    long["windows"][0]["task"]["description"] = "x".repeat(128).into();
    let window = long["windows"][0].clone();
    while long.to_string().len() < LONG_POLICY {
        let windows = long["windows"].as_array_mut().unwrap();
        let mut another = window.clone();
        another["name"] = format!("window-{}", windows.len()).into();
        windows.push(another);
    }
    put_policy(aws, &long.to_string()).await;
    let strangers: Vec<_> = (0..FAILING).map(|number| format!("{}", 900_000_000_000_u64 + number)).collect();
    let run = aws.run("strangers-only", &json!({"action": "plan", "accounts": strangers})).await.unwrap();
    put_policy(aws, &given).await;
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some("RolloutIncomplete")), "{run:?}");
    assert_eq!(run.summary().unwrap().outcomes.len(), strangers.len());
    let (s3, bucket) = (aws.clients.s3(), &aws.deployment().unwrap().data_bucket);
    let prefix = format!("runs/{}/children/", run.run);
    let kept = s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await.unwrap();
    let kept = kept.contents().iter().filter_map(|object| object.key()?.rsplit('/').next().map(ToOwned::to_owned));
    assert_eq!(kept.collect::<Vec<_>>(), ["FAILED_0.json", "manifest.json"]);
    run
}

pub(crate) async fn policy(aws: &LocalAws) -> String {
    let ssm = aws.clients.ssm_for(MANAGEMENT_KEY, &aws.clients.home_region);
    let name = &aws.deployment().unwrap().policy_parameter;
    ssm.get_parameter().name(name).send().await.unwrap().parameter.and_then(|found| found.value).unwrap()
}

pub(crate) async fn put_policy(aws: &LocalAws, policy: &str) {
    let ssm = aws.clients.ssm_for(MANAGEMENT_KEY, &aws.clients.home_region);
    let put = ssm.put_parameter().name(&aws.deployment().unwrap().policy_parameter).value(policy).overwrite(true);
    put.tier(ParameterTier::Advanced).send().await.unwrap();
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

/// The table that the suite `guarantees` holds against the parsers, through the state machine: nothing is changed by any of it.
pub(crate) async fn hostile_inputs_change_nothing(aws: &LocalAws) -> Vec<RunResult> {
    let before = aws.simulator.state().await.unwrap();
    let (inputs, policies) = (hostile::inputs(), hostile::policies());
    let mut runs: Vec<_> = stream::iter(inputs.iter().enumerate())
        .map(|(number, row)| a_hostile_input_is_refused(aws, number, row))
        .buffered(AT_ONCE)
        .filter_map(future::ready)
        .collect()
        .await;
    for (number, (text, said)) in hostile::texts().iter().enumerate() {
        let run = aws.run_text(&format!("hostile-text-{number}"), text).await.unwrap();
        is_refused(&run, "InvalidInput", &[said]);
        runs.push(run);
    }
    runs.extend(hostile_policies_are_refused(aws, &policies).await);
    assert!(runs.len() >= 100, "{} of {} inputs and {} policies", runs.len(), inputs.len(), policies.len());
    what_is_no_json_starts_nothing(aws).await;
    bytes_that_are_no_text_reach_no_function(aws).await;
    assert_eq!(aws.simulator.state().await.unwrap(), before);
    runs
}

/// Odd and valid ones are planned, so that they change nothing either; those that no execution can have start none.
async fn a_hostile_input_is_refused(aws: &LocalAws, number: usize, row: &Hostile) -> Option<RunResult> {
    let mut input = row.document.clone();
    if row.wrong_at.is_empty() {
        input["action"] = "plan".into();
    }
    let run = aws.run(&format!("hostile-{number}"), &input).await;
    if input.to_string().len() > LONGEST_INPUT {
        let refused = run.unwrap_err().to_string();
        assert!(refused.contains("ValidationException"), "{refused}");
        return None;
    }
    let run = run.unwrap();
    if row.wrong_at.is_empty() {
        assert_eq!(run.summary().unwrap().action, Some(Action::Plan), "{number}");
    } else {
        is_refused(&run, "InvalidInput", &row.wrong_at);
    }
    Some(run)
}

/// One after the other: there is one parameter. The local AWS takes longer ones than Systems Manager does.
async fn hostile_policies_are_refused(aws: &LocalAws, policies: &[Hostile]) -> Vec<RunResult> {
    let given = policy(aws).await;
    let mut runs = Vec::new();
    for (number, row) in policies.iter().enumerate() {
        put_policy(aws, &row.document.to_string()).await;
        let run = aws.run(&format!("hostile-policy-{number}"), &json!({})).await.unwrap();
        is_refused(&run, "InvalidPolicy", &row.wrong_at);
        runs.push(run);
    }
    put_policy(aws, "{").await;
    let run = aws.run("hostile-policy-no-json", &json!({})).await.unwrap();
    is_refused(&run, "States.IntrinsicFailure", &[]);
    assert_eq!(run.report.as_ref().unwrap()["error"]["name"], "States.IntrinsicFailure");
    runs.push(run);
    put_policy(aws, &given).await;
    runs
}

/// The cause of an execution is the function's error as JSON.
pub(crate) fn is_refused(run: &RunResult, name: &str, said: &[&str]) {
    assert_eq!((run.status.as_str(), run.error.as_deref()), ("FAILED", Some(name)), "{run:?}");
    let cause = run.cause.as_deref().unwrap();
    for part in said {
        let quoted = json!(part).to_string();
        assert!(cause.contains(quoted.trim_matches('"')) || cause.contains(part), "{part} is not in {cause}");
    }
}

async fn what_is_no_json_starts_nothing(aws: &LocalAws) {
    for (number, text) in hostile::no_json().iter().enumerate() {
        let refused = aws.run_text(&format!("no-json-{number}"), text).await.unwrap_err().to_string();
        assert!(refused.contains("InvalidExecutionInput"), "{text}: {refused}");
    }
}

/// Lambda's own interface takes any bytes.
async fn bytes_that_are_no_text_reach_no_function(aws: &LocalAws) {
    let folder = tempfile::tempdir().unwrap();
    let (payload, answer) = (folder.path().join("payload"), folder.path().join("answer"));
    let (payload_file, answer) = (format!("fileb://{}", payload.display()), answer.display().to_string());
    for bytes in [&b"\xff\xfe"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"{\0}\0"] {
        let request = [&br#"{"run": "bytes", "policy": {}, "input": {"accounts": [""#[..], bytes, br#""]}}"#].concat();
        std::fs::write(&payload, request).unwrap();
        let function = ["--function-name", "patch-manager-list-accounts", "--payload", &payload_file, &answer];
        match aws.script.aws(&[&["lambda", "invoke"], &function[..]].concat()).await {
            Ok(answered) => assert!(answered.contains("FunctionError"), "{bytes:?}: {answered}"),
            Err(refused) => assert!(refused.to_string().contains("the Invoke operation"), "{bytes:?}: {refused}"),
        }
    }
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
