//! What is registered with the windows, where that is not what the policy says.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use serde_json::json;

use crate::given::{Given, all_are, at, tagged};

#[test]
fn what_a_window_does_is_told_by_what_is_registered_with_it() {
    all_are(&[
        ("half made", |given| given.by_hand(|window| window.tasks.clear()), Blocked, &[WindowMissing]),
        (
            "a task without its target",
            |given| given.by_hand(|window| window.targets.clear()),
            Blocked,
            &[WindowMissing],
        ),
        (
            "another target",
            |given| {
                given.by_hand(|window| {
                    window.targets[0].filters = [("tag:InstanceOS".to_owned(), ["Lin".to_owned()].into())].into();
                });
            },
            Blocked,
            &[WindowMissing],
        ),
        (
            "one value less than the policy",
            |given| {
                given.policy["windows"][2]["target"] = tagged(&["Linux", "Ubuntu"]);
                given.by_hand(|window| {
                    let values = window.targets[0].filters.values_mut().next().unwrap();
                    values.remove("Linux");
                });
            },
            Blocked,
            &[WindowMissing],
        ),
        (
            "a former policy's tag",
            |given| {
                given.by_hand(|_| {});
                given.policy["windows"][2]["target"] = json!({"key": "tag:Patching", "values": ["on"]});
            },
            Patched,
            &[],
        ),
        (
            "the host by its id",
            |given| given.by_hand(|window| window.tasks[0].targets = vec![crate::given::ID.to_owned()]),
            Patched,
            &[],
        ),
        (
            "it scans, and the policy installs",
            |given| {
                given.by_hand(|window| {
                    window.tasks[0].parameters = [("Operation".to_owned(), vec!["Scan".to_owned()])].into();
                });
                given.misses(3);
            },
            Blocked,
            &[ScanOnly],
        ),
        (
            "it installs, and the policy scans",
            |given| {
                given.by_hand(|_| {});
                given.operation("Scan");
                given.misses(3);
            },
            Due,
            &[],
        ),
        (
            "a task more that installs",
            |given| {
                given.by_hand(|window| {
                    let mut scan = window.tasks[0].clone();
                    scan.parameters = [("Operation".to_owned(), vec!["Scan".to_owned()])].into();
                    window.tasks.insert(0, scan);
                });
                given.misses(3);
            },
            Due,
            &[],
        ),
        (
            "its document by ARN",
            |given| {
                given.by_hand(|window| {
                    window.tasks[0].document = "arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline".to_owned();
                });
            },
            Patched,
            &[],
        ),
    ]);
}

#[test]
fn how_a_window_differs_from_the_policy_is_said() {
    let detail = |change: fn(&mut Given)| Given::with(change).host().reasons[0].detail.clone().unwrap();
    assert_eq!(
        detail(|given| given.by_hand(|window| window.tasks.clear())),
        "sra_linux_maintenance is there without the task that patches"
    );
    assert_eq!(
        detail(|given| given.by_hand(|window| window.targets.clear())),
        "sra_linux_maintenance is there and looks for other hosts than the policy says"
    );
    let behind = |given: &mut Given| {
        given.by_hand(|window| {
            window.tasks[0].parameters = [("Operation".to_owned(), vec!["Scan".to_owned()])].into();
        });
        given.misses(3);
    };
    let expected = "3 missing, and sra_linux_maintenance scans, though the policy installs: run a rollout";
    assert_eq!(detail(behind), expected);
}

#[test]
fn when_a_window_opens_is_told_by_its_own_schedule() {
    let verdict = |schedule: &str| {
        Given::with(|given| {
            given.by_hand(|window| window.schedule = schedule.to_owned());
            given.policy["windows"][2]["schedule"] = json!("cron(0 0 1 ? * SAT *)");
            given.now = at("2026-11-28T12:00:00Z");
        })
        .host()
    };
    assert_eq!(verdict("cron(0 0 1 ? * FRI *)").verdict, Patched, "a policy that has not come here yet");
    let changed = Given::with(|given| {
        given.by_hand(|window| window.schedule = "cron(0 0 1 ? * SAT *)".to_owned());
        given.now = at("2026-11-28T12:00:00Z");
        given.misses(1);
    });
    assert_eq!(changed.host().reasons[0].name, WindowSkipped, "Saturday's");
    assert_eq!(verdict("whatever SSM takes").verdict, Patched, "nobody knows when it should have opened");
}

#[test]
fn a_window_whose_task_brings_a_baseline_records_nothing() {
    let given = Given::with(|given| {
        given.by_hand(|window| {
            let baseline = vec!["s3://bucket/baseline.json".to_owned()];
            window.tasks[0].parameters.insert("BaselineOverride".to_owned(), baseline);
        });
        given.got("Success");
        given.seen.patch_states.clear();
    });
    let host = given.host();
    assert_eq!((host.verdict, host.reasons[0].name), (Attention, NeverScanned));
    assert_eq!(
        host.reasons[0].detail.as_deref(),
        Some(
            "the next window is on 2026-12-04T01:00-05:00; of sra_linux_maintenance, which has a BaselineOverride, nothing is recorded"
        )
    );
}
