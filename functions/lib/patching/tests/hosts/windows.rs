//! Whether the windows of a host are set up, open and install.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use patching::hosts::observation::ObservedBaseline;
use serde_json::json;

use crate::given::{Given, LINUX, all_are, at, opened, tagged};

#[test]
fn a_window_that_is_not_there_or_does_not_open_patches_nothing() {
    all_are(&[
        ("not there", |given| given.seen.windows.retain(|window| window.name != LINUX), Blocked, &[WindowMissing]),
        ("off", |given| given.window(LINUX).enabled = false, Blocked, &[WindowDisabled]),
        ("never again", |given| given.window(LINUX).next_execution = None, Blocked, &[WindowDisabled]),
        (
            "off, and it is not for this host",
            |given| given.window("sra_windows_maintenance").enabled = false,
            Patched,
            &[],
        ),
        (
            "not there, and patches are missing",
            |given| {
                given.seen.windows.clear();
                given.misses(3);
            },
            Blocked,
            &[WindowMissing],
        ),
        (
            "one of two is off",
            |given| {
                given.policy["windows"][1]["target"] = tagged(&["Linux"]);
                given.window("sra_windows_maintenance").enabled = false;
            },
            Patched,
            &[],
        ),
        (
            "one of two is off, and the other is not there",
            |given| {
                given.policy["windows"][1]["target"] = tagged(&["Linux"]);
                given.window("sra_windows_maintenance").enabled = false;
                given.seen.windows.retain(|window| window.name != LINUX);
            },
            Blocked,
            &[WindowMissing, WindowDisabled, OtherBaseline],
        ),
        ("no window in the policy", |given| given.policy["windows"] = json!([]), Blocked, &[WindowMissing]),
    ]);
}

#[test]
fn who_turned_a_window_off_is_said() {
    let detail = |change: fn(&mut Given)| Given::with(change).host().reasons[0].detail.clone().unwrap();
    assert_eq!(detail(|given| given.seen.windows.clear()), "sra_linux_maintenance");
    assert_eq!(detail(|given| given.window(LINUX).enabled = false), "sra_linux_maintenance was turned off by hand");
    assert_eq!(
        detail(|given| {
            given.window(LINUX).enabled = false;
            given.policy["windows"][2]["enabled"] = json!(false);
        }),
        "sra_linux_maintenance is off in the policy"
    );
    assert_eq!(
        detail(|given| given.window(LINUX).next_execution = None),
        "sra_linux_maintenance does not open again by its schedule"
    );
}

#[test]
fn a_policy_that_turns_everything_off_is_the_reason() {
    let off = Given::with(|given| {
        given.policy["disabled"] = json!(true);
        given.seen.windows.clear();
    });
    let host = off.host();
    assert_eq!((host.verdict, host.reasons[0].name), (Blocked, WindowMissing));
    assert_eq!(
        host.reasons[0].detail.as_deref(),
        Some("sra_linux_maintenance: everything is turned off by the policy")
    );
    let not_yet = Given::with(|given| given.policy["disabled"] = json!(true));
    assert_eq!(not_yet.host().verdict, Patched, "as long as the window is there, it patches");
}

#[test]
fn what_is_missing_is_due_when_a_window_will_install_it() {
    all_are(&[
        ("missing", |given| given.misses(3), Due, &[]),
        (
            "missing by severity only",
            |given| {
                given.misses(0);
                given.patch().counts.security = 1;
            },
            Due,
            &[],
        ),
        ("still missing after it installed", |given| given.patch().counts.missing = 3, Attention, &[InstallFailed]),
        (
            "still missing by severity after it installed",
            |given| given.patch().counts.critical = 3,
            Attention,
            &[InstallFailed],
        ),
        (
            "still missing after something else installed",
            |given| {
                given.patch().counts.missing = 3;
                given.patch().ended_at = Some(at("2026-11-28T05:00:00Z"));
            },
            Due,
            &[OtherBaseline],
        ),
        (
            "still missing after it installed, and now it only scans",
            |given| {
                given.operation("Scan");
                given.patch().counts.missing = 3;
            },
            Blocked,
            &[ScanOnly],
        ),
        (
            "the window only scans",
            |given| {
                given.operation("Scan");
                given.misses(3);
            },
            Blocked,
            &[ScanOnly],
        ),
        ("it only scans and nothing is missing", |given| given.operation("Scan"), Patched, &[]),
        (
            "it only scans, and what could not be installed is not missing",
            |given| {
                given.operation("Scan");
                given.patch().counts.failed = 2;
                given.patch().counts.security = 2;
            },
            Attention,
            &[InstallFailed],
        ),
        (
            "it only scans, and what waits for a restart is not missing",
            |given| {
                given.operation("Scan");
                given.patch().counts.pending_reboot = 2;
                given.patch().counts.critical = 2;
            },
            Attention,
            &[PendingRestart],
        ),
        (
            "it only scans, and what is rejected is not missing",
            |given| {
                given.operation("Scan");
                given.patch().counts.rejected = 1;
                given.patch().counts.other = 1;
            },
            Attention,
            &[Rejected],
        ),
        (
            "one scans, one installs",
            |given| {
                given.operation("Scan");
                given.policy["windows"][1]["target"] = tagged(&["Linux"]);
                given.misses(3);
            },
            Due,
            &[],
        ),
        (
            "the one that installs is off",
            |given| {
                given.operation("Scan");
                given.policy["windows"][1]["target"] = tagged(&["Linux"]);
                given.window("sra_windows_maintenance").enabled = false;
                given.misses(3);
            },
            Blocked,
            &[ScanOnly],
        ),
    ]);
}

/// Names are not unique: a rollout that was interrupted may have left one behind.
#[test]
fn of_two_windows_with_one_name_the_one_that_opens_counts() {
    let given = Given::with(|given| {
        for id in ["mw-0", "mw-9"] {
            let mut twin = opened(LINUX, id, "2026-11-20T06:00:10Z");
            twin.enabled = false;
            given.seen.windows.push(twin);
        }
    });
    assert_eq!(given.host().verdict, Patched);
    let runs = given.cell().windows;
    assert_eq!(
        runs.iter().filter(|run| run.name == LINUX).map(|run| run.id.as_deref()).collect::<Vec<_>>(),
        [Some("mw-3")]
    );
}

#[test]
fn the_windows_are_listed_by_name_with_those_that_are_not_there_and_those_that_nobody_wants() {
    let given = Given::with(|given| {
        given.seen.windows.retain(|window| window.name != LINUX);
        given.seen.windows.push(opened("former", "mw-8", "2026-11-20T06:00:10Z"));
    });
    let runs = given.cell().windows;
    let listed: Vec<_> = runs.iter().map(|run| (&*run.name, run.id.as_deref(), run.enabled, run.not_run)).collect();
    assert_eq!(
        listed,
        [
            ("former", Some("mw-8"), true, false),
            (LINUX, None, false, false),
            ("sra_ssm_agent_update", Some("mw-1"), true, false),
            ("sra_windows_maintenance", Some("mw-2"), true, false),
        ]
    );
}

#[test]
fn a_baseline_that_approves_nothing_blocks() {
    all_are(&[
        (
            "the one that was used",
            |given| given.seen.baselines[0].approves_nothing = true,
            Blocked,
            &[BaselineApprovesNothing],
        ),
        (
            "the default, and nothing was scanned yet",
            |given| {
                given.seen.baselines[0].approves_nothing = true;
                given.seen.patch_states.clear();
                given.opening().commands.clear();
                given.node().registered_at = Some(at("2026-11-27T20:00:00Z"));
                given.instance().launched_at = Some(at("2026-11-27T20:00:00Z"));
            },
            Blocked,
            &[BaselineApprovesNothing, NeverScanned],
        ),
        (
            "nothing that came out in the last five weeks",
            |given| given.seen.baselines[0].approves_until = Some("2026-10-24".parse().unwrap()),
            Patched,
            &[WaitingForApproval],
        ),
        (
            "nothing that came out since longer",
            |given| given.seen.baselines[0].approves_until = Some("2026-10-23".parse().unwrap()),
            Blocked,
            &[BaselineApprovesNothing],
        ),
        (
            "that of its patch group, and nothing was scanned yet",
            |given| {
                let frozen = ObservedBaseline {
                    id: "pb-0123456789abcdef0".into(),
                    operating_system: "AMAZON_LINUX_2023".into(),
                    approves_nothing: true,
                    ..ObservedBaseline::default()
                };
                given.seen.baselines.push(frozen);
                given.tag("PatchGroup", "web");
                given.registered("web", "pb-0123456789abcdef0");
                given.seen.patch_states.clear();
                given.opening().commands.clear();
                given.instance().launched_at = Some(at("2026-11-27T20:00:00Z"));
            },
            Blocked,
            &[BaselineApprovesNothing, NeverScanned],
        ),
        (
            "the default of another operating system",
            |given| {
                given.seen.baselines[0].approves_nothing = true;
                given.seen.baselines[0].operating_system = "WINDOWS".into();
                given.seen.baselines[0].id = "pb-0123456789abcdef0".into();
            },
            Patched,
            &[],
        ),
    ]);
    let frozen = Given::with(|given| given.seen.baselines[0].approves_until = Some("2024-01-01".parse().unwrap()));
    assert_eq!(
        frozen.host().reasons[0].detail.as_deref(),
        Some("AWS-AmazonLinux2023DefaultPatchBaseline: nothing that was released after 2024-01-01")
    );
}
