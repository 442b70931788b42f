//! What holds for every policy, input and JSON document.

use policy::PatchPolicy;
use policy::input::ExecutionInput;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest};
use serde_json::{Map, Value, json};
use support::arbitrary;

use crate::documents::policy;

/// Any JSON, with a policy's own field names among its keys so that it gets past the first check.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,100}".prop_map(Value::from),
        "(cron|rate|at|patch-tuesday)\\(.{0,40}\\)".prop_map(Value::from),
        "cron\\(([0-9A-Z*/?,#-]{1,6} ){5,6}[0-9*]{1,4}\\)".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let key = prop_oneof![proptest::sample::select(keys()), ".{0,10}"];
        prop_oneof![
            collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            collection::btree_map(key, inner, 0..8).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

/// The names of a policy's fields.
fn keys() -> Vec<String> {
    let named = places(&policy()).into_iter().filter_map(|place| Some(place.rsplit_once('/')?.1.to_owned()));
    named.chain(["scope", "output", "scheduleOffsetDays"].map(str::to_owned)).collect()
}

/// Every place in a document, as a JSON pointer.
fn places(value: &Value) -> Vec<String> {
    let below =
        |key: &str, value| places(value).into_iter().map(move |place| format!("/{key}{place}")).collect::<Vec<_>>();
    let inner: Vec<String> = match value {
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| below(key, value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(&index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(String::new()).chain(inner).collect()
}

proptest! {
    #[test]
    fn a_policy_is_the_same_after_it_was_written_and_read(policy in arbitrary::policy()) {
        assert_eq!(PatchPolicy::parse(&json!(policy)), Ok(policy));
    }

    #[test]
    fn a_policy_with_waves_is_the_same_after_it_was_written_and_read(policy in arbitrary::policy_with_waves()) {
        assert_eq!(PatchPolicy::parse(&json!(policy)), Ok(policy));
    }

    #[test]
    fn a_wave_has_a_policy_that_is_valid_alone(policy in arbitrary::policy_with_waves()) {
        let document = json!(policy);
        for wave in &policy.waves {
            assert_eq!(PatchPolicy::parse(&wave.differences.applied_to(&document)), Ok((*wave.policy).clone()));
            assert!(wave.policy.waves.is_empty());
        }
    }

    #[test]
    fn any_json_is_either_read_or_refused_with_a_reason(value in json_value()) {
        if let Err(error) = PatchPolicy::parse(&value) {
            assert!(!error.problems.is_empty());
        }
        if let Err(error) = ExecutionInput::parse(&value) {
            assert!(!error.problems.is_empty());
        }
    }

    #[test]
    fn any_json_anywhere_in_a_policy_is_either_read_or_refused_with_a_reason(
        policy in arbitrary::policy_with_waves(),
        place in any::<proptest::sample::Index>(),
        value in json_value(),
    ) {
        let mut document = json!(policy);
        let places = places(&document);
        if let Some(found) = document.pointer_mut(place.get(&places).as_str()) {
            *found = value;
        }
        match PatchPolicy::parse(&document) {
            Ok(policy) => assert_eq!(PatchPolicy::parse(&json!(policy)), Ok(policy)),
            Err(error) => assert!(!error.problems.is_empty()),
        }
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused_wherever_it_stands(
        policy in arbitrary::policy(),
        place in any::<proptest::sample::Index>(),
    ) {
        let mut document = json!(policy);
        let mut places = places(&document);
        places.retain(|place| document.pointer(place).is_some_and(Value::is_object));
        places.retain(|place| !place.ends_with("/parameters")); // other documents may have any parameters
        if let Some(fields) = document.pointer_mut(place.get(&places).as_str()).and_then(Value::as_object_mut) {
            fields.insert("nobodyKnowsThis".to_owned(), json!(1));
        }
        let error = PatchPolicy::parse(&document).unwrap_err();
        assert_eq!(error.problems.len(), 1);
        assert!(error.problems[0].path.ends_with(".nobodyKnowsThis"));
    }
}

#[test]
fn a_deeply_nested_document_is_refused_without_harm() {
    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    assert!(PatchPolicy::parse(&json!({"windows": deep})).is_err());
}
