//! Which windows find a host, and why none does.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use patching::hosts::{Finding, Tag};
use serde_json::json;

use crate::given::{Given, LINUX, WINDOWS, all_are, at, tagged, text};

fn finding(change: impl FnOnce(&mut Given)) -> Finding {
    Given::with(change).host().reasons.swap_remove(0)
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

#[test]
fn a_tag_has_to_be_written_just_so() {
    all_are(&[
        ("no tag", Given::untagged, Blocked, &[NoTag]),
        ("no tags at all", |given| given.instance().tags.clear(), Blocked, &[NoTag]),
        ("a small letter", |given| given.tag("InstanceOS", "linux"), Blocked, &[TagMisspelt]),
        ("a blank", |given| given.tag("InstanceOS", " Linux "), Blocked, &[TagMisspelt]),
        ("another value", |given| given.tag("InstanceOS", "AL2023"), Blocked, &[TagUnknownValue]),
        ("an empty value", |given| given.tag("InstanceOS", ""), Blocked, &[TagUnknownValue]),
        (
            "a key with a small letter",
            |given| {
                given.untagged();
                given.tag("instanceos", "Linux");
            },
            Blocked,
            &[TagMisspelt],
        ),
        (
            "a key with a blank and another value",
            |given| {
                given.untagged();
                given.tag("InstanceOS ", "AL2023");
            },
            Blocked,
            &[TagMisspelt],
        ),
        ("right, beside one that is not", |given| given.tag("instanceos", "linux"), Patched, &[]),
        (
            "another value, beside a key in small letters",
            |given| {
                given.tag("InstanceOS", "AL2023");
                given.tag("instanceos", "Linux");
                given.tag("INSTANCEOS", "Linux");
            },
            Blocked,
            &[TagUnknownValue],
        ),
        (
            "fifty tags, and none of them it",
            |given| {
                given.instance().tags =
                    (0..50).map(|number| (format!("tag-{number:02}"), "Linux".to_owned())).collect();
            },
            Blocked,
            &[NoTag],
        ),
        (
            "fifty tags, and one of them it",
            |given| (0..49).for_each(|number| given.tag(&format!("tag-{number:02}"), "Windows")),
            Patched,
            &[],
        ),
    ]);
}

#[test]
fn the_tag_that_would_do_is_named() {
    let misspelt = finding(|given| given.tag("InstanceOS", "linux"));
    assert_eq!(misspelt.tag, Some(tag("InstanceOS", "Linux")));
    assert_eq!(
        misspelt.detail.as_deref(),
        Some("its tag \"InstanceOS\" is \"linux\", and sra_linux_maintenance looks for \"InstanceOS\" with \"Linux\"")
    );
    let unknown = finding(|given| given.tag("InstanceOS", "AL2023"));
    assert_eq!(unknown.tag, Some(tag("InstanceOS", "Linux")), "by its operating system");
    let missing = finding(Given::untagged);
    assert_eq!(missing.tag, Some(tag("InstanceOS", "Linux")));
    assert_eq!(
        missing.detail.as_deref(),
        Some("windows look for the tag \"InstanceOS\" with \"Linux\", or for the tag \"InstanceOS\" with \"Windows\"")
    );
    let before_its_agent = finding(|given| {
        given.unmanaged();
        given.untagged();
        given.instance().is_windows = true;
        given.instance().launched_at = None;
        given.instance().has_metadata_off = false;
        given.seen.dhmc = None;
        given.instance().profile = text("profile");
        given.seen.nodes.clear();
    });
    assert_eq!(before_its_agent.name, NotManagedProfile);
    let of_windows = Given::with(|given| {
        given.untagged();
        given.node().platform_type = text("Windows");
        given.node().platform_name = text("Microsoft Windows Server 2022 Datacenter");
        given.seen.baselines.clear();
    });
    assert_eq!(of_windows.host().reasons[0].tag, Some(tag("InstanceOS", "Windows")));
    let of_macos = Given::with(|given| {
        given.untagged();
        given.node().platform_type = text("MacOS");
    });
    assert_eq!(of_macos.host().reasons[0].tag, None, "no window looks for one");
}

#[test]
fn a_key_that_is_nearly_right_is_named_with_what_is_right() {
    let misspelt = finding(|given| {
        given.untagged();
        given.tag("instanceos", "linux");
    });
    assert_eq!(misspelt.tag, Some(tag("InstanceOS", "Linux")));
    let other = finding(|given| {
        given.untagged();
        given.tag("instanceos", "AL2023");
    });
    assert_eq!(other.tag, Some(tag("InstanceOS", "Linux")));
    assert!(other.detail.unwrap().contains("looks for \"InstanceOS\" with \"Linux\""));
}

#[test]
fn the_agent_window_patches_nothing() {
    let given = Given::with(|given| {
        given.policy["windows"].as_array_mut().unwrap().truncate(1);
        given.seen.windows.truncate(1);
    });
    assert_eq!(given.host().reasons[0].name, WindowMissing);
    assert_eq!(given.host().windows, [""; 0]);
}

#[test]
fn a_tag_key_finds_whatever_its_value() {
    let by_key = |key: &str| {
        let key = key.to_owned();
        Given::with(move |given| {
            given.policy["windows"][2]["target"] = json!({"key": "tag-key", "values": ["Patching", "Backup"]});
            given.untagged();
            given.tag(&key, "no");
        })
    };
    assert_eq!(by_key("Backup").host().verdict, Patched);
    let misspelt = by_key("patching").host().reasons.swap_remove(0);
    assert_eq!((misspelt.name, misspelt.tag), (TagMisspelt, Some(tag("Patching", "no"))));
    assert_eq!(by_key("Other").host().reasons[0].name, NoTag);
}

#[test]
fn an_id_finds_just_that_host() {
    let by_id = |id: &str| {
        let ids = json!({"key": "InstanceIds", "values": ["i-00000000000000000", id]});
        Given::with(move |given| given.policy["windows"][2]["target"] = ids).host()
    };
    assert_eq!(by_id(crate::given::ID).verdict, Patched);
    let other = by_id("i-0123456789ABCDEF0");
    assert_eq!((other.verdict, other.reasons[0].name), (Blocked, TagUnknownValue), "its tag is of no use any more");
}

/// What is in a resource group, only its service knows: a host is taken to be in it when the window is seen to have come to it.
#[test]
fn a_resource_group_finds_what_its_window_came_to() {
    let grouped = |change: fn(&mut Given)| {
        Given::with(|given| {
            given.policy["windows"][2]["target"] = json!({"key": "resource-groups:Name", "values": ["web"]});
            given.policy["windows"].as_array_mut().unwrap().remove(1);
            given.untagged();
            change(given);
        })
        .host()
    };
    assert_eq!(grouped(|_| {}).verdict, Patched, "it was scanned while the window was open");
    let failed = grouped(|given| given.got("Failed"));
    assert_eq!((failed.verdict, failed.reasons[0].name), (Attention, InstallFailed));
    let listed = grouped(|given| {
        given.got("Success");
        given.patch().counts.missing = 0;
        given.patch().ended_at = Some(at("2026-11-28T05:00:00Z"));
    });
    assert_eq!(listed.verdict, Patched, "something else scanned it since");
    let unseen = grouped(|given| given.patch().ended_at = Some(at("2026-11-25T12:00:00Z")));
    assert_eq!((unseen.verdict, unseen.reasons[0].name), (Blocked, NoTag));
    let detail = unseen.reasons[0].detail.clone().unwrap();
    assert_eq!(detail, "windows look for the resource group \"web\" (not looked into)");
}

/// Before it has opened nobody knows; then it is not blocked, and nothing that has no place in the percentage.
#[test]
fn whether_a_resource_group_has_a_host_its_windows_next_opening_shows() {
    let unknown = |change: fn(&mut Given)| {
        let host = Given::with(|given| {
            given.policy["windows"][2]["target"] = json!({"key": "resource-groups:Name", "values": ["web"]});
            given.policy["windows"].as_array_mut().unwrap().remove(1);
            given.untagged();
            given.patch().ended_at = Some(at("2026-11-25T12:00:00Z"));
            change(given);
        })
        .host();
        (host.verdict, host.headline())
    };
    let too_early = (Unknown, Some(TooEarly));
    assert_eq!(unknown(|given| given.window(LINUX).executions.clear()), too_early, "it has not opened yet");
    assert_eq!(
        unknown(|given| {
            given.opening().status = "FAILED".into();
            given.opening().commands.clear();
        }),
        too_early,
        "it sent nothing"
    );
    assert_eq!(unknown(|given| given.opening().commands[0].is_gone = true), too_early, "what it did is kept no more");
    assert_eq!(
        unknown(|given| {
            given.patch().ended_at = Some(at("2026-11-28T05:00:00Z"));
            given.instance().launched_at = Some(at("2026-11-27T20:00:00Z"));
        }),
        too_early,
        "the host was not there"
    );
    assert_eq!(
        unknown(|given| {
            given.window(LINUX).executions.clear();
            given.tag("aws:autoscaling:groupName", "web");
        }),
        too_early,
        "a group renews it, and the window may be for it"
    );
    assert_eq!(
        unknown(|given| {
            given.window(LINUX).executions.clear();
            given.unmanaged();
        }),
        (Blocked, Some(NotManaged)),
        "which is known"
    );
    assert_eq!(unknown(|given| given.tag("aws:autoscaling:groupName", "web")), (Excluded, Some(Replaced)));
}

#[test]
fn several_windows_may_find_a_host() {
    let both = Given::with(|given| {
        given.policy["windows"][1]["target"] = tagged(&["Windows", "Linux"]);
        given.window(WINDOWS).next_execution = text("2026-12-03T01:00-05:00");
    });
    let host = both.host();
    assert_eq!(host.windows, [WINDOWS, LINUX]);
    assert_eq!(host.next_execution.as_deref(), Some("2026-12-03T01:00-05:00"), "the first");
}

#[test]
fn a_host_in_the_window_of_another_operating_system_is_told_of() {
    let wrong = Given::with(|given| {
        given.node().platform_type = text("Windows");
        given.node().platform_name = text("Microsoft Windows Server 2022 Datacenter");
        given.seen.baselines[0].operating_system = "WINDOWS".into();
    });
    let host = wrong.host();
    assert_eq!((host.verdict, host.reasons[0].name), (Patched, WrongWindow));
    assert_eq!(host.reasons[0].tag, Some(tag("InstanceOS", "Windows")));
    let for_both = Given::with(|given| {
        given.node().platform_type = text("Windows");
        given.node().platform_name = text("Microsoft Windows Server 2022 Datacenter");
        given.seen.baselines[0].operating_system = "WINDOWS".into();
        given.policy["windows"][2]["target"] = tagged(&["Linux", "Windows"]);
        given.policy["windows"].as_array_mut().unwrap().remove(1);
    });
    assert_eq!(for_both.host().reasons, []);
}

#[test]
fn a_tag_that_is_no_operating_systems_name_is_the_same_for_all() {
    let for_production = |change: fn(&mut Given)| {
        Given::with(|given| {
            given.policy["windows"][2]["target"] = json!({"key": "tag:Stage", "values": ["production"]});
            given.policy["windows"].as_array_mut().unwrap().remove(1);
            change(given);
        })
        .host()
    };
    assert_eq!(for_production(|_| {}).reasons[0].tag, Some(tag("Stage", "production")));
    let found = for_production(|given| given.tag("Stage", "production"));
    assert_eq!((found.verdict, found.reasons), (Patched, Vec::new()));
}

#[test]
fn what_a_group_renews_is_not_counted_unless_a_window_finds_it() {
    all_are(&[
        (
            "of an Auto Scaling group, found",
            |given| given.tag("aws:autoscaling:groupName", "web"),
            Patched,
            &[Replaced],
        ),
        (
            "of an Auto Scaling group, not meant to be found",
            |given| {
                given.untagged();
                given.tag("aws:autoscaling:groupName", "web");
                given.unmanaged();
            },
            Excluded,
            &[Replaced],
        ),
        (
            "meant to be found",
            |given| {
                given.tag("InstanceOS", "linux");
                given.tag("aws:autoscaling:groupName", "web");
            },
            Blocked,
            &[TagMisspelt, Replaced],
        ),
        (
            "no window that patches",
            |given| {
                given.policy["windows"].as_array_mut().unwrap().truncate(1);
                given.tag("eks:nodegroup-name", "nodes");
            },
            Excluded,
            &[Replaced],
        ),
    ]);
    let groups = [
        (&["aws:autoscaling:groupName"][..], "asg:x"),
        (&["eks:nodegroup-name", "aws:autoscaling:groupName"], "eks:x"),
        (&["karpenter.sh/nodepool"], "karpenter:x"),
        (&["karpenter.sh/provisioner-name"], "karpenter:x"),
    ];
    for (keys, group) in groups {
        let host = Given::with(|given| keys.iter().for_each(|key| given.tag(key, "x"))).host();
        assert_eq!(host.group.as_deref(), Some(group));
    }
}
