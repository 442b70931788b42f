//! Documents that somebody got wrong: a valid one with a few of its places changed into anything.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use serde_json::{Value, json};

/// What happens to one place of a document.
#[derive(Clone, Debug)]
enum Mutation {
    Remove,
    Replace(Value),
    /// The same once more beside it: an item twice, a member under another name.
    Repeat(String),
    /// Inside of a list of one.
    Wrap,
}

/// `document` with one to four of its places removed, replaced, repeated or wrapped.
pub fn mutated(document: Value) -> impl Strategy<Value = Value> {
    vec((any::<Index>(), mutation()), 1..5).prop_map(move |mutations| {
        let mut mutated = document.clone();
        for (place, mutation) in mutations {
            let places = places(&mutated);
            apply(&mut mutated, place.get(&places).as_str(), mutation);
        }
        mutated
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Remove),
        anything().prop_map(Mutation::Replace),
        "\\PC{0,12}".prop_map(Mutation::Repeat),
        Just(Mutation::Wrap),
    ]
}

/// Of every JSON type, with what often breaks parsers: long, deep, extreme, not ASCII.
pub fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(u64::MAX)),
        ".{0,40}".prop_map(Value::from),
        Just(Value::from("0".repeat(100_000))),
        Just(Value::from("\u{0}\u{202e}🕳\u{feff}")),
        "(cron|rate|at)\\(.{0,40}\\)".prop_map(Value::from),
        "[0-9]{11,13}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, [], {}, "x", 1])),
        Just((0..100).fold(json!(1), |inner, _| json!([inner]))),
        Just((0..100).fold(json!(1), |inner, _| json!({"windows": inner}))),
    ]
}

/// Every place in a document, as a JSON pointer; the document itself is the first.
fn places(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let below = |(key, value): (String, &Value)| -> Vec<String> {
        places(value).into_iter().map(|place| format!("/{key}{place}")).collect()
    };
    std::iter::once(String::new()).chain(members.into_iter().flat_map(below)).collect()
}

fn apply(document: &mut Value, place: &str, mutation: Mutation) {
    let Some(found) = document.pointer_mut(place) else { return };
    match mutation {
        Mutation::Replace(value) => *found = value,
        Mutation::Wrap => *found = json!([found.take()]),
        Mutation::Remove | Mutation::Repeat(_) => {
            let here = found.clone();
            let (parent, key) = place.rsplit_once('/').unwrap_or_default();
            let key = key.replace("~1", "/").replace("~0", "~");
            match (document.pointer_mut(parent), mutation) {
                (Some(Value::Object(fields)), Mutation::Repeat(name)) => _ = fields.insert(name, here),
                (Some(Value::Object(fields)), _) => _ = fields.remove(&key),
                (Some(Value::Array(items)), Mutation::Repeat(_)) => items.push(here),
                (Some(Value::Array(items)), _) => items.retain(|item| *item != here),
                _ => *document = Value::Null,
            }
        }
    }
}
