//! What is not valid: whatever it is, nothing panics, every problem names a place of the document, and what is taken is taken
//! whole.

use list_accounts::{Error, Request};
use patching::input::{ExecutionInput, InvalidInput};
use patching::policy::arbitrary::json::{anything, mutated};
use patching::policy::{InvalidPolicy, PatchPolicy, Problem, Schedule};
use proptest::prelude::{any, prop_oneof};
use proptest::{collection, proptest};
use serde_json::{Value, from_slice, json};
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
    let said = kit::named_error::message(&error);
    assert!(!row.wrong_at.is_empty(), "{shown}: {said}");
    assert_eq!(kit::NamedError::name(&error), name, "{shown}");
    for path in &row.wrong_at {
        assert!(said.contains(path), "{path} is not named for {shown}: {said}");
    }
    assert!(said.chars().count() < LONGEST_CAUSE / 2, "{} characters for {shown}", said.chars().count());
}

/// A problem's path leads to something, or to a field that is missing from something.
fn assert_paths_lead_somewhere(document: &Value, problems: &[Problem]) {
    assert!(!problems.is_empty());
    for problem in problems {
        let mut here = Some(document);
        let mut keys = keys(&problem.path);
        let last = keys.pop();
        for key in keys {
            here = here.and_then(|value| child(value, &key));
        }
        let parent = here.unwrap_or_else(|| panic!("{} leads nowhere in {document}", problem.path));
        let Some(last) = last else { continue };
        let found = child(parent, &last);
        let is_right = if problem.value == "missing" { found.is_none_or(Value::is_null) } else { found.is_some() };
        assert!(is_right, "{problem}");
    }
}

fn child<'a>(value: &'a Value, key: &Value) -> Option<&'a Value> {
    match key {
        Value::String(name) => value.get(name),
        index => value.get(usize::try_from(index.as_u64()?).ok()?),
    }
}

/// `$.a[0]["b c"]` as its keys.
fn keys(path: &str) -> Vec<Value> {
    let mut rest = path.strip_prefix('$').unwrap();
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(bracketed) = rest.strip_prefix('[') {
            let mut parsed = serde_json::Deserializer::from_str(bracketed).into_iter::<Value>();
            keys.push(parsed.next().unwrap().unwrap());
            rest = bracketed[parsed.byte_offset()..].strip_prefix(']').unwrap();
        } else {
            let dotted = &rest[1..];
            let end = dotted.find(['.', '[']).unwrap_or(dotted.len());
            keys.push(json!(dotted[..end]));
            rest = &dotted[end..];
        }
    }
    keys
}

fn check_policy(document: &Value) {
    match PatchPolicy::parse(document) {
        Ok(policy) => assert_eq!(PatchPolicy::parse(&json!(policy)), Ok(policy)),
        Err(InvalidPolicy { problems }) => assert_paths_lead_somewhere(document, &problems),
    }
}

fn check_input(document: &Value) {
    match ExecutionInput::parse(document) {
        Ok(input) => assert_eq!(ExecutionInput::parse(&json!(input)), Ok(input)),
        Err(InvalidInput { problems }) => assert_paths_lead_somewhere(document, &problems),
    }
}

proptest! {
    #[test]
    fn a_policy_with_mistakes_is_taken_whole_or_refused_by_places_that_are_there(document in mutated(hostile::policy())) {
        check_policy(&document);
    }

    #[test]
    fn an_input_with_mistakes_is_taken_whole_or_refused_by_places_that_are_there(document in mutated(input())) {
        check_input(&document);
    }

    #[test]
    fn anything_at_all_is_taken_whole_or_refused_by_places_that_are_there(document in anything()) {
        check_policy(&document);
        check_input(&document);
    }

    #[test]
    fn bytes_that_are_no_json_or_no_text_reach_no_parser(bytes in collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = from_slice::<Value>(&bytes) {
            check_policy(&document);
            check_input(&document);
        }
    }

    /// A rule puts what it finds in an event about one account into the input; what it finds may be anything.
    #[test]
    fn whatever_an_event_about_an_account_holds_it_starts_no_rollout_of_all_accounts(
        party in mutated(json!([{"id": "o-1", "type": "ORGANIZATION"}, {"id": "111122223333", "type": "ACCOUNT"}])),
        account in anything(),
    ) {
        let accounts = [json!({"parties": party, "trigger": "account-joined"}), json!({"accounts": [account]})];
        for input in accounts.iter().filter_map(|document| ExecutionInput::parse(document).ok()) {
            assert!(input.accounts.is_some_and(|accounts| !accounts.is_empty()));
        }
    }

    #[test]
    fn a_schedule_is_taken_as_it_is_or_refused(
        text in prop_oneof!["\\PC{0,300}", "(cron|rate|at)\\([ -~]{0,60}\\)", "cron\\(([0-9A-Z*/?,#LW-]{1,8} ){4,7}[0-9*]{1,5}\\)"]
    ) {
        if let Ok(schedule) = text.parse::<Schedule>() {
            assert_eq!(schedule.as_str(), text);
        }
    }
}

#[test]
fn nesting_without_end_is_refused_by_the_json_reader() {
    let deep = "[".repeat(100_000);
    assert!(from_slice::<Value>(deep.as_bytes()).is_err());
    assert!(from_slice::<Value>(b"{\"accounts\": [\"\xff\xfe\"]}").is_err());
}
