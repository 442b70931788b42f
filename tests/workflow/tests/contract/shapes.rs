//! What one part hands to another is what the other takes. Each value here went through the definition's own templates, from
//! one state to the next.

use lambda::{CallError, CallFailure};
use patching::hosts::{HostTotals, Verdict};
use patching::outcome::{AccountOutcome, DhmcOutcome, DhmcStatus, Progress, RegionOutcome, Status, Warning};
use patching::request::RegionRequest;
use patching::summary::Totals;
use patching::targets::Target;
use policy::PatchPolicy;
use policy::input::{Action, ExecutionInput};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, from_value, json, to_value};
use workflow::definition::state;
use workflow::payload::{choose, evaluate, fill};
use workflow::rendering::Rendering;
use workflow::template;

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
        ["RolloutFailed", "RolloutNotReported", "RolloutIncomplete", "StackNotAnswered"],
        "without a report there is nothing to compare"
    );
}

#[test]
fn what_a_region_comes_to_is_a_region_outcome() {
    let done = fill(&state("RegionDone").body["Parameters"], &configured(), &Value::Null);
    assert_eq!(request::<RegionOutcome>(&done["outcome"]).status, Status::Succeeded);
    let torn_down = fill(&state("RegionDone").body["Parameters"], &torn_down(), &Value::Null);
    assert_eq!(request::<RegionOutcome>(&torn_down["outcome"]).dhmc, Some(dhmc()));
    for step in ["ConfigureDhmc", "ConfigureWindows", "Teardown"] {
        let failed = fill(&state("RegionFailed").body["Parameters"], &failed_region(step), &Value::Null);
        let outcome = request::<RegionOutcome>(&failed["outcome"]);
        let steps: Vec<_> = outcome.failures().map(|failure| failure.step.as_str()).collect();
        assert_eq!((outcome.status, steps.as_slice()), (Status::Failed, [step].as_slice()));
    }
}

#[test]
fn a_failed_region_tells_what_was_done_and_both_errors() {
    let window = json!({"name": "w-w", "id": "mw-1", "status": "created", "changes": [], "nextExecution": null});
    let mut input = after("ConfigureWindows", region(), Progress { again: true, ..Progress::default() });
    input["done"]["windows"] = json!([window]);
    input = failed("ConfigureDhmcFailed", input);
    input = failed("ConfigureWindowsFailed", input);
    let failed = fill(&state("RegionFailed").body["Parameters"], &input, &Value::Null);
    let outcome = request::<RegionOutcome>(&failed["outcome"]);
    assert_eq!(outcome.windows.len(), 1);
    let steps: Vec<_> = outcome.failures().map(|failure| failure.step.as_str()).collect();
    assert_eq!(steps, ["ConfigureWindows", "ConfigureDhmc"]);
}

#[test]
fn a_region_that_makes_no_progress_fails_with_all_that_was_done_and_the_last_error() {
    let window = json!({"name": "w-w", "id": "mw-1", "status": "created", "changes": [], "nextExecution": null});
    let denied = || CallError::AccessDenied(CallFailure::without_answer("ssm:RegisterTask", "said so"));
    let next = |input: &Value| choose(&state("AnythingLeft").body, input).to_owned();
    for (step, again) in [("ConfigureWindows", "ConfigureWindows"), ("Teardown", "Teardown")] {
        let mut input = region();
        input["action"] = if step == "Teardown" { json!("disable") } else { json!("rollout") };
        for tries in 1..=21 {
            assert!(tries == 1 || next(&input) == again, "{tries}: {input}");
            let done = from_value::<Progress>(input["done"].clone()).unwrap();
            let done = Progress { has_written: true, ..done };
            input = after(step, input, member::progress::answer(step, done, Err(denied())).unwrap());
        }
        assert_eq!(next(&input), "TriesUsedUp");
        input["done"]["windows"] = json!([window]);
        input["failure"] = input["done"]["left"].clone();
        let failed = fill(&state("RegionFailed").body["Parameters"], &input, &Value::Null);
        let outcome = request::<RegionOutcome>(&failed["outcome"]);
        let failures: Vec<_> = outcome.failures().collect();
        assert_eq!((outcome.windows.len(), failures.len()), (1, 1));
        assert_eq!((failures[0].step.as_str(), failures[0].name.as_str()), (step, "AccessDenied"));
        assert!(failures[0].message.ends_with("ssm:RegisterTask: said so"), "{failures:?}");
    }
}

#[test]
fn a_denied_region_is_skipped_only_when_nothing_was_done_there_and_nothing_else_failed() {
    let denied = |step: &str, input: Value| failed_with(&format!("{step}Failed"), "RegionDenied", input);
    let next = |input: &Value| then("RegionDenied?", "RegionToReplay?", input);
    let left = || Progress { again: true, tries: 1, ..Progress::default() };
    let mut torn_down = region();
    torn_down["action"] = json!("disable");
    let mut wants_red = region();
    wants_red["policy"]["onRegionDenied"] = json!("fail");
    let unchanged = DhmcOutcome { status: DhmcStatus::Unchanged, ..dhmc() };
    let of_dhmc = denied("ConfigureDhmc", region());
    for (input, wanted) in [
        (denied("ConfigureWindows", region()), "RegionSkipped"),
        (denied("ConfigureWindows", of_dhmc.clone()), "RegionSkipped"),
        (denied("ConfigureWindows", after("ConfigureDhmc", region(), unchanged)), "RegionSkipped"),
        (denied("Teardown", torn_down.clone()), "RegionNotEmptied"),
        (denied("ConfigureWindows", wants_red), "SendToDeadLetterQueue"),
        (denied("ConfigureWindows", after("ConfigureDhmc", region(), dhmc())), "SendToDeadLetterQueue"),
        (denied("ConfigureWindows", after("ConfigureWindows", region(), left())), "SendToDeadLetterQueue"),
        (denied("Teardown", after("Teardown", torn_down, left())), "SendToDeadLetterQueue"),
        (denied("ConfigureWindows", failed("ConfigureDhmcFailed", region())), "SendToDeadLetterQueue"),
        (failed("ConfigureWindowsFailed", region()), "SendToDeadLetterQueue"),
    ] {
        assert_eq!(next(&input), wanted, "{input}");
    }
    let found = DhmcOutcome { status: DhmcStatus::Unchanged, ..dhmc() };
    let read = denied("ConfigureWindows", after("ConfigureDhmc", region(), found.clone()));
    let steps = [
        ("RegionSkipped", denied("ConfigureWindows", of_dhmc), Some("ConfigureDhmc"), None),
        ("RegionSkipped", read, None, Some(found)),
        ("RegionNotEmptied", denied("Teardown", region()), None, None),
    ];
    for (name, input, step_of_dhmc, found) in steps {
        let outcome = fill(&state(name).body["Parameters"], &input, &Value::Null)["outcome"].clone();
        let outcome = request::<RegionOutcome>(&outcome);
        assert_eq!(outcome.dhmc_error.as_ref().map(|error| error.step.as_str()), step_of_dhmc);
        assert_eq!(outcome.dhmc, found);
        assert_eq!((outcome.status, outcome.failures().count()), (Status::Skipped, 0));
    }
}

#[test]
fn an_inspected_region_has_its_hosts_in_numbers() {
    let done = fill(&state("RegionInspected").body["Parameters"], &inspected(), &Value::Null);
    let outcome = request::<RegionOutcome>(&done["outcome"]);
    assert_eq!((outcome.status, outcome.hosts), (Status::Succeeded, Some(hosts())));
    let mut account = account();
    account["result"] = fill(&state("EachRegion").body["ResultSelector"], &json!([done]), &Value::Null);
    let item = fill(&state("RecordOutcome").body["Parameters"]["Item"], &account, &context());
    let outcome = item["outcome"]["S"].as_str().unwrap();
    let read = AccountOutcome::from_ledger("111122223333".parse().unwrap(), String::new(), outcome).unwrap();
    assert_eq!((read.status, read.regions[0].hosts.as_ref()), (Status::Succeeded, Some(&hosts())));
}

/// The next inspection looks again: a dead letter would only be old by then.
#[test]
fn what_an_inspection_could_not_look_at_failed_and_is_in_no_queue() {
    let mut region = region();
    region["action"] = json!("inspect");
    let with = |error: &str, mut region: Value, on_denied: &str| {
        region["policy"]["onRegionDenied"] = json!(on_denied);
        failed_with("InspectHostsFailed", error, region)
    };
    for (input, wanted) in [
        (with("Throttled", region.clone(), "skip"), "RegionFailed"),
        (with("AccessDenied", region.clone(), "skip"), "RegionFailed"),
        (with("RegionDenied", region.clone(), "skip"), "RegionSkipped"),
        (with("RegionDenied", region.clone(), "fail"), "RegionFailed"),
    ] {
        assert_eq!(then("RegionDenied?", "RegionToReplay?", &input), wanted, "{input}");
        let outcome = fill(&state(wanted).body["Parameters"], &input, &Value::Null)["outcome"].clone();
        assert_eq!(request::<RegionOutcome>(&outcome).hosts, None);
    }
    let mut account = account();
    account["action"] = json!("inspect");
    for name in ["AccessDenied", "AccountDenied"] {
        account["policy"]["onRegionDenied"] = json!("fail");
        let failed = failed_with("AssumeRoleFailed", name, account.clone());
        assert_eq!(then("AccountDenied?", "AccountToReplay?", &failed), "RecordOutcome", "{name}");
    }
    assert_eq!(state("EachRegionFailed").body["Next"], "AccountToReplay?");
}

/// Where a Choice leads, through the `second` one when it leads there.
fn then(first: &str, second: &str, input: &Value) -> String {
    let body = state(first).body;
    match choose(&body, input) {
        next if next == second => choose(&state(second).body, input).to_owned(),
        next => next.to_owned(),
    }
}

#[test]
fn dead_letters_are_execution_inputs_for_what_failed() {
    let message = &state("SendToDeadLetterQueue").body["Parameters"];
    let sent = fill(&message["MessageBody"], &failed_region("Teardown"), &Value::Null);
    let replayed = ExecutionInput::parse(&sent).unwrap();
    assert_eq!(replayed.accounts.unwrap().len(), 1);
    assert_eq!(replayed.regions.unwrap().len(), 1);

    for regions in [json!(null), json!(["eu-west-1"])] {
        let mut failed = failed_account("AssumeRoleFailed");
        failed["target"]["regions"] = regions;
        let message = &state("SendAccountToDeadLetterQueue").body["Parameters"];
        let replayed = ExecutionInput::parse(&fill(&message["MessageBody"], &failed, &Value::Null)).unwrap();
        assert_eq!((replayed.action, replayed.accounts.unwrap().len()), (Some(Action::Rollout), 1));
    }
}

#[test]
fn the_footprint_is_kept_where_list_accounts_looks_for_it() {
    let table = template::properties("LedgerTable");
    let mut entered = account();
    entered["access"] = json!({"footprint": ["eu-west-1"]});
    for (name, input, expression) in
        [("NoteFootprint", entered, "ADD #regions :regions"), ("ForgetRegion", torn_down(), "DELETE #regions :regions")]
    {
        let update = fill(&state(name).body["Parameters"], &input, &Value::Null);
        for key in table["KeySchema"].as_array().unwrap() {
            assert!(update["Key"][key["AttributeName"].as_str().unwrap()]["S"].is_string(), "{name}");
        }
        assert_eq!(update["Key"]["run"]["S"], record::footprint::KEY);
        assert_eq!(update["UpdateExpression"], expression);
        assert_eq!(update["ExpressionAttributeNames"]["#regions"], "regions");
        assert_eq!(update["ExpressionAttributeValues"][":regions"], json!({"SS": ["eu-west-1"]}));
    }
}

#[test]
fn an_account_that_left_the_scope_is_torn_down_when_its_letter_is_replayed() {
    let mut left = context();
    left["Map"]["Item"]["Value"]["action"] = json!("disable");
    let child = fill(&state("EachAccount").body["ItemSelector"], &after_list_accounts(), &left);
    let message = &state("SendAccountToDeadLetterQueue").body["Parameters"];
    let replayed = fill(&message["MessageBody"], &failed("AssumeRoleFailed", child), &Value::Null);
    assert_eq!(ExecutionInput::parse(&replayed).unwrap().action, Some(Action::Disable));
}

#[test]
fn dead_letters_say_which_run_and_step_failed_and_why() {
    for (state_name, input) in [
        ("SendToDeadLetterQueue", failed_region("ConfigureDhmc")),
        ("SendAccountToDeadLetterQueue", failed_account("AssumeRoleFailed")),
        ("SendAccountToDeadLetterQueue", failed_account("EachRegionFailed")),
    ] {
        let attributes = fill(&state(state_name).body["Parameters"]["MessageAttributes"], &input, &Value::Null);
        for name in ["run", "step", "error", "cause"] {
            assert_eq!(attributes[name]["DataType"], "String");
            // SQS refuses an empty attribute, and a timeout has an empty cause.
            assert_ne!(attributes[name]["StringValue"].as_str().unwrap(), "", "{name}");
        }
    }
}

#[test]
fn the_ledger_holds_account_outcomes_under_the_tables_keys() {
    let table = template::properties("LedgerTable");
    let mut mixed = account();
    let failed = fill(&state("RegionFailed").body["Parameters"], &failed_region("Teardown"), &Value::Null);
    let done = fill(&state("RegionDone").body["Parameters"], &configured(), &Value::Null);
    mixed["result"] = fill(&state("EachRegion").body["ResultSelector"], &json!([done, failed]), &Value::Null);
    let mut nothing_to_do = after("AssumeRole", account(), entered(vec![]));
    nothing_to_do["result"] = fill(&state("EachRegion").body["ResultSelector"], &json!([]), &Value::Null);
    for (input, regions, status) in [
        (mixed, 2, Status::Failed),
        (nothing_to_do, 1, Status::Skipped),
        (failed_account("AssumeRoleFailed"), 0, Status::Failed),
    ] {
        let item = fill(&state("RecordOutcome").body["Parameters"]["Item"], &input, &context());
        for key in table["KeySchema"].as_array().unwrap() {
            assert!(item[key["AttributeName"].as_str().unwrap()]["S"].is_string());
        }
        assert!(item[table["TimeToLiveSpecification"]["AttributeName"].as_str().unwrap()]["N"].is_string());
        let outcome = item["outcome"]["S"].as_str().unwrap();
        let read = AccountOutcome::from_ledger("111122223333".parse().unwrap(), String::new(), outcome).unwrap();
        assert_eq!((read.regions.len(), read.status), (regions, status));
        assert_eq!(item["failed"]["BOOL"], status == Status::Failed);
    }
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
fn an_incomplete_rollout_says_how_many_failed_and_where_the_report_is() {
    let input = after_report();
    let cause = state("RolloutIncomplete").body["CausePath"].as_str().unwrap().to_owned();
    let expected = "0 accounts failed, 0 succeeded; report: s3://data/runs/run-1/report.html";
    assert_eq!(evaluate(&cause, &input, &Value::Null), json!(expected));
    assert!(input["report"]["accounts"]["failed"].is_number(), "AnyFailed compares it");
}

/// An execution that began before an update goes on with functions that came after it, and the other way round.
fn request<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value::<T>(newer(value)).unwrap_or_else(|why| panic!("{why}: {value}"));
    serde_json::from_value(value.clone()).unwrap_or_else(|why| panic!("{why}: {value}"))
}

/// With a field that nobody knows, wherever it is not a person who writes the fields, and names are not counted.
fn newer(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let given = |name: &str| ["input", "policy", "reasons", "skipped", "verdicts"].contains(&name);
            let mut fields: Map<_, _> = fields
                .iter()
                .map(|(name, value)| (name.clone(), if given(name) { value.clone() } else { newer(value) }))
                .collect();
            fields.insert("addedLater".to_owned(), json!("unknown"));
            fields.into()
        }
        Value::Array(items) => items.iter().map(newer).collect(),
        plain => plain.clone(),
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

/// The policy of a stack with the parameters' defaults.
fn composed_policy() -> Value {
    Rendering::new(&template::load("main.yaml"), &[]).policy()
}

fn context() -> Value {
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

fn after_load_policy() -> Value {
    let parameter = json!({ "Parameter": {"Value": composed_policy().to_string(), "Version": 1} });
    fill(&state("LoadPolicy").body["ResultSelector"], &parameter, &Value::Null)
}

fn after(name: &str, input: Value, response: impl serde::Serialize) -> Value {
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

fn after_list_accounts() -> Value {
    let response = list_accounts::Response {
        action: Action::Rollout,
        targets: record::ObjectKey { bucket: "data".into(), key: "runs/run-1/targets.json".into() },
        accounts: list_accounts::Counts { in_scope: 1, unavailable: 0, skipped: [("suspended", 1)].into() },
        expires_at: "1900000000".into(),
        keep_dhmc: false,
        replaced_runs: 0,
        warnings: vec![Warning::unknown_region(&"eu-wets-1".parse().unwrap())],
    };
    after("ListAccounts", after_load_policy(), response)
}

fn after_report() -> Value {
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

fn account() -> Value {
    fill(&state("EachAccount").body["ItemSelector"], &after_list_accounts(), &context())
}

fn failed_account(name: &str) -> Value {
    failed(name, account())
}

fn region() -> Value {
    let task = assume_role::RegionTask { region: "eu-west-1".parse().unwrap(), action: Action::Rollout };
    let context = json!({ "Map": {"Item": {"Value": to_value(&task).unwrap()}} });
    let input = after("AssumeRole", account(), entered(vec![task]));
    fill(&state("EachRegion").body["ItemSelector"], &input, &context)
}

fn entered(regions: Vec<assume_role::RegionTask>) -> assume_role::Response {
    let footprint = vec!["eu-west-1".parse().unwrap()];
    assume_role::Response { regions, not_enabled: vec!["me-south-1".parse().unwrap()], footprint, warnings: vec![] }
}

fn dhmc() -> DhmcOutcome {
    DhmcOutcome { status: DhmcStatus::Set, before: None, after: Some("role".into()), not_looked_for: None }
}

fn configured() -> Value {
    let answered = after("ConfigureDhmc", region(), dhmc());
    let earlier: Progress =
        request(&fill(&state("ConfigureWindows").body["Parameters"]["Payload"], &answered, &Value::Null)["earlier"]);
    after("ConfigureWindows", answered, Progress { status: Status::Succeeded, ..earlier })
}

fn inspected() -> Value {
    let key = Some("runs/run-1/hosts/111122223333/eu-west-1.json".to_owned());
    after("InspectHosts", region(), inspect_hosts::Response { hosts: hosts(), key })
}

fn hosts() -> HostTotals {
    HostTotals { hosts: 2, verdicts: [(Verdict::Patched, 2)].into(), ..HostTotals::default() }
}

fn torn_down() -> Value {
    after("Teardown", region(), Progress { status: Status::Succeeded, dhmc: Some(dhmc()), ..Progress::default() })
}

fn failed_region(step: &str) -> Value {
    let mut output = failed(&format!("{step}Failed"), region());
    if step == "ConfigureDhmc" {
        let only = state("OnlyDhmcFailed").body;
        output["failure"] = evaluate(only["InputPath"].as_str().unwrap(), &output, &Value::Null);
    }
    output
}

/// With an error without a cause, as a timeout is.
fn failed(name: &str, input: Value) -> Value {
    failed_with(name, "States.Timeout", input)
}

fn failed_with(name: &str, error: &str, input: Value) -> Value {
    let body = state(name).body;
    let path = body["ResultPath"].as_str().unwrap().trim_start_matches("$.").to_owned();
    let mut output = input;
    output["error"] = json!({"Error": error, "Cause": ""});
    output[path] = fill(&body["Parameters"], &output, &Value::Null);
    output
}
