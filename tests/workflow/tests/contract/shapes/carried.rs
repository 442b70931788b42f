//! What the states hand on: made by the definition's own templates from what the functions answer.

use patching::hosts::{HostTotals, Verdict};
use patching::outcome::{DhmcOutcome, DhmcStatus, Progress, Status, Warning};
use patching::summary::Totals;
use patching::targets::Target;
use policy::input::Action;
use serde_json::{Value, json, to_value};
use workflow::definition::state;
use workflow::payload::{evaluate, fill};
use workflow::rendering::Rendering;
use workflow::template;

use super::request;

/// The policy of a stack with the parameters' defaults.
pub(super) fn composed_policy() -> Value {
    Rendering::new(&template::load("main.yaml"), &[]).policy()
}

pub(super) fn context() -> Value {
    let target = json!({
        "account": {"id": "111122223333", "name": "payments", "state": "ACTIVE", "joinedAt": null,
                    "organizationalUnit": "Root/Workloads"},
        "action": "rollout", "regions": null, "sweep": false
    });
    let target = to_value(request::<Target>(&target)).unwrap(); // as list-accounts writes it
    json!({
        "Execution": {"Id": "arn:aws:states:eu-west-1:111122223333:execution:rollout:run-1", "Name": "run-1", "Input": {}, "StartTime": "2026-12-01T00:00:00Z"},
        "State": {"EnteredTime": "2026-12-01T00:01:00Z"},
        "Map": {"Item": {"Value": target}}
    })
}

pub(super) fn after_load_policy() -> Value {
    let parameter = json!({ "Parameter": {"Value": composed_policy().to_string(), "Version": 1} });
    fill(&state("LoadPolicy").body["ResultSelector"], &parameter, &Value::Null)
}

pub(super) fn after_list_accounts() -> Value {
    let targets = record::ObjectKey { bucket: "data".into(), key: "runs/run-1/targets.json".into() };
    let wave = list_accounts::WaveOfRun {
        name: String::new(),
        title: "all accounts".into(),
        targets: targets.clone(),
        accounts: 1,
        halt_above_percent: 100,
        tolerated_failures: 1,
        policy: composed_policy(),
    };
    let response = list_accounts::Response {
        action: Action::Rollout,
        targets,
        waves: vec![wave],
        accounts: list_accounts::Counts { in_scope: 1, unavailable: 0, skipped: [("suspended", 1)].into() },
        expires_at: "1900000000".into(),
        keep_dhmc: false,
        replaced_runs: 0,
        warnings: vec![Warning::new("UnknownRegion", "there is no Region eu-wets-1".to_owned())],
    };
    after("ListAccounts", after_load_policy(), response)
}

pub(super) fn in_first_wave() -> Value {
    let mut output = after_list_accounts();
    output["rollout"]["waves"] = fill(&state("NextWave").body["Parameters"], &output, &Value::Null);
    output
}

pub(super) fn after_report() -> Value {
    let response = report::Response {
        status: Status::Failed,
        totals: Totals::default(),
        report: record::ObjectKey { bucket: "data".into(), key: "runs/run-1/report.html".into() },
        failed_accounts: vec![],
        notification: report::notification::Notification::Sent,
        hosts: None,
    };
    after("Report", after_list_accounts(), response)
}

pub(super) fn account() -> Value {
    fill(&state("EachAccount").body["ItemSelector"], &in_first_wave(), &context())
}

pub(super) fn region() -> Value {
    let task = assume_role::RegionTask { region: "eu-west-1".parse().unwrap(), action: Action::Rollout };
    let context = json!({ "Map": {"Item": {"Value": to_value(&task).unwrap()}} });
    let input = after("AssumeRole", account(), entered(vec![task]));
    fill(&state("EachRegion").body["ItemSelector"], &input, &context)
}

pub(super) fn entered(regions: Vec<assume_role::RegionTask>) -> assume_role::Response {
    let footprint = vec!["eu-west-1".parse().unwrap()];
    assume_role::Response { regions, not_enabled: vec!["me-south-1".parse().unwrap()], footprint, warnings: vec![] }
}

pub(super) fn dhmc() -> DhmcOutcome {
    DhmcOutcome { status: DhmcStatus::Set, before: None, after: Some("role".into()), not_looked_for: None }
}

pub(super) fn configured() -> Value {
    let answered = after("ConfigureDhmc", region(), dhmc());
    let earlier: Progress =
        request(&fill(&state("ConfigureWindows").body["Parameters"]["Payload"], &answered, &Value::Null)["earlier"]);
    after("ConfigureWindows", answered, Progress { status: Status::Succeeded, ..earlier })
}

pub(super) fn inspected() -> Value {
    let key = Some("runs/run-1/hosts/111122223333/eu-west-1.json".to_owned());
    after("InspectHosts", region(), inspect_hosts::Response { hosts: hosts(), key })
}

pub(super) fn hosts() -> HostTotals {
    HostTotals { hosts: 2, verdicts: [(Verdict::Patched, 2)].into(), ..HostTotals::default() }
}

pub(super) fn torn_down() -> Value {
    after("Teardown", region(), Progress { status: Status::Succeeded, dhmc: Some(dhmc()), ..Progress::default() })
}

pub(super) fn failed_account(name: &str) -> Value {
    failed(name, account())
}

pub(super) fn failed_region(step: &str) -> Value {
    let mut output = failed(&format!("{step}Failed"), region());
    if step == "ConfigureDhmc" {
        let only = state("OnlyDhmcFailed").body;
        output["failure"] = evaluate(only["InputPath"].as_str().unwrap(), &output, &Value::Null);
    }
    output
}

/// With an error without a cause, as a timeout is.
pub(super) fn failed(name: &str, input: Value) -> Value {
    failed_with(name, "States.Timeout", input)
}

pub(super) fn failed_with(name: &str, error: &str, input: Value) -> Value {
    let body = state(name).body;
    let path = body["ResultPath"].as_str().unwrap().trim_start_matches("$.").to_owned();
    let mut output = input;
    output["error"] = json!({"Error": error, "Cause": ""});
    output[path] = fill(&body["Parameters"], &output, &Value::Null);
    output
}

pub(super) fn after(name: &str, input: Value, response: impl serde::Serialize) -> Value {
    let body = state(name).body;
    let path = format!("/{}", body["ResultPath"].as_str().unwrap().trim_start_matches("$.").replace('.', "/"));
    let answer = json!({ "Payload": to_value(response).unwrap() });
    let mut output = input;
    let value = fill(&body["ResultSelector"], &answer, &Value::Null);
    match output.pointer_mut(&path) {
        Some(place) => *place = value,
        None => output[&path[1..]] = value,
    }
    output
}
