//! Policies with waves.

use std::collections::BTreeMap;

use policy::PatchPolicy;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::parts::{account_id, duration_and_cutoff, organizational_unit};
use super::{policy, schedule, window};

/// Any valid policy with one to four waves, in which windows are other ones, more or fewer.
pub fn policy_with_waves() -> impl Strategy<Value = PatchPolicy> {
    // Boxed, as these trees of strategies together are more than a test's stack takes.
    let with_waves = policy().boxed().prop_flat_map(|policy| {
        let known: Vec<_> = policy.windows.iter().map(|window| window.name.to_string()).collect();
        let selector = (vec(organizational_unit(), 1..3), vec(account_id(), 0..3));
        let first = vec((selector, differences(known.clone())), 0..4);
        (Just(policy), first, differences(known), 0..=100u8).boxed()
    });
    with_waves.boxed().prop_filter_map("valid", |(policy, first, last, halt)| {
        let mut waves: Vec<_> = first
            .into_iter()
            .enumerate()
            .map(|(number, ((units, accounts), (windows, dhmc)))| {
                json!({
                    "name": format!("wave-{number}"), "organizationalUnits": units, "accounts": accounts,
                    "windows": windows, "dhmc": dhmc
                })
            })
            .collect();
        waves.push(json!({"name": "the-rest", "windows": last.0, "dhmc": last.1}));
        let mut document = json!(policy);
        document["waves"] = waves.into();
        document["haltAbovePercent"] = halt.into();
        PatchPolicy::parse(&document).ok()
    })
}

/// What differs in the windows that are known, and one that is not; what differs in `dhmc`.
fn differences(known: Vec<String>) -> impl Strategy<Value = (Map<String, Value>, Value)> {
    let patches: BoxedStrategy<_> = match known.as_slice() {
        [] => Just(BTreeMap::new()).boxed(),
        known => btree_map(select(known.to_vec()), patch(), 0..3).boxed(),
    };
    let dhmc = prop_oneof![Just(json!({})), any::<bool>().prop_map(|overwrite| json!({"overwrite": overwrite}))];
    (patches, option::of(window().boxed()), dhmc).prop_map(move |(patches, added, dhmc)| {
        let mut windows = Map::from_iter(patches);
        if let Some(window) = added {
            let name = window.name.to_string();
            let mut added = json!(window);
            if let Some(fields) = added.as_object_mut().filter(|_| !known.contains(&name)) {
                fields.remove("name");
                windows.insert(name, added);
            }
        }
        (windows, dhmc)
    })
}

fn patch() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|enabled| json!({"enabled": enabled, "description": null})),
        schedule().prop_map(|schedule| json!({"schedule": schedule, "scheduleOffsetDays": null})),
        duration_and_cutoff().prop_map(|(hours, cutoff)| json!({"durationHours": hours, "cutoffHours": cutoff})),
    ]
}
