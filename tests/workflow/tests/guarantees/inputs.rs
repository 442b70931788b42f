//! What is not valid: whatever it is, nothing panics, every problem names a place of the document, and what is taken is taken
//! whole.

use list_accounts::{Error, Request};
use policy::PatchPolicy;
use policy::input::ExecutionInput;
use proptest::prelude::{any, prop_oneof};
use proptest::{collection, proptest};
use serde_json::{Value, from_slice, json};
use support::arbitrary::json::{anything, mutated};
use workflow::checks;
use workflow::definition::state;
use workflow::hostile::{self, Hostile};
use workflow::payload::fill;

/// What Step Functions keeps of the cause of an error, in characters.
const LONGEST_CAUSE: usize = 32_768;

/// An input with every field.
fn input() -> Value {
    json!({
        "action": "plan", "accounts": ["111122223333", "444455556666"], "regions": ["eu-west-1"], "retryOf": "run-1",
        "trigger": "manual", "replaces": ["run-2"]
    })
}

/// Carries the documents through the definition, as Step Functions does, to the function that reads them.
fn refusal(input: &Value, policy: &Value) -> Option<Error> {
    let context = json!({"Execution": {"Name": "run", "Input": input}});
    let loaded = json!({"policy": policy, "policyVersion": 1});
    let payload = fill(&state("ListAccounts").body["Parameters"]["Payload"], &loaded, &context);
    let request: Request = serde_json::from_value(payload).expect("the function takes any input");
    let read = ExecutionInput::parse(&request.input).map_err(Error::from);
    read.and_then(|_| PatchPolicy::parse(&request.policy).map_err(Error::from)).err()
}

pub(crate) fn every_row_is_refused_by_the_names_of_its_fields() {
    let (inputs, policies) = (hostile::inputs(), hostile::policies());
    assert!(inputs.len() + policies.len() >= 100, "{} and {}", inputs.len(), policies.len());
    for row in inputs {
        check(&row, "InvalidInput", refusal(&row.document, &hostile::policy()));
    }
    for row in policies {
        check(&row, "InvalidPolicy", refusal(&json!({}), &row.document));
    }
}

fn check(row: &Hostile, name: &str, refusal: Option<Error>) {
    let shown: String = row.document.to_string().chars().take(200).collect();
    let Some(error) = refusal else {
        assert_eq!(row.wrong_at, Vec::<&str>::new(), "taken: {shown}");
        return;
    };
    let said = lambda::named_error::message(&error);
    assert!(!row.wrong_at.is_empty(), "{shown}: {said}");
    assert_eq!(lambda::NamedError::name(&error), name, "{shown}");
    for path in &row.wrong_at {
        assert!(said.contains(path), "{path} is not named for {shown}: {said}");
    }
    assert!(said.chars().count() < LONGEST_CAUSE / 2, "{} characters for {shown}", said.chars().count());
}

proptest! {
    #[test]
    fn a_policy_with_mistakes_is_taken_whole_or_refused_by_places_that_are_there(document in mutated(hostile::policy())) {
        checks::policy(&document);
    }

    #[test]
    fn an_input_with_mistakes_is_taken_whole_or_refused_by_places_that_are_there(document in mutated(input())) {
        checks::input(&document);
    }

    #[test]
    fn anything_at_all_is_taken_whole_or_refused_by_places_that_are_there(document in anything()) {
        checks::policy(&document);
        checks::input(&document);
    }

    #[test]
    fn bytes_that_are_no_json_or_no_text_reach_no_parser(bytes in collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = from_slice::<Value>(&bytes) {
            checks::policy(&document);
            checks::input(&document);
        }
    }

    /// A rule puts what it finds in an event about one account into the input; what it finds may be anything.
    #[test]
    fn whatever_an_event_about_an_account_holds_it_starts_no_rollout_of_all_accounts(
        record in mutated(json!({"serviceEventDetails": {"accountId": "111122223333"}, "requestParameters": null})),
        account in anything(),
    ) {
        let accounts = [json!({"joined": record, "trigger": "account-joined"}), json!({"accounts": [account]})];
        for input in accounts.iter().filter_map(|document| ExecutionInput::parse(document).ok()) {
            assert!(input.accounts.is_some_and(|accounts| !accounts.is_empty()));
        }
    }

    #[test]
    fn a_schedule_is_taken_as_it_is_or_refused(
        text in prop_oneof!["\\PC{0,300}", "(cron|rate|at|patch-tuesday)\\([ -~]{0,60}\\)", "cron\\(([0-9A-Z*/?,#LW-]{1,8} ){4,7}[0-9*]{1,5}\\)"]
    ) {
        checks::schedule(&text);
    }
}

#[test]
fn nesting_without_end_is_refused_by_the_json_reader() {
    let deep = "[".repeat(100_000);
    assert!(from_slice::<Value>(deep.as_bytes()).is_err());
    assert!(from_slice::<Value>(b"{\"accounts\": [\"\xff\xfe\"]}").is_err());
}
