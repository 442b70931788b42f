//! Windows that look for more than one thing at once.

use patching::hosts::Host;
use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use serde_json::json;

use crate::given::{Given, at, text};
use crate::tags::tag;

/// The window for Linux looks for three things at once.
fn narrowed(change: fn(&mut Given)) -> Host {
    Given::with(|given| {
        given.policy["windows"][2]["target"] = json!([
            {"key": "tag:Environment", "values": ["prod", "dr"]},
            {"key": "tag:PatchGroup", "values": ["web"]},
            {"key": "tag-key", "values": ["Patching"]},
        ]);
        given.policy["windows"].as_array_mut().unwrap().remove(1);
        for (key, value) in [("Environment", "prod"), ("PatchGroup", "web"), ("Patching", "")] {
            given.tag(key, value);
        }
        change(given);
    })
    .host()
}

#[test]
fn a_window_with_several_filters_finds_what_all_of_them_find() {
    assert_eq!(narrowed(|_| {}).verdict, Patched);
    assert_eq!(narrowed(|given| given.tag("Environment", "dr")).verdict, Patched);
    for (change, name) in [
        ((|given| given.tag("Environment", "test")) as fn(&mut Given), TagUnknownValue),
        (|given| given.tag("PatchGroup", "Web"), TagMisspelt),
        (|given| drop(given.instance().tags.remove("PatchGroup")), NoTag),
        (|given| drop(given.instance().tags.remove("Patching")), NoTag),
    ] {
        let host = narrowed(change);
        assert_eq!(
            (host.verdict, host.reasons[0].name, &*host.windows),
            (Blocked, name, &[][..]),
            "{:?}",
            host.reasons
        );
    }
}

#[test]
fn the_filter_that_does_not_find_a_host_is_named_with_the_tag_that_would_do() {
    let said = |change: fn(&mut Given)| {
        let finding = narrowed(change).reasons.swap_remove(0);
        (finding.name, finding.detail.unwrap(), finding.tag)
    };
    let (name, detail, would_do) = said(|given| drop(given.instance().tags.remove("PatchGroup")));
    assert_eq!((name, would_do), (NoTag, Some(tag("PatchGroup", "web"))));
    assert_eq!(detail, "it lacks the tag \"PatchGroup\" with \"web\", which sra_linux_maintenance looks for, too");
    let (name, detail, would_do) = said(|given| given.tag("PatchGroup", "Web"));
    assert_eq!((name, would_do), (TagMisspelt, Some(tag("PatchGroup", "web"))));
    assert!(detail.contains("\"PatchGroup\" with \"web\""), "{detail}");
    let (name, detail, would_do) = said(|given| given.tag("Environment", "test"));
    assert_eq!((name, would_do), (TagUnknownValue, None), "which of its values is not known");
    assert_eq!(detail, "its tag \"Environment\" is \"test\", and sra_linux_maintenance looks for \"prod\" or \"dr\"");
    let (name, detail, would_do) = said(|given| {
        given.tag("PatchGroup", "Web");
        given.tag("Environment", "test");
    });
    assert_eq!((name, would_do), (TagMisspelt, None), "one tag would not do");
    assert!(detail.contains("\"PatchGroup\""), "{detail}");
    let (name, detail, would_do) = said(|given| given.instance().tags.clear());
    assert_eq!((name, would_do), (NoTag, None));
    assert_eq!(
        detail,
        "windows look for the tag \"Environment\" with \"prod\" or \"dr\" and the tag \"PatchGroup\" with \"web\" and a tag \"Patching\""
    );
}

#[test]
fn the_window_that_most_filters_find_a_host_for_is_the_one_it_is_told_of() {
    let host = Given::with(|given| {
        let named = |values: &[(&str, &str)]| -> Vec<_> {
            values.iter().map(|(key, value)| json!({"key": format!("tag:{key}"), "values": [value]})).collect()
        };
        given.policy["windows"][1]["target"] = json!(named(&[("Environment", "test")]));
        given.policy["windows"][2]["target"] = json!(named(&[("Environment", "prod"), ("Role", "web")]));
        given.tag("Environment", "prod");
    });
    let finding = host.host().reasons.swap_remove(0);
    assert_eq!((finding.name, finding.tag), (NoTag, Some(tag("Role", "web"))), "{:?}", finding.detail);
}

/// As a rollout's target names both a group and what of it is meant.
#[test]
fn a_resource_group_with_types_is_told_by_both() {
    let host = Given::with(|given| {
        given.policy["windows"][2]["target"] = json!([
            {"key": "resource-groups:Name", "values": ["web"]},
            {"key": "resource-groups:ResourceTypeFilters", "values": ["AWS::EC2::Instance"]},
        ]);
        given.policy["windows"].as_array_mut().unwrap().remove(1);
        given.patch().ended_at = Some(at("2026-11-25T12:00:00Z"));
    });
    assert_eq!(
        host.host().reasons[0].detail.as_deref(),
        Some(
            "windows look for the resource group \"web\" (not looked into) and resources of groups of the type \
             \"AWS::EC2::Instance\" (not looked into)"
        )
    );
}

#[test]
fn a_window_of_another_system_is_told_of_whichever_filter_names_it() {
    let host = Given::with(|given| {
        let both = |system: &str| json!([{"key": "tag:Stage", "values": ["prod"]}, {"values": [system]}]);
        given.policy["windows"][1]["target"] = both("Windows");
        given.policy["windows"][2]["target"] = both("Linux");
        given.tag("Stage", "prod");
        given.node().platform_type = text("Windows");
        given.node().platform_name = text("Microsoft Windows Server 2022 Datacenter");
        given.seen.baselines[0].operating_system = "WINDOWS".into();
    });
    let host = host.host();
    assert_eq!((host.verdict, host.reasons[0].name), (Patched, WrongWindow));
    assert_eq!(host.reasons[0].tag, Some(tag("InstanceOS", "Windows")));
}
