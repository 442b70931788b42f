//! Two years of Patch Tuesdays pass: windows open on their day by the simulator's clock as by the policy's.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;
use patching::openings;
use ssm_simulator::Fleet;

use super::*;

const MONTHS: usize = 24;
const DAYS: std::ops::RangeInclusive<u8> = 0..=20;

/// A Monday; the second Tuesday of December is the 8th.
const BEGINS: &str = "2026-11-30T12:00:00Z";
const ENDS: &str = "2028-12-11T00:00:00Z";

/// A window for each day after the second Tuesday, at an hour that summer time leaves out on one of these days.
fn windows() -> PatchPolicy {
    let of = |days: u8| {
        let mut window = window(&name(days), "TUE", "AWS-RunPatchBaseline", &install());
        window["schedule"] = json!(format!("patch-tuesday({days}, 02:30)"));
        window["timezone"] = json!("Europe/Berlin");
        window
    };
    policy_with(&json!({"windows": DAYS.map(of).collect::<Vec<_>>()}))
}

fn name(days: u8) -> String {
    format!("patch-tuesday-and-{days}")
}

/// By the calendar.
fn expected(days: u8) -> BTreeSet<Timestamp> {
    let (first, zone) = (date(2026, 12, 1), TimeZone::get("Europe/Berlin").unwrap());
    let month = |number: usize| {
        let month = first.checked_add(i64::try_from(number).unwrap().months()).unwrap();
        let tuesday = month.nth_weekday_of_month(2, Weekday::Tuesday).unwrap();
        zone.to_timestamp(tuesday.checked_add(i64::from(days).days()).unwrap().at(2, 30, 0, 0)).unwrap()
    };
    (0..MONTHS).map(month).collect()
}

fn a_host() -> Host {
    serde_json::from_value(json!({
        "id": "i-0123456789abcdef0",
        "instance": {"launchTime": "2026-06-01T00:00:00Z", "tags": {"InstanceOS": "Linux"}},
        "node": {"platformName": "Amazon Linux", "platformVersion": "2023"}
    }))
    .unwrap()
}

#[tokio::test]
async fn each_window_opens_once_a_month_on_its_day() {
    let cell = Cell::new().await;
    let policy = windows();
    cell.roll_out(&policy).await;
    cell.assert_is(&policy);
    let fleet = Fleet { account: ACCOUNT.into(), region: REGION.into(), hosts: vec![a_host()], baselines: Vec::new() };
    cell.simulator.put_hosts(&[fleet]).unwrap();
    let play = Play { from: Some(time(BEGINS)), until: time(ENDS), account: None, region: None };
    cell.simulator.play(&play).unwrap();
    let mut opened: BTreeMap<String, BTreeSet<Timestamp>> = BTreeMap::new();
    for night in cell.simulator.truth().into_iter().flat_map(|truth| truth.nights) {
        assert!(opened.entry(night.window).or_default().insert(night.at), "once");
    }
    for days in DAYS {
        assert_eq!(opened.remove(&name(days)).unwrap_or_default(), expected(days), "{days} by the simulator's clock");
        let window = policy.windows.iter().find(|window| window.name.as_str() == name(days)).unwrap();
        let by_policy: BTreeSet<_> = window.openings(time(BEGINS)).take(MONTHS).collect();
        assert_eq!(by_policy, expected(days), "{days} by the policy");
    }
    assert_eq!(opened, BTreeMap::new());
}

/// The clock stands on the Wednesday after the third Tuesday of December.
#[tokio::test]
async fn what_is_said_to_be_lost_is_what_the_simulator_leaves_out() {
    let cell = Cell::new().await;
    let now = time("2026-12-16T12:00:00Z");
    let nothing = policy_with(&json!({"windows": []}));
    assert_eq!(cell.plan(&nothing).await.windows, [], "from now on there is an account-Region with a clock");
    cell.simulator.play(&Play { from: Some(time(BEGINS)), until: now, account: None, region: None }).unwrap();
    let policy = windows();
    let planned = cell.plan(&policy).await;
    let done = cell.roll_out(&policy).await;
    let lost = openings::lost(&policy, &done.windows, now);
    assert_eq!(openings::lost(&policy, &planned.windows, now), lost);
    let state = cell.state();
    let mut left_out = BTreeSet::new();
    for window in &policy.windows {
        let next = window.openings(now).next().unwrap();
        let by_simulator = &state.window(window.name.as_str()).unwrap().window["NextExecutionTime"];
        let by_simulator = time(by_simulator.as_str().unwrap());
        assert_eq!(Some(by_simulator), window.openings_once_set(now, now).next(), "{}", window.name);
        if by_simulator != next {
            left_out.insert(window.name.to_string());
        }
    }
    assert_eq!(left_out, [9, 10, 11, 12, 13].map(name).into());
    assert_eq!(lost.len(), left_out.len(), "{lost:?}");
    assert!(
        left_out.iter().all(|name| lost.iter().any(|warning| warning.message.contains(&format!("{name} does not"))))
    );
    let again = cell.roll_out(&policy).await;
    assert_eq!(openings::lost(&policy, &again.windows, now), [], "nothing is set any more");
}
