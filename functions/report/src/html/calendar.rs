//! One calendar of the coming weeks: when each window opens, wave by wave.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use patching::summary::RunSummary;
use policy::input::Action;
use policy::{PatchPolicy, ScheduleKind, Window};

use super::schedules::parts;
use crate::text::{counted, moment};

/// Every monthly schedule opens within as many.
const DAYS: usize = 35;

/// The calendar: a column for each day, a row for each window of each wave.
#[derive(Debug)]
pub(super) struct Calendar<'a> {
    pub(super) days: Vec<Date>,
    /// The waves in their order; one of no name for a policy without waves.
    pub(super) parts: Vec<Part<'a>>,
}

/// A wave.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) wave: Option<&'a str>,
    /// How many accounts it has in the run, and what became of them that is to be known here.
    pub(super) about: String,
    pub(super) rows: Vec<(&'a Window, Openings)>,
}

/// When a window opens.
#[derive(Debug)]
pub(super) enum Openings {
    /// By day, in the window's zone: the first, and a mark when there are more.
    Days(Vec<Option<String>>),
    /// Not on any of these days, or not on days that the policy alone tells.
    Words(String),
}

impl<'a> Calendar<'a> {
    /// None without a window, and of a run that takes down what there is.
    pub(super) fn new(summary: &'a RunSummary, policy: Option<&'a PatchPolicy>) -> Option<Self> {
        let policy = policy.filter(|policy| summary.action != Some(Action::Disable) && !policy.disabled)?;
        let now: Timestamp = summary.finished_at.parse().ok()?;
        let parts = parts(Some(policy));
        let windows = parts.iter().flat_map(|(_, policy)| &policy.windows);
        let first = windows.map(|window| window.timezone.zone().to_datetime(now).date()).min()?;
        let days: Vec<_> =
            (0..DAYS).filter_map(|day| first.checked_add(i64::try_from(day).ok()?.days()).ok()).collect();
        let rows = |policy: &'a PatchPolicy| {
            policy.windows.iter().map(|window| (window, openings(window, now, &days))).collect()
        };
        let part = |(wave, policy)| Part { wave, about: about(summary, wave), rows: rows(policy) };
        Some(Self { parts: parts.into_iter().map(part).collect(), days })
    }
}

fn about(summary: &RunSummary, wave: Option<&str>) -> String {
    let Some(wave) = summary.waves.iter().find(|one| Some(one.name.as_str()) == wave) else { return String::new() };
    let accounts = &wave.totals.accounts;
    match (accounts.all(), accounts.not_reached) {
        (0, _) => "no account in this run".to_owned(),
        (all, 0) => counted(all, "account"),
        (all, not_reached) => format!("{}, {not_reached} not reached by this run", counted(all, "account")),
    }
}

fn openings(window: &Window, now: Timestamp, days: &[Date]) -> Openings {
    if !window.enabled {
        return Openings::Words("Disabled".to_owned());
    }
    if matches!(window.schedule.kind(), ScheduleKind::Rate(_)) {
        let words = "Counted from the window's creation in each account and Region: its next execution is told below";
        return Openings::Words(words.to_owned());
    }
    let Some(next) = window.openings(now).next() else {
        return Openings::Words("Does not open any more".to_owned());
    };
    let by_day = by_day(window, now, days);
    if by_day.iter().all(Option::is_none) {
        return Openings::Words(format!("Not in these days: {}", moment(&next.to_string(), window.timezone.as_str())));
    }
    Openings::Days(by_day)
}

/// Looks once for each day on which it opens, however often it does: it may be every five minutes.
fn by_day(window: &Window, now: Timestamp, days: &[Date]) -> Vec<Option<String>> {
    let zone = window.timezone.zone();
    let mut by_day = vec![None; days.len()];
    let mut from = now;
    loop {
        let mut openings = window.openings(from).map(|opening| zone.to_datetime(opening));
        let Some(opening) = openings.next() else { break };
        let Ok(at) = days.binary_search(&opening.date()) else { break };
        let more = if openings.next().is_some_and(|next| next.date() == opening.date()) { " …" } else { "" };
        by_day[at] = Some(format!("{}{more}", opening.strftime("%H:%M")));
        let next_day = days.get(at + 1).and_then(|day| zone.to_timestamp(day.at(0, 0, 0, 0)).ok());
        let Some(next_day) = next_day.and_then(|day| day.checked_sub(SignedDuration::from_secs(1)).ok()) else { break };
        from = next_day;
    }
    by_day
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A Saturday; in Honolulu it is still Friday.
    const NOW: &str = "2026-11-28T08:00:00Z";

    fn openings_of(fields: &Value) -> Openings {
        let mut window = json!({
            "name": "linux", "durationHours": 1, "cutoffHours": 0, "target": {"key": "tag-key", "values": ["Name"]},
            "task": {"name": "Update", "document": "AWS-UpdateSSMAgent"}
        });
        window.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let policy = PatchPolicy::parse(&json!({"windows": [window]})).unwrap();
        let first: Date = "2026-11-27".parse().unwrap();
        let days: Vec<_> = (0..35).map(|day| first.checked_add(day.days()).unwrap()).collect();
        openings(&policy.windows[0], NOW.parse().unwrap(), &days)
    }

    fn days(fields: &Value) -> Vec<(usize, String)> {
        match openings_of(fields) {
            Openings::Days(days) => days.into_iter().enumerate().filter_map(|(at, day)| Some((at, day?))).collect(),
            Openings::Words(words) => panic!("days, not {words}"),
        }
    }

    fn words(fields: &Value) -> String {
        match openings_of(fields) {
            Openings::Words(words) => words,
            Openings::Days(days) => panic!("words, not {days:?}"),
        }
    }

    #[test]
    fn an_opening_is_on_the_day_that_its_own_zone_has() {
        let weekly = |zone: &str| days(&json!({"schedule": "cron(0 23 ? * FRI *)", "timezone": zone}));
        let at = |days: [usize; 5]| days.map(|day| (day, "23:00".to_owned())).to_vec();
        assert_eq!(weekly("Pacific/Honolulu"), at([0, 7, 14, 21, 28]));
        assert_eq!(weekly("Asia/Tokyo")[..], at([7, 14, 21, 28, 35])[..4]);
        let offset = json!({"schedule": "cron(30 2 ? * TUE#2 *)", "scheduleOffsetDays": 3});
        assert_eq!(days(&offset), [(14, "02:30".to_owned())]);
    }

    #[test]
    fn a_day_with_many_openings_has_the_first_and_says_that_there_are_more() {
        let often = days(&json!({"schedule": "cron(0/5 * * * ? *)"}));
        assert_eq!((often.len(), &often[0]), (34, &(1, "08:05 …".to_owned())));
        assert_eq!(often[1..].iter().filter(|(_, told)| told == "00:00 …").count(), 33);
        assert_eq!(days(&json!({"schedule": "cron(0 0 * * ? *)"})).len(), 33, "midnight is on the day that it begins");
    }

    #[test]
    fn what_the_days_do_not_tell_is_told_in_words() {
        assert_eq!(words(&json!({"schedule": "cron(0 0 * * ? *)", "enabled": false})), "Disabled");
        assert!(words(&json!({"schedule": "rate(7 days)"})).starts_with("Counted from the window's creation"));
        assert_eq!(words(&json!({"schedule": "at(2020-01-01T00:00:00)"})), "Does not open any more");
        assert_eq!(
            words(&json!({"schedule": "at(2028-01-01T00:00:00)"})),
            "Not in these days: Sat 1 Jan 2028 00:00 UTC"
        );
    }
}
