//! Which hosts a window may be for: keys with their values, and what goes together.

use policy::PatchPolicy;
use serde_json::{Value, json};

use crate::documents::{policy_with, problems};

#[test]
fn a_target_has_as_many_values_of_its_keys_kind_as_systems_manager_takes() {
    let target = |key: &str, values: Value| problems("/windows/0/target", json!({"key": key, "values": values}));
    let types = "resource-groups:ResourceTypeFilters";
    for (key, value, most, allowed) in [
        ("tag:InstanceOS", "x", 5, "1 to 5 texts"),
        ("tag-key", "x", 5, "1 to 5 texts"),
        ("InstanceIds", "i-12345678", 50, "1 to 50 texts"),
        ("resource-groups:Name", "x", 1, "1 text"),
        (types, "AWS::EC2::Instance", 5, "1 to 5 texts"),
    ] {
        let refused = [format!("$.windows[0].target.values: a list of {allowed}")];
        assert_eq!(target(key, json!([])), refused);
        assert_eq!(target(key, json!(vec![value; most])), [""; 0], "{key}");
        assert_eq!(target(key, json!(vec![value; most + 1])), refused);
    }
    assert!(target("tag:InstanceOS", json!(["", "Größe *"])).is_empty());
    assert_eq!(target("tag:InstanceOS", json!(["x", 5])), ["$.windows[0].target.values[1]: a text"]);
    assert!(target("InstanceIds", json!(["i-12345678", "i-0123456789abcdef0", "mi-0123456789abcdef0"])).is_empty());
    assert_eq!(target("InstanceIds", json!(["i-1", "i-1234567!", "mi-12345678", "*"])).len(), 4);
    assert!(target("resource-groups:Name", json!(["my-group.1"])).is_empty());
    assert_eq!(target("resource-groups:Name", json!(["my group"])).len(), 1);
    assert!(target("resource-groups:ResourceTypeFilters", json!(["AWS::EC2::Instance"])).is_empty());
    assert_eq!(target("resource-groups:ResourceTypeFilters", json!(["EC2"])).len(), 1);
    assert_eq!(target("tag-key", json!(["", "*", "Patch Group"])).len(), 2);
}

#[test]
fn a_target_may_be_a_list_of_filters_and_one_is_the_same_as_without_a_list() {
    let target =
        |target: Value| PatchPolicy::parse(&policy_with("/windows/0/target", target)).unwrap().windows.remove(0).target;
    let one = json!({"key": "tag:Environment", "values": ["prod"]});
    let other = json!({"values": ["Linux"]});
    let both = target(json!([one, other]));
    let keys: Vec<_> = both.filters().iter().map(|filter| filter.key.as_str()).collect();
    assert_eq!(keys, ["tag:Environment", "tag:InstanceOS"]);
    assert_eq!((both.name(), both.description()), (None, None));
    assert_eq!(target(json!([one])).filters(), target(one.clone()).filters());
    let named = target(json!({"name": "hosts", "description": "all", "key": "tag-key", "values": ["Patch"]}));
    assert_eq!(named.name().map(ToString::to_string).as_deref(), Some("hosts"));
    assert_eq!(named.description().map(ToString::to_string).as_deref(), Some("all"));
}

#[test]
fn filters_go_together_as_systems_manager_takes_them() {
    let filters = |keys: &[&str]| {
        let filter = |key: &&str| {
            let value = match *key {
                "InstanceIds" => "i-12345678",
                "resource-groups:ResourceTypeFilters" => "AWS::EC2::Instance",
                _ => "x",
            };
            json!({"key": key, "values": [value]})
        };
        problems("/windows/0/target", keys.iter().map(filter).collect())
    };
    let (ids, group, types) = ("InstanceIds", "resource-groups:Name", "resource-groups:ResourceTypeFilters");
    for keys in [
        &["tag:a"][..],
        &[ids],
        &[group],
        &[types],
        &[group, types],
        &[types, group],
        &["tag:a", "tag-key", "tag:A"],
        &["tag:a", "tag:b", "tag:c", "tag:d", "tag:e"],
    ] {
        assert_eq!(filters(keys), [""; 0], "{keys:?}");
    }
    let number = ["$.windows[0].target: a list of 1 to 5 filters"];
    assert_eq!(filters(&[]), number);
    assert_eq!(filters(&["tag:a", "tag:b", "tag:c", "tag:d", "tag:e", "tag:f"]), number);
    let alone = |index| {
        format!("$.windows[0].target[{index}].key: tag:<key> or tag-key: InstanceIds goes without other filters")
    };
    assert_eq!(filters(&[ids, "tag:a"]), [alone(0)]);
    assert_eq!(filters(&["tag:a", ids, "tag:b"]), [alone(1)]);
    assert_eq!(filters(&[ids, ids]), [alone(0), alone(1)]);
    let twice = "$.windows[0].target[2].key: a key of its own (filter [0] has this one)";
    assert_eq!(filters(&["tag:a", "tag:b", "tag:a"]), [twice]);
    assert_eq!(
        filters(&["tag:a", group, types]),
        [1, 2].map(|index| format!("$.windows[0].target[{index}].key: tag:<key> or tag-key, as the filter before it"))
    );
    let of_groups = "resource-groups:Name or resource-groups:ResourceTypeFilters, as the filter before it";
    assert_eq!(filters(&[group, "tag-key"]), [format!("$.windows[0].target[1].key: {of_groups}")]);
}

#[test]
fn what_is_wrong_with_filters_is_told_all_at_once_where_it_stands() {
    let target = json!([
        {"key": "Name", "values": ["x"]},
        {"key": "tag:a", "values": []},
        {"key": "tag:b", "values": ["*"], "name": "b"},
        "tag:c",
        {"key": "tag:d"},
    ]);
    let at = |problem: &String| problem.split_once(": ").unwrap().0.replace("$.windows[0].target", "");
    let found = problems("/windows/0/target", target);
    assert_eq!(
        found.iter().map(at).collect::<Vec<_>>(),
        ["[0].key", "[1].values", "[2].values[0]", "[2].name", "[3]", "[4].values"]
    );
    assert_eq!(found[3], "$.windows[0].target[2].name: only key, values");
    assert_eq!(
        problems("/windows/0/target", json!("tag:a")),
        ["$.windows[0].target: an object with values, or a list of 1 to 5 such filters"]
    );
}

#[test]
fn an_asterisk_as_a_tags_value_is_refused_with_what_to_write_instead() {
    let target = json!({"key": "tag:Patch Group", "values": ["a", "*"]});
    let problems = problems("/windows/0/target", target);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("$.windows[0].target.values[1]: "), "{problems:?}");
    assert!(problems[0].contains("the key is \"tag-key\" and the value the tag's key"), "{problems:?}");
}
