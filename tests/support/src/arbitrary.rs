//! Strategies for property tests: every part of a policy, and policies of every shape that is valid.

pub mod json;
mod parts;
mod waves;

use std::collections::BTreeMap;

use policy::{
    Filter, HaltAbovePercent, NamedFilter, OnRegionDenied, PatchPolicy, Schedule, ScheduleKind, Target, Task, Window,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

pub use parts::{account_id, description, dhmc, name, owner_tag, region, role, scope};
use parts::{
    concurrency_limit, cutoff_behavior, document_version, document_with_parameters, duration_and_cutoff, error_limit,
    output, parsed, priority, schedule_offset, timeout_seconds, timezone,
};
pub use waves::policy_with_waves;

/// Any valid policy without waves; small, with up to four windows.
pub fn policy() -> impl Strategy<Value = PatchPolicy> {
    let windows = btree_map(name(), window(), 0..5).prop_map(|windows| {
        let named = |(name, window)| Window { name, ..window };
        windows.into_iter().map(named).collect()
    });
    let denied = prop_oneof![Just(OnRegionDenied::Skip), Just(OnRegionDenied::Fail)];
    (scope(), windows, dhmc(), any::<bool>(), option::of(role()), owner_tag(), any::<bool>(), denied).prop_map(
        |(scope, windows, dhmc, pin_document_hash, task_role, owner_tag, disabled, on_region_denied)| PatchPolicy {
            scope,
            windows,
            waves: Vec::new(),
            halt_above_percent: HaltAbovePercent::default(),
            dhmc,
            pin_document_hash,
            task_role,
            owner_tag,
            disabled,
            on_region_denied,
        },
    )
}

/// Any valid window.
pub fn window() -> impl Strategy<Value = Window> {
    let texts = (name(), option::of(description()), schedule(), timezone());
    let times = (option::of(schedule_offset()), duration_and_cutoff(), any::<bool>());
    (texts, times, target(), task()).prop_map(|((name, description, schedule, timezone), times, target, task)| {
        let (offset, (duration_hours, cutoff_hours), enabled) = times;
        let is_cron = schedule.kind() == ScheduleKind::Cron;
        Window {
            name,
            description,
            schedule,
            timezone,
            schedule_offset_days: offset.filter(|_| is_cron),
            duration_hours,
            cutoff_hours,
            enabled,
            target,
            task,
        }
    })
}

/// Any valid schedule, of all forms.
pub fn schedule() -> impl Strategy<Value = Schedule> {
    let days =
        prop_oneof!["([1-9]|1[0-9]|2[0-8]|L|LW|15W|\\*|1-7|1/2) \\* \\?", "\\? \\* (SUN#1|MON-FRI|6L|2,4|\\*|THU)"];
    let cron =
        ("([1-5]?[0-9] )?[1-5]?[0-9] (1?[0-9]|2[0-3])", days).prop_map(|(time, days)| format!("cron({time} {days} *)"));
    let rate = (2..100u32, select(vec!["hours", "days"])).prop_map(|(number, unit)| format!("rate({number} {unit})"));
    let at = (2026..2100u16, 1..13u8, 1..29u8, 0..24u8)
        .prop_map(|(year, month, day, hour)| format!("at({year}-{month:02}-{day:02}T{hour:02}:00:00)"));
    let patch_tuesday = (0..=20u8, 0..24u8, 0..60u8)
        .prop_map(|(days, hour, minute)| format!("patch-tuesday({days}, {hour:02}:{minute:02})"));
    parsed(prop_oneof![cron, rate, at, patch_tuesday])
}

/// Any valid target, of both forms.
pub fn target() -> impl Strategy<Value = Target> {
    let by = |key: &'static str, value: &'static str, most| (Just(key.to_owned()), vec(value, 1..=most));
    let tags = || {
        let value = "\\PC{0,20}".prop_filter("no wildcard", |value| value != "*");
        let any = ("tag:[A-Za-z0-9 _.:/=@-]{1,20}", vec(value, 1..=5));
        prop_oneof![4 => any, 1 => by("tag-key", "[A-Za-z]{1,20}", 5)]
    };
    let group = || by("resource-groups:Name", "[A-Za-z0-9_.-]{1,20}", 1);
    let types = || by("resource-groups:ResourceTypeFilters", "AWS::[A-Z]{2,5}::[A-Za-z]{2,9}", 5);
    let one = prop_oneof![4 => tags(), 1 => by("InstanceIds", "(i|mi)-[0-9a-f]{17}", 50), 1 => group(), 1 => types()];
    let one = (option::of(name()), option::of(description()), one)
        .prop_filter_map("a key", |(name, description, one)| {
            Some(Target::One(NamedFilter { name, description, filter: filter(one)? }))
        });
    let every = prop_oneof![4 => vec(tags(), 1..=5), 1 => (group(), types()).prop_map(|both| [both.0, both.1].into())];
    let every = every.prop_filter_map("keys of their own", |filters| {
        let by_key: BTreeMap<_, _> = filters.into_iter().collect();
        Some(Target::Every(by_key.into_iter().map(filter).collect::<Option<_>>()?))
    });
    prop_oneof![3 => one, 1 => every]
}

fn filter((key, values): (String, Vec<String>)) -> Option<Filter> {
    Some(Filter { key: key.parse().ok()?, values })
}

/// Any valid task, of a known document or another.
pub fn task() -> impl Strategy<Value = Task> {
    let texts = (name(), option::of(description()), document_with_parameters());
    let limits = (concurrency_limit(), error_limit(), timeout_seconds(), priority());
    let rest = (cutoff_behavior(), output(), document_version());
    (texts, limits, rest).prop_map(|(texts, limits, (cutoff_behavior, output, document_version))| {
        let (name, description, (document, parameters)) = texts;
        let (max_concurrency, max_errors, timeout_seconds, priority) = limits;
        Task {
            name,
            description,
            document,
            document_version,
            parameters,
            max_concurrency,
            max_errors,
            timeout_seconds,
            priority,
            cutoff_behavior,
            output,
        }
    })
}
