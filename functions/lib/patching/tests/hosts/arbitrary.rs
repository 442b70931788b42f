//! Anything that AWS may say of an account and Region, likely and unlikely.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use patching::hosts::observation::{
    Command, Execution, Instance, Invocation, ManagedNode, Observation, ObservedBaseline, ObservedWindow, PatchCounts,
    PatchGroup, PatchState,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::sample::select;
use serde_json::{Value, json};

use crate::given::{AGENT, BASELINE, Given, LINUX, WINDOWS, at};

const NOW: &str = "2026-11-28T06:00:00Z";
const IDS: [&str; 7] = [
    "i-00000000000000001",
    "i-00000000000000002",
    "i-00000000000000003",
    "i-1234abcd",
    "mi-00000000000000001",
    "mi-00000000000000002",
    "",
];

const SYSTEMS: [&str; 3] = ["AMAZON_LINUX_2023", "WINDOWS", "UBUNTU"];

/// An account and Region, and a policy for it.
pub(crate) fn given() -> impl Strategy<Value = Given> {
    (policy(), observation()).prop_map(|(policy, seen)| Given { policy, seen, now: at(NOW) })
}

fn policy() -> impl Strategy<Value = Value> {
    let target = prop_oneof![
        4 => vec(text(&["Linux", "Windows", "linux", "", "AL2023"]), 1..3).prop_map(|values| json!({"values": values})),
        1 => vec(text(&["InstanceOS", "Name"]), 1..3).prop_map(|values| json!({"key": "tag-key", "values": values})),
        1 => text(&IDS[..6]).prop_map(|id| json!({"key": "InstanceIds", "values": [id]})),
        1 => Just(json!({"key": "resource-groups:Name", "values": ["web"]})),
        1 => text(&["Linux", "linux"]).prop_map(|value| json!([{"values": [value]}, {"key": "tag-key", "values": ["Name"]}])),
    ];
    let schedule = text(&[
        "cron(0 0 1 ? * FRI *)",
        "cron(0 0 1 ? * TUE#2 *)",
        "cron(0 0 1 1 1 ? *)",
        "cron(0 6 * * ? *)",
        "rate(1 days)",
        "at(2026-12-24T00:00:00)",
    ]);
    let document = text(&["AWS-RunPatchBaseline", "AWS-UpdateSSMAgent", "Own-Patching"]);
    let window = (target, schedule, document, any::<bool>(), any::<bool>());
    let window = window.prop_map(|(target, schedule, document, installs, enabled)| {
        let operation = json!({"Operation": [if installs { "Install" } else { "Scan" }]});
        let takes_it = document == "AWS-RunPatchBaseline";
        json!({
            "schedule": schedule.replace("rate(1 days)", "rate(1 day)"), "durationHours": 6, "cutoffHours": 1, "enabled": enabled,
            "target": target, "task": {"name": "Task", "document": document, "parameters": if takes_it { operation } else { json!({}) }}
        })
    });
    (vec(window, 0..4), any::<bool>()).prop_map(|(mut windows, disabled)| {
        for (window, name) in windows.iter_mut().zip([LINUX, WINDOWS, AGENT]) {
            window["name"] = json!(name);
        }
        json!({"windows": windows, "disabled": disabled})
    })
}

fn observation() -> impl Strategy<Value = Observation> {
    let lists = (vec(instance(), 0..5), vec(node(), 0..5), vec(patch_state(), 0..5));
    let dhmc = option::of(Just("service-role/Dhmc".to_owned()));
    let baselines = (vec(baseline(), 0..3), vec(patch_group(), 0..3));
    (dhmc, lists, vec(window(), 0..4), baselines).prop_map(|(dhmc, lists, windows, (baselines, patch_groups))| {
        let (instances, nodes, patch_states) = lists;
        let windows: BTreeMap<_, _> = windows.into_iter().map(|window| (window.id.clone(), window)).collect();
        let windows = windows.into_values().collect();
        Observation { dhmc, instances, nodes, patch_states, windows, baselines, patch_groups }
    })
}

fn text(texts: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    select(texts.to_vec()).prop_map(str::to_owned)
}

fn maybe(texts: &[&'static str]) -> impl Strategy<Value = Option<String>> + use<> {
    option::of(text(texts))
}

/// A moment within some weeks of now, or one that a broken clock shows.
fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    let near = (-90 * 24 * 60..3 * 24 * 60_i64).prop_map(|minutes| at(NOW) + SignedDuration::from_mins(minutes));
    option::weighted(
        0.9,
        prop_oneof![9 => near, 1 => select(vec![Timestamp::UNIX_EPOCH, Timestamp::MIN, Timestamp::MAX])],
    )
}

fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key =
        text(&["InstanceOS", "instanceos", "Name", "Patch Group", "aws:autoscaling:groupName", "eks:nodegroup-name"]);
    btree_map(key, text(&["Linux", "Windows", "linux", " Linux", "AL2023", ""]), 0..4)
}

fn instance() -> impl Strategy<Value = Instance> {
    let state = text(&["running", "running", "running", "stopped", "stopping", "pending", "terminated", "new"]);
    let flags =
        (any::<bool>(), any::<bool>(), maybe(&["profile"]), option::weighted(0.1, text(&["eks.amazonaws.com"])));
    (text(&IDS[..4]), tags(), state, moment(), flags).prop_map(|(id, tags, state, launched_at, flags)| {
        let (is_windows, has_metadata_off, profile, operator) = flags;
        Instance {
            id,
            tags,
            state,
            launched_at,
            is_windows,
            has_metadata_off,
            profile,
            operator,
            ..Instance::default()
        }
    })
}

fn node() -> impl Strategy<Value = ManagedNode> {
    let platform = (
        maybe(&["Windows", "Linux", "MacOS"]),
        maybe(&["Amazon Linux", "Bottlerocket", "Ubuntu", "Microsoft Windows Server 2022"]),
        maybe(&["2", "2023", "22.04"]),
    );
    let agent = maybe(&["3.3.1611.0", "2.3.0.0", "1.0.0.0", "?"]);
    let ping = text(&["Online", "Online", "Online", "ConnectionLost", ""]);
    (text(&IDS), platform, agent, ping, moment(), moment(), tags()).prop_map(
        |(
            id,
            (platform_type, platform_name, platform_version),
            agent_version,
            ping_status,
            last_ping_at,
            registered_at,
            tags,
        )| {
            ManagedNode {
                id,
                ping_status,
                last_ping_at,
                agent_version,
                platform_type,
                platform_name,
                platform_version,
                registered_at,
                tags,
                ..ManagedNode::default()
            }
        },
    )
}

fn count() -> impl Strategy<Value = i32> {
    prop_oneof![12 => Just(0), 2 => 1..5, 1 => Just(-1), 1 => select(vec![i32::MIN, i32::MAX])]
}

fn patch_state() -> impl Strategy<Value = PatchState> {
    let some = (count(), count(), count(), count(), count());
    let rest = (count(), count(), count(), count());
    let baseline = text(&[BASELINE, "pb-0ac58bc3ffb2f5a76", "pb-0123456789abcdef0"]);
    (text(&IDS), baseline, text(&["Scan", "Install"]), moment(), some, rest).prop_map(
        |(id, baseline, operation, ended_at, (installed, pending_reboot, rejected, missing, failed), rest)| {
            let (critical, security, other, available_security) = rest;
            let counts = PatchCounts {
                installed,
                pending_reboot,
                rejected,
                missing,
                failed,
                critical,
                security,
                other,
                available_security,
            };
            PatchState { id, baseline, operation, ended_at, reboot_option: None, counts }
        },
    )
}

fn window() -> impl Strategy<Value = ObservedWindow> {
    let times = (maybe(&["2026-12-04T01:00-05:00", "2026-12-03T06:00Z", "soon"]), moment(), moment());
    let enabled = (prop::bool::weighted(0.8), prop::bool::weighted(0.2));
    (text(&["mw-1", "mw-2", "mw-3"]), text(&[LINUX, WINDOWS, AGENT, "former"]), enabled, times, vec(execution(), 0..4))
        .prop_map(|(id, name, (enabled, is_half_made), (next_execution, created_at, modified_at), executions)| {
            ObservedWindow {
                schedule: if is_half_made { "rate(7 days)".to_owned() } else { String::new() },
                id,
                name,
                enabled,
                next_execution,
                created_at,
                modified_at,
                executions: executions
                    .into_iter()
                    .map(|one| (one.id.clone(), one))
                    .collect::<BTreeMap<_, _>>()
                    .into_values()
                    .collect(),
                ..ObservedWindow::default()
            }
        })
}

fn execution() -> impl Strategy<Value = Execution> {
    let status = text(&["SUCCESS", "SUCCESS", "FAILED", "TIMED_OUT", "SKIPPED_OVERLAPPING", "IN_PROGRESS", "?"]);
    let details = maybe(&["No invocations to execute.", "The role lacks permissions", ""]);
    (text(&["e-1", "e-2", "e-3"]), status, details, moment(), moment(), vec(command(), 0..3)).prop_map(
        |(id, status, details, started_at, ended_at, commands)| Execution {
            id,
            status,
            details,
            started_at,
            ended_at,
            commands,
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    let status = text(&["Success", "Success", "Failed", "Terminated", "Undeliverable", "Cancelled", "InProgress", "?"]);
    let invocation = (text(&IDS), status, moment()).prop_map(|(host, status_details, requested_at)| Invocation {
        host,
        status_details,
        requested_at,
    });
    let targets = prop_oneof![3 => 0..9_u32, 1 => Just(u32::MAX)];
    (
        text(&["c-1", "c-2"]),
        text(&["Success", "NoInstancesInTag", "AccessDenied"]),
        targets,
        maybe(&["1"]),
        (vec(invocation, 0..5), prop::bool::weighted(0.1)),
    )
        .prop_map(|(id, details, targets, max_errors, (invocations, is_gone))| Command {
            id,
            details,
            task_details: None,
            targets,
            max_errors,
            invocations,
            is_gone,
        })
}

fn baseline() -> impl Strategy<Value = ObservedBaseline> {
    let id = text(&[BASELINE, "pb-0123456789abcdef0"]);
    let until = option::weighted(0.3, (-60..2_i64).prop_map(|days| TimeZone::UTC.to_datetime(now_and(days)).date()));
    let flags = (any::<bool>(), prop::bool::weighted(0.1), any::<bool>());
    (id, text(&SYSTEMS), option::of(0..100_u32), until, flags).prop_map(
        |(id, operating_system, approve_after_days, approves_until, (is_default, approves_nothing, is_strict))| {
            ObservedBaseline {
                name: id.clone(),
                id,
                operating_system,
                is_default,
                approve_after_days,
                approves_nothing,
                approves_until,
                is_strict,
            }
        },
    )
}

fn now_and(days: i64) -> Timestamp {
    at(NOW) + SignedDuration::from_hours(days * 24)
}

fn patch_group() -> impl Strategy<Value = PatchGroup> {
    let names = text(&["Linux", "Windows", "AL2023"]);
    (names, text(&[BASELINE, "pb-0123456789abcdef0"]), text(&SYSTEMS)).prop_map(|(name, baseline, operating_system)| {
        PatchGroup { name, baseline_name: baseline.clone(), baseline, operating_system }
    })
}
