//! What the states make of a Region, however it ends, is a Region's outcome.

use lambda::{CallError, Cause};
use patching::outcome::{AccountOutcome, DhmcOutcome, DhmcStatus, Progress, RegionOutcome, Status};
use policy::input::Action;
use serde_json::{Value, from_value, json};
use workflow::definition::state;
use workflow::payload::{choose, fill};

use super::carried::{
    account, after, configured, context, dhmc, failed, failed_region, failed_with, hosts, inspected, region, torn_down,
};
use super::request;

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
    let denied = || CallError::new(Cause::AccessDenied, "ssm:RegisterTask", "said so");
    let next = |input: &Value| choose(&state("AnythingLeft").body, input).to_owned();
    for (step, again) in [("ConfigureWindows", "ConfigureWindows"), ("Teardown", "Teardown")] {
        let mut input = region();
        input["action"] = if step == "Teardown" { json!("disable") } else { json!("rollout") };
        for tries in 1..=21 {
            assert!(tries == 1 || next(&input) == again, "{tries}: {input}");
            let done = from_value::<Progress>(input["done"].clone()).unwrap();
            let done = Progress { has_written: true, ..done };
            input = after(step, input, member::progress::answer(step, Action::Rollout, done, Err(denied())).unwrap());
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
