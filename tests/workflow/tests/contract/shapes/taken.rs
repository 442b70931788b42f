//! What the states hand to the functions is what these take.

use patching::request::RegionRequest;
use policy::PatchPolicy;
use serde_json::{Value, json};
use workflow::definition::state;
use workflow::payload::fill;

use super::carried::{account, after_list_accounts, after_load_policy, after_report, composed_policy, context, region};
use super::request;

#[test]
fn the_policy_that_the_template_composes_is_valid() {
    PatchPolicy::parse(&composed_policy()).unwrap();
}

#[test]
fn list_accounts_takes_any_input_at_all() {
    for input in [json!({}), json!([]), json!("x"), json!(null)] {
        let context = json!({"Execution": {"Name": "run-1", "Input": input}});
        let payload = fill(&state("ListAccounts").body["Parameters"]["Payload"], &after_load_policy(), &context);
        request::<list_accounts::Request>(&payload);
    }
}

#[test]
fn assume_role_takes_an_account() {
    request::<assume_role::Request>(&fill(
        &state("AssumeRole").body["Parameters"]["Payload"],
        &account(),
        &Value::Null,
    ));
}

#[test]
fn the_workers_take_a_region() {
    let payload = |name: &str| fill(&state(name).body["Parameters"]["Payload"], &region(), &Value::Null);
    request::<RegionRequest>(&payload("ConfigureDhmc"));
    request::<RegionRequest>(&payload("ConfigureWindows"));
    request::<RegionRequest>(&payload("Teardown"));
    request::<inspect_hosts::Request>(&payload("InspectHosts"));
}

#[test]
fn report_takes_a_run_however_far_it_came() {
    let caught = json!({"Error": "InvalidPolicy", "Cause": "…"});
    let mut list_accounts_failed = after_load_policy();
    list_accounts_failed["error"] = caught.clone();
    let mut each_account_failed = after_list_accounts();
    each_account_failed["error"] = caught.clone();
    let load_policy_failed = fill(&state("LoadPolicyFailed").body["Parameters"], &caught, &Value::Null);
    for (input, warnings) in
        [(after_list_accounts(), 1), (each_account_failed, 1), (list_accounts_failed, 0), (load_policy_failed, 0)]
    {
        let payload = fill(&state("Report").body["Parameters"]["Payload"], &input, &context());
        assert_eq!(request::<report::Request>(&payload).warnings.len(), warnings);
    }
}

#[test]
fn answer_stack_takes_a_run_however_far_it_came() {
    let caught = json!({"Error": "InvalidPolicy", "Cause": "…"});
    let mut list_accounts_failed = after_load_policy();
    list_accounts_failed["error"] = caught.clone();
    let load_policy_failed = fill(&state("LoadPolicyFailed").body["Parameters"], &caught, &Value::Null);
    let mut report_failed = after_list_accounts();
    report_failed["notReported"] = caught;
    for input in [after_report(), list_accounts_failed, load_policy_failed, report_failed] {
        let payload = fill(&state("AnswerStack").body["Parameters"]["Payload"], &input, &context());
        request::<answer_stack::Request>(&payload);
    }
}

#[test]
fn a_function_does_without_what_former_definitions_did_not_hand_it() {
    let payload = |name: &str, input: &Value| fill(&state(name).body["Parameters"]["Payload"], input, &context());
    let (entering, region, reporting) =
        (payload("AssumeRole", &account()), payload("Teardown", &region()), payload("Report", &after_list_accounts()));
    for path in ["action", "sweepIn", "keepDhmc", "account/joinedAt", "account/organizationalUnit"] {
        request::<assume_role::Request>(&without(&entering, &format!("target/{path}")));
    }
    request::<RegionRequest>(&without(&region, "earlier"));
    for path in ["earlier", "earlier/tries", "keepDhmc", "policy/scope"] {
        request::<RegionRequest>(&without(&region, path));
    }
    for path in ["warnings", "accounts", "targets", "action", "error"] {
        request::<report::Request>(&without(&reporting, path));
    }
    let answering = payload("AnswerStack", &after_report());
    for path in ["report", "accounts", "accounts/unavailable", "error"] {
        request::<answer_stack::Request>(&without(&answering, path));
    }
}

fn without(value: &Value, path: &str) -> Value {
    let mut value = value.clone();
    let (parent, name) = path.rsplit_once('/').map_or(("", path), |(parent, name)| (parent, name));
    let parent = if parent.is_empty() { String::new() } else { format!("/{parent}") };
    let removed = value.pointer_mut(&parent).and_then(|found| found.as_object_mut()?.remove(name));
    assert!(removed.is_some(), "{path} is not there");
    value
}
