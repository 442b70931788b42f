//! When the windows of a policy open, as it is known on the day of a run.

use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use policy::{InvalidPolicy, PatchPolicy, Problem, ScheduleKind, Window};

use crate::outcome::{Warning, WindowOutcome, WindowStatus};

/// How many openings are looked at for two that overlap: a year of daily ones.
const LOOKED_AT: usize = 366;
/// What says when a window opens.
const OF_SCHEDULE: [&str; 3] = ["schedule", "timezone", "scheduleOffsetDays"];

/// Refuses a window that is to open and never does: the 30th of February, a year that is over.
///
/// One whose only moment (`at`) has passed has done what it is for: that is a [warning](warnings).
///
/// # Errors
///
/// [`InvalidPolicy`], with a problem for each such window, also for one of a wave.
pub fn check(policy: &PatchPolicy, now: Timestamp) -> Result<(), InvalidPolicy> {
    policy.check(|policy| {
        let never = windows_that_never_open(policy, now);
        let never = never.filter(|(_, window)| !matches!(window.schedule.kind(), ScheduleKind::At(_)));
        let allowed = format!("a schedule that comes round after {}", now.strftime("%Y-%m-%d"));
        let problem = |(index, window): (_, &Window)| {
            Problem::new(format!("$.windows[{index}].schedule"), &window.schedule, &*allowed)
        };
        never.map(problem).collect()
    })
}

/// What a person should look at: windows whose only moment has passed, and windows that open again before they close.
///
/// Those of a wave's own windows say which wave it is.
pub fn warnings(policy: &PatchPolicy, now: Timestamp) -> Vec<Warning> {
    let mut warnings = warnings_alone(policy, now);
    for wave in &policy.waves {
        let of_wave = warnings_alone(&wave.policy, now).into_iter().filter(|warning| !warnings.contains(warning));
        let of_wave: Vec<_> = of_wave.map(|warning| warning.in_wave(&wave.name)).collect();
        warnings.extend(of_wave);
    }
    warnings
}

fn warnings_alone(policy: &PatchPolicy, now: Timestamp) -> Vec<Warning> {
    let over = windows_that_never_open(policy, now).map(|(_, Window { name, schedule, .. })| {
        Warning::new("NeverOpens", format!("the window {name} does not open any more: {schedule} has passed"))
    });
    let enabled = policy.windows.iter().filter(|window| window.enabled);
    let overlapping = enabled.filter_map(|window| {
        let (first, second) = first_overlap(window, now)?;
        let (name, hours) = (&window.name, window.duration_hours.get());
        let message =
            format!("the window {name} opens at {first} for {hours} h, and again at {second}, before that is over");
        Some(Warning::new("OpeningsOverlap", message))
    });
    over.chain(overlapping).collect()
}

/// Windows whose next opening is lost, as they are created or get another schedule at `now`, between the day that `cron` names and the one
/// to which the offset leads; `windows` is what was done, or what would be.
pub fn lost(policy: &PatchPolicy, windows: &[WindowOutcome], now: Timestamp) -> Vec<Warning> {
    let set = windows.iter().filter(|outcome| sets_schedule(outcome));
    let wanted = set.filter_map(|outcome| policy.windows.iter().find(|window| window.name.as_str() == outcome.name));
    let lost = wanted.filter(|window| window.enabled).filter_map(|window| {
        let (next, first) = (window.openings(now).next()?, window.openings_once_set(now, now).next());
        (Some(next) != first).then(|| opening_lost(window, next, first))
    });
    lost.collect()
}

/// A window that does not open at `lost`, but at `first`, if at all.
fn opening_lost(window: &Window, lost: Timestamp, first: Option<Timestamp>) -> Warning {
    let zone = window.timezone.zone();
    let told = |at| ZonedDateTime::new(at, zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
    let instead =
        first.map_or_else(|| "does not open any more".to_owned(), |at| format!("opens first at {}", told(at)));
    let message = format!(
        "the window {} does not open at {}: its schedule is set after the day of {}, from which its offset counts; it {instead}",
        window.name,
        told(lost),
        window.schedule.expression()
    );
    Warning::new("OpeningLost", message)
}

/// Whether Systems Manager counts anew when the window opens.
fn sets_schedule(outcome: &WindowOutcome) -> bool {
    match outcome.status {
        WindowStatus::Created | WindowStatus::WouldCreate => true,
        WindowStatus::Updated | WindowStatus::WouldUpdate => {
            outcome.changes.iter().any(|change| OF_SCHEDULE.contains(&change.field.as_str()))
        }
        WindowStatus::Unchanged | WindowStatus::Deleted | WindowStatus::WouldDelete => false,
    }
}

fn windows_that_never_open(policy: &PatchPolicy, now: Timestamp) -> impl Iterator<Item = (usize, &Window)> {
    let enabled = policy.windows.iter().enumerate().filter(|(_, window)| window.enabled);
    enabled.filter(move |(_, window)| window.openings(now).next().is_none())
}

/// The first opening that is not over when the next one comes, and that one.
fn first_overlap(window: &Window, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let open = SignedDuration::from_hours(window.duration_hours.get().into());
    let openings: Vec<_> = window.openings(now).take(LOOKED_AT).collect();
    let pairs = openings.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.into_iter().find(|(first, second)| second.duration_since(*first) < open)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-28T12:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn policy(windows: &[Value]) -> PatchPolicy {
        let windows = windows.iter().enumerate().map(|(number, changes)| {
            let mut window = json!({
                "name": format!("window-{number}"), "durationHours": 6, "cutoffHours": 1,
                "target": {"key": "tag:InstanceOS", "values": ["Linux"]},
                "task": {"name": "Update", "document": "AWS-UpdateSSMAgent"}
            });
            window.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            window
        });
        PatchPolicy::parse(&json!({
            "windows": windows.collect::<Vec<_>>(), "dhmc": {"enabled": false}, "ownerTag": {"key": "k", "value": "v"}
        }))
        .unwrap()
    }

    fn openings(window: Value, count: usize) -> Vec<String> {
        policy(&[window]).windows[0].openings(now()).take(count).map(|moment| moment.to_string()).collect()
    }

    #[test]
    fn openings_are_those_of_the_zone_and_the_offset() {
        let thursdays = json!({"schedule": "cron(0 2 ? * THU#3 *)", "timezone": "America/New_York"});
        assert_eq!(openings(thursdays, 2), ["2026-12-17T07:00:00Z", "2027-01-21T07:00:00Z"]);
        let after_patch_tuesday = json!({"schedule": "cron(0 2 ? * TUE#2 *)", "scheduleOffsetDays": 3});
        assert_eq!(openings(after_patch_tuesday, 2), ["2026-12-11T02:00:00Z", "2027-01-15T02:00:00Z"]);
        assert_eq!(
            openings(json!({"schedule": "cron(0 0 1 ? * WED *)", "timezone": "Europe/Berlin"}), 2),
            ["2026-12-02T00:00:00Z", "2026-12-09T00:00:00Z"]
        );
        assert_eq!(openings(json!({"schedule": "rate(7 days)"}), 2), ["2026-12-05T12:00:00Z", "2026-12-12T12:00:00Z"]);
        let once = json!({"schedule": "at(2026-12-01T00:00:00)", "timezone": "Europe/Paris"});
        assert_eq!(openings(once, 2), ["2026-11-30T23:00:00Z"]);
        assert_eq!(openings(json!({"schedule": "cron(0 0 29 2 ? 2027-2031)"}), 12), ["2028-02-29T00:00:00Z"]);
    }

    /// An offset may lead from a moment that has passed to one that has not.
    #[test]
    fn an_opening_that_the_offset_moved_past_now_is_not_lost() {
        let window = json!({"schedule": "cron(0 2 ? * FRI#4 *)", "scheduleOffsetDays": 2});
        assert_eq!(openings(window, 1), ["2026-11-29T02:00:00Z"]);
    }

    #[test]
    fn a_time_that_summer_time_leaves_out_is_an_hour_later() {
        let window = json!({"schedule": "cron(30 2 28 3 ? 2027)", "timezone": "Europe/Berlin"});
        assert_eq!(openings(window, 2), ["2027-03-28T01:30:00Z"]);
        let twice = json!({"schedule": "cron(0 2,3 28 3 ? 2027)", "timezone": "Europe/Berlin"});
        assert_eq!(openings(twice, 2), ["2027-03-28T01:00:00Z"], "two times on the wall, one moment");
    }

    #[test]
    fn a_time_that_is_there_twice_is_not_ahead_the_second_time() {
        let policy = policy(&[json!({"schedule": "cron(45 2 * * ? *)", "timezone": "Europe/Berlin"})]);
        let second_half_past_two = "2027-10-31T01:30:00Z".parse().unwrap();
        let next = policy.windows[0].openings(second_half_past_two).next().unwrap();
        assert_eq!(next.to_string(), "2027-11-01T01:45:00Z");
    }

    #[test]
    fn a_window_that_never_opens_is_refused_by_its_schedule() {
        let never =
            ["cron(0 0 30 2 ? *)", "cron(0 0 31 4,6,9,11 ? *)", "cron(0 2 ? * THU 2025)", "cron(0 0 29 2 ? 2027)"];
        let mut windows: Vec<_> = never.iter().map(|schedule| json!({"schedule": schedule})).collect();
        windows.push(json!({"schedule": "cron(0 2 ? * THU 2026)"}));
        windows.push(json!({"schedule": never[0], "enabled": false}));
        let problems = check(&policy(&windows), now()).unwrap_err().problems;
        assert_eq!(problems.len(), never.len());
        assert_eq!(
            problems[2].to_string(),
            "$.windows[2].schedule: \"cron(0 2 ? * THU 2025)\" — allowed: a schedule that comes round after 2026-11-28"
        );
    }

    #[test]
    fn a_window_whose_moment_has_passed_is_a_warning_that_names_it() {
        let policy =
            policy(&[json!({"schedule": "at(2026-11-28T12:00:00)"}), json!({"schedule": "at(2026-11-28T12:00:01)"})]);
        assert_eq!(check(&policy, now()), Ok(()));
        let warnings = warnings(&policy, now());
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].name, "NeverOpens");
        assert!(warnings[0].message.contains("window-0"), "{}", warnings[0].message);
    }

    #[test]
    fn a_window_that_opens_again_before_it_closes_is_a_warning_with_both_moments() {
        let warned = |schedule: &str, hours: u8| {
            let window = json!({"schedule": schedule, "durationHours": hours, "cutoffHours": 0});
            warnings(&policy(&[window]), now()).first().map(|warning| warning.message.clone())
        };
        assert_eq!(warned("cron(0 0/6 ? * * *)", 6), None);
        assert_eq!(warned("rate(6 hours)", 6), None);
        assert!(warned("rate(5 hours)", 6).is_some());
        let message = warned("cron(0 20,23 ? * SAT *)", 4).unwrap();
        assert!(message.contains("2026-11-28T20:00:00Z") && message.contains("2026-11-28T23:00:00Z"), "{message}");
    }
}
