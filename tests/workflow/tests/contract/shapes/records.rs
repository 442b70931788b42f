//! What is written down of accounts, and what is sent of those that failed, is what reads it later.

use patching::outcome::{AccountOutcome, Status};
use policy::input::{Action, ExecutionInput};
use serde_json::{Value, json};
use workflow::definition::state;
use workflow::payload::fill;
use workflow::template;

use super::carried::{
    account, after, configured, context, entered, failed, failed_account, failed_region, in_first_wave, torn_down,
};

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
fn an_account_that_left_the_scope_is_torn_down_when_its_letter_is_replayed() {
    let mut left = context();
    left["Map"]["Item"]["Value"]["action"] = json!("disable");
    let child = fill(&state("EachAccount").body["ItemSelector"], &in_first_wave(), &left);
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
