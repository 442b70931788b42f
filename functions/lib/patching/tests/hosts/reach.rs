//! Whether Systems Manager reaches a host and can patch it.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;

use crate::given::{Given, all_are, at, text};

#[test]
fn a_host_that_a_window_patched_is_patched_and_nothing_else_is_said() {
    let host = Given::healthy().host();
    assert_eq!((host.verdict, host.reasons), (Patched, Vec::new()));
    assert_eq!((host.name.as_deref(), host.platform.as_deref()), (Some("web-1"), Some("Amazon Linux 2023")));
}

#[test]
fn whoever_operates_it_patches_it() {
    all_are(&[
        (
            "operated by a service",
            |given| given.instance().operator = text("eks.amazonaws.com"),
            Excluded,
            &[OperatedByService],
        ),
        (
            "operated, stopped, unmanaged",
            |given| {
                given.instance().operator = text("eks.amazonaws.com");
                given.instance().state = "stopped".into();
                given.unmanaged();
            },
            Excluded,
            &[OperatedByService],
        ),
    ]);
}

#[test]
fn a_stopped_host_is_away_whatever_else_holds() {
    all_are(&[
        ("stopped", |given| given.instance().state = "stopped".into(), Away, &[Stopped]),
        ("stopping", |given| given.instance().state = "stopping".into(), Away, &[Stopped]),
        (
            "stopped, no agent seen, no role",
            |given| {
                given.instance().state = "stopped".into();
                given.unmanaged();
                given.seen.dhmc = None;
            },
            Away,
            &[Stopped],
        ),
        (
            "stopped, and never found by a window",
            |given| {
                given.instance().state = "stopped".into();
                given.untagged();
            },
            Away,
            &[Stopped, NoTag],
        ),
        (
            "stopped right after a start",
            |given| {
                given.instance().state = "stopped".into();
                given.instance().launched_at = Some(given.now);
                given.unmanaged();
            },
            Away,
            &[Stopped],
        ),
    ]);
    let stopped = Given::with(|given| {
        given.instance().state = "stopped".into();
        given.instance().state_reason = text("User initiated (2026-11-20 08:14:11 GMT)");
    });
    assert_eq!(stopped.host().reasons[0].detail.as_deref(), Some("User initiated (2026-11-20 08:14:11 GMT)"));
}

#[test]
fn half_an_hour_is_given_to_what_began() {
    all_are(&[
        (
            "started 29 minutes ago, not managed",
            |given| {
                given.unmanaged();
                given.instance().launched_at = Some(at("2026-11-28T05:31:00Z"));
            },
            Unknown,
            &[TooEarly],
        ),
        (
            "started 30 minutes ago, not managed",
            |given| {
                given.unmanaged();
                given.instance().launched_at = Some(at("2026-11-28T05:30:00Z"));
            },
            Blocked,
            &[NotManaged],
        ),
        (
            "starting",
            |given| {
                given.unmanaged();
                given.instance().state = "pending".into();
            },
            Unknown,
            &[TooEarly],
        ),
        (
            "started a moment ago, managed and not scanned yet",
            |given| {
                given.instance().launched_at = Some(at("2026-11-28T05:50:00Z"));
                given.seen.patch_states.clear();
            },
            Unknown,
            &[TooEarly, NeverScanned],
        ),
        (
            "restarted a moment ago",
            |given| given.instance().launched_at = Some(at("2026-11-28T05:50:00Z")),
            Patched,
            &[],
        ),
        (
            "restarted a moment ago, not heard of yet",
            |given| {
                given.instance().launched_at = Some(at("2026-11-28T05:50:00Z"));
                given.node().ping_status = "ConnectionLost".into();
            },
            Unknown,
            &[TooEarly, ConnectionLost],
        ),
        (
            "started a moment ago without metadata service and role: that will not change",
            |given| {
                given.unmanaged();
                given.instance().launched_at = Some(at("2026-11-28T05:50:00Z"));
                given.instance().has_metadata_off = true;
                given.seen.dhmc = None;
            },
            Unknown,
            &[TooEarly, MetadataOff, NoRole],
        ),
        (
            "all windows were just made",
            |given| {
                given.unmanaged();
                for window in &mut given.seen.windows {
                    window.created_at = Some(at("2026-11-28T05:40:00Z"));
                    window.executions.clear();
                }
            },
            Unknown,
            &[TooEarly],
        ),
        (
            "another window was just made",
            |given| {
                given.unmanaged();
                given.window("sra_windows_maintenance").created_at = Some(at("2026-11-28T05:40:00Z"));
            },
            Blocked,
            &[NotManaged],
        ),
    ]);
}

#[test]
fn what_is_not_managed_has_its_cause_named_as_far_as_it_shows() {
    all_are(&[
        ("DHMC, no profile", Given::unmanaged, Blocked, &[NotManaged]),
        (
            "a profile",
            |given| {
                given.unmanaged();
                given.instance().profile = text("arn:aws:iam::111122223333:instance-profile/Web");
            },
            Blocked,
            &[NotManagedProfile],
        ),
        (
            "a profile, and no DHMC",
            |given| {
                given.unmanaged();
                given.seen.dhmc = None;
                given.instance().profile = text("arn:aws:iam::111122223333:instance-profile/Web");
            },
            Blocked,
            &[NotManagedProfile],
        ),
        (
            "neither",
            |given| {
                given.unmanaged();
                given.seen.dhmc = None;
            },
            Blocked,
            &[NoRole],
        ),
        (
            "metadata off",
            |given| {
                given.unmanaged();
                given.instance().has_metadata_off = true;
            },
            Blocked,
            &[MetadataOff],
        ),
        ("metadata off and managed all the same", |given| given.instance().has_metadata_off = true, Patched, &[]),
        (
            "and no tag either",
            |given| {
                given.unmanaged();
                given.untagged();
            },
            Blocked,
            &[NotManaged, NoTag],
        ),
    ]);
    assert_eq!(Given::with(Given::unmanaged).host().reasons[0].detail.as_deref(), Some("vpc-1"));
}

#[test]
fn an_agent_that_is_lost_for_a_day_on_a_running_instance_will_not_come_back_by_itself() {
    all_are(&[
        (
            "lost a day ago",
            |given| {
                given.node().ping_status = "ConnectionLost".into();
                given.node().last_ping_at = Some(at("2026-11-27T06:00:00Z"));
            },
            Away,
            &[ConnectionLost],
        ),
        (
            "lost for more than a day",
            |given| {
                given.node().ping_status = "ConnectionLost".into();
                given.node().last_ping_at = Some(at("2026-11-27T05:59:59Z"));
            },
            Blocked,
            &[ConnectionLost],
        ),
        ("inactive", |given| given.node().ping_status = "Inactive".into(), Away, &[ConnectionLost]),
        ("no status at all", |given| given.node().ping_status = String::new(), Away, &[ConnectionLost]),
        (
            "lost since when is not known",
            |given| {
                given.node().ping_status = "ConnectionLost".into();
                given.node().last_ping_at = None;
            },
            Away,
            &[ConnectionLost],
        ),
    ]);
}
