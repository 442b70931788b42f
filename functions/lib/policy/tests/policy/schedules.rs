//! Schedules that are accepted and refused, each with the reason.

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use policy::{Schedule, ScheduleKind};

/// The user guide's own examples, its rules at their limits, and the schedules of the default windows.
const ACCEPTED: &[(&str, &str)] = &[
    ("cron(0 0 1 ? * WED *)", "the agent's window: seven fields, seconds first"),
    ("cron(0 0 1 ? * THU *)", "the window for Windows"),
    ("cron(0 0 1 ? * FRI *)", "the window for Linux"),
    ("cron(0 2 ? * THU#3 *)", "the third Thursday of a month"),
    ("cron(0 2 ? * 5#3 *)", "the same with a number"),
    ("cron(30 23 ? * TUE#2 *)", "Patch Tuesday"),
    ("cron(15 10 ? * * *)", "every day, ? in day of month"),
    ("cron(0 10 * * ? *)", "every day, ? in day of week"),
    ("cron(15 10 ? * MON-FRI *)", "a range of weekdays"),
    ("cron(15 10 ? * 2-6 *)", "the same with numbers"),
    ("cron(0 2 L * ? *)", "the last day of a month"),
    ("cron(0 2 LW * ? *)", "the last weekday of a month"),
    ("cron(15 10 ? * 6L *)", "the last Friday of a month"),
    ("cron(15 10 ? * FRIL *)", "the same with a name"),
    ("cron(15 10 ? * L *)", "the last day of the week"),
    ("cron(0 2 15W * ? *)", "the weekday next to the 15th"),
    ("cron(0 8 1 * ? *)", "the first day of a month"),
    ("cron(30 09 ? * * *)", "a leading zero, as in the user guide"),
    ("cron(24 30 09 ? * * *)", "a second"),
    ("cron(0/15 * * * ? *)", "a step from a start"),
    ("cron(*/15 * * * ? *)", "a step from anywhere"),
    ("cron(0/5 8-17 ? * MON-FRI *)", "every 5 minutes is the limit"),
    ("cron(0 11-23/2 * * ? *)", "a step within a range"),
    ("cron(0 0 2 ? 1/1 THU#3 *)", "a step in month"),
    ("cron(0 0 ? JAN,APR,JUL,OCT SUN#1 *)", "months by name"),
    ("cron(0 0 ? JAN-MAR SUN *)", "a range of months by name"),
    ("cron(0 0 ? 1-3,12 SUN *)", "a range and a value"),
    ("cron(0 0 ? * MON,WED,FRI *)", "a list of weekdays"),
    ("cron(0 0 ? * wed *)", "names in lower case"),
    ("cron(0 0 ? * 1 *)", "1 is Sunday"),
    ("cron(0 0 ? * 7 *)", "7 is Saturday"),
    ("cron(0 0 1,15 * ? *)", "a list of days"),
    ("cron(0 0 1 1 ? 2030)", "a year"),
    ("cron(0 0 1 1 ? 2030-2035)", "a range of years"),
    ("cron(0 0 1 1 ? 1970/2)", "the first year there is"),
    ("cron(0 0 1 1 ? 2199)", "the last year there is"),
    ("cron(0,58 3 ? * SUN *)", "the hour ends before the next moment"),
    ("cron(59 23 31 12 ? *)", "the upper limits"),
    ("rate(7 days)", "every week"),
    ("rate(1 day)", "singular for 1"),
    ("rate(1 hour)", "singular for 1"),
    ("rate(2 hours)", "plural above 1"),
    ("rate(30 minutes)", "the user guide's example"),
    ("rate(5 minutes)", "the limit"),
    ("at(2030-01-31T22:00:00)", "once"),
    ("at(2028-02-29T00:00:00)", "a leap day"),
    ("patch-tuesday(0, 02:00)", "the second Tuesday"),
    ("patch-tuesday(20, 23:59)", "the last day that is always one"),
    ("patch-tuesday(9,00:00)", "without a space"),
];

const REFUSED: &[(&str, &str)] = &[
    ("", "nothing"),
    ("0 0 1 ? * WED *", "no cron(…)"),
    ("cron(0 0 1 ? * WED *", "no closing parenthesis"),
    ("Cron(0 2 ? * THU *)", "the form in capitals"),
    ("cron (0 2 ? * THU *)", "a space after the form"),
    (" cron(0 2 ? * THU *)", "a space before the form"),
    ("cron()", "no field"),
    ("cron(0 2 * * *)", "five fields, as crontab has them"),
    ("cron(0 0 0 2 ? * THU *)", "eight fields"),
    ("cron(0  2 ? * THU *)", "two spaces"),
    ("cron( 0 2 ? * THU *)", "a space in front"),
    ("cron(0 2 ? *\tTHU *)", "a tab"),
    ("cron(0 2 * * * *)", "no ?"),
    ("cron(0 2 ? * ? *)", "? twice"),
    ("cron(0 2 1 * MON *)", "both day fields"),
    ("cron(? 2 ? * THU *)", "? in minutes"),
    ("cron(0 2 ?,1 * THU *)", "? in a list"),
    ("cron(60 2 ? * THU *)", "minute 60"),
    ("cron(0 24 ? * THU *)", "hour 24"),
    ("cron(0 2 0 * ? *)", "day 0"),
    ("cron(0 2 32 * ? *)", "day 32"),
    ("cron(0 2 ? 0 THU *)", "month 0"),
    ("cron(0 2 ? 13 THU *)", "month 13"),
    ("cron(0 2 ? * 0 *)", "weekday 0: Sunday is 1"),
    ("cron(0 2 ? * 8 *)", "weekday 8"),
    ("cron(0 2 ? * THU 1969)", "before the first year"),
    ("cron(0 2 ? * THU 2200)", "after the last year"),
    ("cron(0 2 ? * THU#0 *)", "no zeroth Thursday"),
    ("cron(0 2 ? * THU#6 *)", "no sixth Thursday"),
    ("cron(0 2 ? * 3#1,6#3 *)", "# in a list"),
    ("cron(0 2 ? * MON-FRI#2 *)", "# after a range"),
    ("cron(0 2 ? * 6#L *)", "# with L"),
    ("cron(0 2 ? * +MON *)", "a sign of another dialect"),
    ("cron(0 2 +1 * ? *)", "a number with a sign"),
    ("cron(0 2 ? * THURSDAY *)", "a long name"),
    ("cron(0 2 ? * MONTUE *)", "two names in one"),
    ("cron(0 2 ? JANFEB THU *)", "two names in one, which together are 12"),
    ("cron(0 2 ? THU JAN *)", "month and weekday exchanged"),
    ("cron(MON 2 ? * THU *)", "a weekday in minutes"),
    ("cron(0 2 THU * ? *)", "a weekday in day of month"),
    ("cron(L 2 ? * THU *)", "L in minutes"),
    ("cron(0 2 1,L * ? *)", "L in a list"),
    ("cron(0 2 L-3 * ? *)", "an offset from L"),
    ("cron(0 2 1#2 * ? *)", "# in day of month"),
    ("cron(0 2 W * ? *)", "W without a day"),
    ("cron(0 2 32W * ? *)", "W after day 32"),
    ("cron(0 2 1-5W * ? *)", "W after a range"),
    ("cron(0 2 ? * 3W *)", "W in day of week"),
    ("cron(0 2 ? * 8L *)", "L after weekday 8"),
    ("cron(0 2 ? * SAT-SUN *)", "a range that runs over the end of the week"),
    ("cron(30-10 2 ? * THU *)", "a range that runs backwards"),
    ("cron(1-2-3 2 ? * THU *)", "a range of three"),
    ("cron(0 2,,3 ? * THU *)", "an empty item"),
    ("cron(0, 2 ? * THU *)", "a comma at the end"),
    ("cron(/15 2 ? * THU *)", "a step from nowhere"),
    ("cron(0/0 2 ? * THU *)", "a step of nothing"),
    ("cron(0/60 2 ? * THU *)", "a step beyond the field"),
    ("cron(0/ 2 ? * THU *)", "a step without a number"),
    ("cron(0/5/5 2 ? * THU *)", "two steps"),
    ("cron(-1 2 ? * THU *)", "a negative minute"),
    ("cron(1.5 2 ? * THU *)", "half a minute"),
    ("cron(99999999999999999999 2 ? * THU *)", "a huge number"),
    ("cron(@daily)", "a nickname"),
    ("cron(* 2 ? * THU *)", "every minute is too fast"),
    ("cron(0/4 * * * ? *)", "every 4 minutes is too fast"),
    ("cron(0,3 2 ? * THU *)", "3 minutes apart is too fast"),
    ("cron(30,33 2 ? * THU *)", "3 minutes apart late in the hour is too fast"),
    ("cron(0,58 2-3 ? * THU *)", "2 minutes apart, over the hour"),
    ("cron(0,30 0 2 ? * THU *)", "30 seconds apart is too fast"),
    ("cron(* 0 2 ? * THU *)", "every second is too fast"),
    ("rate(1 days)", "plural for 1"),
    ("rate(2 day)", "singular above 1"),
    ("rate(0 days)", "never"),
    ("rate(-1 days)", "a negative number"),
    ("rate(+2 days)", "a sign"),
    ("rate(07 days)", "a leading zero"),
    ("rate(1.5 hours)", "a fraction"),
    ("rate(7days)", "no space"),
    ("rate(7  days)", "two spaces"),
    ("rate(7 weeks)", "another unit"),
    ("rate(7 Days)", "a unit in capitals"),
    ("rate(4 minutes)", "too fast"),
    ("rate(1 minute)", "too fast"),
    ("rate(99999999999 days)", "a huge number"),
    ("at(2030-02-30T00:00:00)", "a day that does not exist"),
    ("at(2027-02-29T00:00:00)", "no leap year"),
    ("at(2030-01-31T24:00:00)", "hour 24"),
    ("at(2030-01-31T22:00:60)", "a leap second"),
    ("at(2030-01-31T22:00)", "no seconds"),
    ("at(2030-01-31T22:00:00.5)", "a fraction of a second"),
    ("at(-002030-01-31T22:00:00)", "a year before our era"),
    ("at(2030-01-31T22:00:00[UTC])", "a time zone"),
    ("at(2030-01-31 22:00:00)", "a space instead of T"),
    ("at(2030-01-31T22:00:00Z)", "an offset"),
    ("at(2030-01-31t22:00:00)", "a small t"),
    ("at(2030-1-31T22:00:00)", "one digit"),
    ("at(31.01.2030)", "another format"),
    ("every(7 days)", "another form"),
    ("patch-tuesday()", "nothing"),
    ("patch-tuesday(9)", "no time"),
    ("patch-tuesday(02:00)", "no days"),
    ("patch-tuesday(, 02:00)", "no days"),
    ("patch-tuesday(9, )", "no time"),
    ("patch-tuesday(21, 02:00)", "a fifth Tuesday, which not every month has"),
    ("patch-tuesday(-1, 02:00)", "the day before"),
    ("patch-tuesday(+9, 02:00)", "a sign"),
    ("patch-tuesday(09, 02:00)", "a leading zero"),
    ("patch-tuesday(1.5, 02:00)", "half a day"),
    ("patch-tuesday(256, 02:00)", "a large number"),
    ("patch-tuesday(9, 24:00)", "hour 24"),
    ("patch-tuesday(9, 25:00)", "hour 25"),
    ("patch-tuesday(9, 02:60)", "minute 60"),
    ("patch-tuesday(9, 2:00)", "one digit"),
    ("patch-tuesday(9, 02:00:00)", "seconds"),
    ("patch-tuesday(9, 02:00 CET)", "a time zone"),
    ("patch-tuesday(9, 2am)", "another spelling"),
    ("patch-tuesday(9,  02:00)", "two spaces"),
    ("patch-tuesday( 9, 02:00)", "a space in front"),
    ("patch-tuesday(9, 02:00, 03:00)", "two times"),
    ("patch-tuesday(9 02:00)", "no comma"),
    ("Patch-Tuesday(9, 02:00)", "capitals"),
    ("patch-tuesday(9, 02:00", "no closing parenthesis"),
];

#[test]
fn a_schedule_of_the_services_dialect_is_accepted_and_keeps_its_text() {
    for (text, reason) in ACCEPTED {
        match text.parse::<Schedule>() {
            Ok(schedule) => assert_eq!(schedule.as_str(), *text),
            Err(error) => panic!("{text} should be accepted ({reason}): {error}"),
        }
    }
}

#[test]
fn a_schedule_that_the_service_would_refuse_is_refused() {
    for (text, reason) in REFUSED {
        assert!(text.parse::<Schedule>().is_err(), "{text} should be refused: {reason}");
    }
}

#[test]
fn a_schedule_knows_its_form() {
    let kind = |text: &str| text.parse::<Schedule>().unwrap().kind();
    assert_eq!(kind("cron(0 2 ? * THU *)"), ScheduleKind::Cron);
    assert_eq!(kind("rate(7 days)"), ScheduleKind::Rate(SignedDuration::from_hours(7 * 24)));
    assert_eq!(kind("at(2030-01-31T22:00:00)"), ScheduleKind::At(DateTime::constant(2030, 1, 31, 22, 0, 0, 0)));
    let time = Time::constant(2, 0, 0, 0);
    assert_eq!(kind("patch-tuesday(9, 02:00)"), ScheduleKind::PatchTuesday { days: 9, time });
}

#[test]
fn a_schedule_has_at_most_256_characters() {
    let list = |length: usize| format!("cron(0 2 {} * ? *)", "1,".repeat(length) + "15");
    assert_eq!(list(119).len(), 256);
    assert!(list(119).parse::<Schedule>().is_ok());
    assert!(list(120).parse::<Schedule>().is_err());
}

#[test]
fn systems_manager_gets_a_tuesday_and_the_days_after_it() {
    for (text, cron, offset) in [
        ("patch-tuesday(0, 02:00)", "cron(0 2 ? * TUE#2 *)", None),
        ("patch-tuesday(2, 23:59)", "cron(59 23 ? * TUE#2 *)", Some(2)),
        ("patch-tuesday(6, 00:05)", "cron(5 0 ? * TUE#2 *)", Some(6)),
        ("patch-tuesday(7, 02:00)", "cron(0 2 ? * TUE#3 *)", None),
        ("patch-tuesday(9,09:30)", "cron(30 9 ? * TUE#3 *)", Some(2)),
        ("patch-tuesday(14, 02:00)", "cron(0 2 ? * TUE#4 *)", None),
        ("patch-tuesday(20, 02:00)", "cron(0 2 ? * TUE#4 *)", Some(6)),
        ("rate(7 days)", "rate(7 days)", None),
    ] {
        let schedule: Schedule = text.parse().unwrap();
        let offset_days = schedule.offset_days().map(policy::ScheduleOffset::get);
        assert_eq!((&*schedule.expression(), offset_days), (cron, offset));
        assert!(schedule.expression().parse::<Schedule>().is_ok(), "{cron} is what Systems Manager takes");
        assert_eq!(schedule.to_string(), text, "it is kept as it was given");
    }
}

#[test]
fn a_refused_patch_tuesday_says_which_part_is_wrong() {
    let refused = |text: &str| text.parse::<Schedule>().unwrap_err().allowed.into_owned();
    let (days, time) = (
        "patch-tuesday with 0 to 20 days after the second Tuesday",
        "patch-tuesday with a time of 00:00 to 23:59, after a comma",
    );
    assert_eq!(refused("patch-tuesday(21, 02:00)"), days);
    assert_eq!(refused("patch-tuesday(9, 25:00)"), time);
    assert_eq!(refused("patch-tuesday(-1, 2:00)"), format!("{days}; {time}"));
    assert!(refused("patch-tuesday(9)").contains("\"patch-tuesday(<days>, <HH:MM>)\""));
    assert!(refused("every month").contains("\"patch-tuesday(9, 02:00)\""));
}

#[test]
fn a_refusal_names_each_field_that_is_wrong() {
    let refused = "cron(75 2 ? * THU 1066)".parse::<Schedule>().unwrap_err();
    assert_eq!(refused.allowed, "minutes of 0 to 59 with , - * /; year of 1970 to 2199 with , - * /");
}
