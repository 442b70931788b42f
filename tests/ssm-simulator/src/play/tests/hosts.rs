//! What is left on hosts.

use super::*;
use crate::baselines::Baseline;
use crate::hosts::Fleet;
use crate::testing::{ACCOUNT, REGION};

#[test]
fn a_scan_finds_what_is_missing_and_an_installation_installs_it() {
    let mut scanned = region([a_host(0)], json!({}), json!({}));
    scanned.play(SATURDAY);
    let found = state(&scanned, 0).unwrap();
    assert_eq!((found.operation, found.operation_start_time), (PatchOperation::Scan, time(FRIDAY)));
    assert!(found.missing_count > 10 && found.installed_pending_reboot_count == 0, "{found:?}");
    assert_eq!(found.missing_count, found.security_non_compliant_count + found.other_non_compliant_count);
    let mut installed = region([a_host(0)], json!({}), install("RebootIfNeeded"));
    installed.play(SATURDAY);
    let left = state(&installed, 0).unwrap();
    assert_eq!(
        (left.operation, left.missing_count, left.security_non_compliant_count),
        (PatchOperation::Install, 0, 0)
    );
    assert_eq!(left.installed_count, found.installed_count + found.missing_count);
    assert_eq!(left.baseline_id, scanned.holdings.baseline_of(REGION, &a_host(0)).unwrap().bare_id());
}

#[test]
fn without_a_restart_patches_wait_for_one() {
    let stubborn = Host { conduct: Conduct { restarts: false, ..Conduct::default() }, ..a_host(1) };
    let mut region = region([a_host(0), stubborn], json!({}), install("NoReboot"));
    region.play(SATURDAY);
    let told = state(&region, 0).unwrap();
    assert!(told.installed_pending_reboot_count > 0 && told.reboot_option == Some(RebootOption::NoReboot));
    assert_eq!(told.last_no_reboot_install_operation_time, Some(told.operation_end_time));
    let mut again = super::region([a_host(0), that(1, Response::Succeeds)], json!({}), install("RebootIfNeeded"));
    again.play(SATURDAY);
    assert_eq!(state(&again, 0).unwrap().installed_pending_reboot_count, 0);
    let stubborn = Host { conduct: Conduct { restarts: false, ..Conduct::default() }, ..a_host(1) };
    let mut never = super::region([stubborn], json!({}), install("RebootIfNeeded"));
    never.play(SATURDAY);
    assert!(state(&never, 1).unwrap().installed_pending_reboot_count > 0);
}

#[test]
fn a_restart_by_hand_ends_the_waiting_at_the_next_operation() {
    let events = [("2026-11-29T00:00:00Z", Happening::Stops), ("2026-11-29T01:00:00Z", Happening::Starts)];
    let mut region = region([with_timeline(0, &events)], json!({}), install("NoReboot"));
    region.play(SATURDAY);
    let waiting = state(&region, 0).unwrap().installed_pending_reboot_count;
    region.play("2026-12-05T00:00:00Z");
    assert!(state(&region, 0).unwrap().installed_pending_reboot_count < waiting);
    let launched = region.holdings.host(&name(0)).unwrap().instance.as_ref().unwrap().launch_time;
    assert_eq!(launched, time("2026-11-29T01:00:00Z"));
}

#[test]
fn patches_that_do_not_install_are_counted_as_failed() {
    let host = Host { conduct: Conduct { failing_patches: 2, ..Conduct::default() }, ..a_host(0) };
    let mut region = region([host], json!({}), install("RebootIfNeeded"));
    region.play(SATURDAY);
    assert_eq!((state(&region, 0).unwrap().failed_count, fates(&region)), (2, vec![Fate::Success]));
}

#[test]
fn what_is_held_back_stays_missing_after_an_installation() {
    let host = Host { conduct: Conduct { held_patches: 1, ..Conduct::default() }, ..a_host(0) };
    let mut region = region([host], json!({}), install("RebootIfNeeded"));
    region.play(SATURDAY);
    let state = state(&region, 0).unwrap();
    assert_eq!((state.operation, state.missing_count, state.failed_count), (PatchOperation::Install, 1, 0));
}

#[test]
fn a_scan_that_fails_leaves_counts_of_minus_one_and_times_of_1970() {
    let mut region =
        region([that(0, Response::FailsToScan), that(1, Response::Fails)], json!({}), json!({ "MaxErrors": "100%" }));
    region.play(SATURDAY);
    let told = state(&region, 0).unwrap();
    assert_eq!((told.missing_count, told.installed_count, told.operation_end_time), (-1, -1, Timestamp::UNIX_EPOCH));
    assert_eq!((state(&region, 1), fates(&region)), (None, vec![Fate::Failed; 2]));
}

#[test]
fn what_came_out_this_week_is_approved_next_week_and_on_ubuntu_at_once() {
    let of = |platform: &str| {
        let mut host = a_host(0);
        host.node = Some(Node { platform_name: platform.into(), platform_version: "2023".into(), ..Node::default() });
        host.conduct.installed_until = Some(time("2026-10-01T00:00:00Z"));
        let mut region = region([host], json!({}), install("RebootIfNeeded"));
        region.play(SATURDAY);
        region.holdings.host(&name(0)).unwrap().conduct.installed_until.unwrap()
    };
    assert_eq!(of("Amazon Linux"), time("2026-11-20T06:00:00Z"));
    assert_eq!(of("Ubuntu"), time(FRIDAY));
}

#[test]
fn a_baseline_that_approves_nothing_finds_nothing_missing() {
    let mut region = region([a_host(0)], json!({}), install("RebootIfNeeded"));
    let baseline = Baseline {
        id: "pb-0123456789abcdef0".into(),
        name: "Nothing".into(),
        operating_system: "AMAZON_LINUX_2023".into(),
        patch_groups: vec!["frozen".into()],
        ..Baseline::default()
    };
    let mut host = a_host(0);
    host.instance.as_mut().unwrap().tags.insert("Patch Group".into(), "frozen".into());
    let fleet = Fleet { account: ACCOUNT.into(), region: REGION.into(), hosts: vec![host], baselines: vec![baseline] };
    region.put_fleet(&fleet).unwrap();
    region.play(SATURDAY);
    let told = state(&region, 0).unwrap();
    assert_eq!((told.baseline_id.as_str(), told.patch_group.as_str()), ("pb-0123456789abcdef0", "frozen"));
    assert_eq!((told.missing_count, told.installed_count), (0, 0));
}

#[test]
fn security_updates_that_wait_for_approval_are_told_on_windows() {
    let mut host = tagged(a_host(0), "Linux");
    host.node = Some(Node {
        platform_name: "Microsoft Windows Server 2022 Datacenter".into(),
        platform_type: crate::hosts::PlatformType::Windows,
        ..Node::default()
    });
    let mut region =
        region([host], json!({ "Schedule": "at(2026-11-12T06:00:00)", "ScheduleTimezone": null }), json!({}));
    region.now = time("2026-11-01T00:00:00Z");
    // two days after the Patch Tuesday of November
    region.play("2026-11-13T00:00:00Z");
    assert!(state(&region, 0).unwrap().available_security_update_count >= 2);
}

#[test]
fn a_system_that_patch_manager_does_not_know_fails_and_is_never_scanned() {
    let mut host = a_host(0);
    host.node =
        Some(Node { platform_name: "Bottlerocket".into(), platform_version: "1.20.0".into(), ..Node::default() });
    let mut region = region([host], json!({}), json!({}));
    region.play(SATURDAY);
    assert_eq!((fates(&region), state(&region, 0)), (vec![Fate::Failed], None));
}

#[test]
fn the_agents_window_updates_agents() {
    let mut host = a_host(0);
    host.node = Some(Node { agent_version: "2.3.50.0".into(), is_latest_version: false, ..Node::default() });
    let task = json!({ "TaskArn": "AWS-UpdateSSMAgent", "TaskInvocationParameters": null });
    let mut region = region([host], json!({}), task);
    region.play(SATURDAY);
    let node = region.holdings.host(&name(0)).unwrap().node.clone().unwrap();
    assert_eq!((node.agent_version.as_str(), node.is_latest_version), (job::LATEST_AGENT, true));
    assert_eq!(state(&region, 0), None);
}

#[test]
fn a_host_lives_its_own_life() {
    let mut region = region(
        [
            with_timeline(0, &[("2026-11-25T08:14:11Z", Happening::Stops)]),
            with_timeline(1, &[("2026-11-25T08:00:00Z", Happening::IsLost)]),
            with_timeline(2, &[("2026-11-25T08:00:00Z", Happening::IsTerminated)]),
        ],
        json!({}),
        json!({}),
    );
    region.play("2026-11-25T08:30:00Z");
    let told = |region: &Region, number| region.holdings.host(&name(number)).cloned();
    let stopped = told(&region, 0).unwrap().instance.unwrap();
    assert_eq!(stopped.state_transition_reason, "User initiated (2026-11-25 08:14:11 GMT)");
    let lost = told(&region, 1).unwrap().node.unwrap();
    assert_eq!(
        (lost.ping_status, lost.last_ping_date_time),
        (PingStatus::ConnectionLost, time("2026-11-25T08:00:00Z"))
    );
    assert!(told(&region, 2).is_some(), "EC2 knows it for another hour");
    region.play("2026-11-25T09:30:00Z");
    assert!(told(&region, 2).is_none());
}

#[test]
fn what_something_else_finds_takes_the_place_of_what_was_known() {
    let mut region =
        region([with_timeline(0, &[("2026-11-28T00:00:00Z", Happening::IsScannedByOthers)])], json!({}), json!({}));
    region.play("2026-11-27T12:00:00Z");
    let ours = state(&region, 0).unwrap();
    region.play(SATURDAY);
    let others = state(&region, 0).unwrap();
    assert_ne!(others.baseline_id, ours.baseline_id);
    assert_eq!(others.operation_end_time, time("2026-11-28T00:00:00Z"));
}

#[test]
fn agents_that_are_there_have_been_heard_of_in_the_last_five_minutes() {
    let mut region = region((0..20).map(a_host), json!({}), json!({}));
    region.play(SATURDAY);
    for held in &region.holdings.hosts {
        let ago = time(SATURDAY).duration_since(held.host.node.as_ref().unwrap().last_ping_date_time);
        assert!((0..300).contains(&ago.as_secs()), "{ago}");
    }
}
