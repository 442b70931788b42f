//! The small parts of a policy.

use std::collections::BTreeMap;
use std::str::FromStr;

use policy::ids::{AccountId, OrganizationalUnitId, Region};
use policy::{
    ConcurrencyLimit, CutoffBehavior, CutoffHours, Description, Dhmc, DocumentName, DocumentVersion, DurationHours,
    ErrorLimit, Name, OnDelete, Output, OwnerTag, Priority, RoleName, ScheduleOffset, Scope, TimeoutSeconds, Timezone,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// Reads what a strategy for texts makes; what is not valid is left out.
pub(super) fn parsed<T: FromStr + std::fmt::Debug>(texts: impl Strategy<Value = String>) -> impl Strategy<Value = T> {
    texts.prop_filter_map("a valid text", |text| text.parse().ok())
}

/// Any account's id.
pub fn account_id() -> impl Strategy<Value = AccountId> {
    parsed("[0-9]{12}")
}

/// One of a few Regions.
pub fn region() -> impl Strategy<Value = Region> {
    parsed(
        select(vec!["eu-west-1", "us-east-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]).prop_map(str::to_owned),
    )
}

/// Any valid name, short.
pub fn name() -> impl Strategy<Value = Name> {
    parsed("[a-zA-Z0-9_.-]{3,20}")
}

/// Any valid description, short.
pub fn description() -> impl Strategy<Value = Description> {
    parsed("\\PC{1,40}")
}

/// Any valid role, with or without a path.
pub fn role() -> impl Strategy<Value = RoleName> {
    parsed("(service-role/|a/b/)?[a-zA-Z0-9+=,.@_-]{1,64}")
}

/// Any valid owner tag.
pub fn owner_tag() -> impl Strategy<Value = OwnerTag> {
    let key = parsed("[A-Za-z0-9 _.:/=+@-]{1,40}");
    let value = parsed("[A-Za-zäé0-9 _.:/=+@-]{1,40}");
    (key, value).prop_map(|(key, value)| OwnerTag { key, value })
}

/// Any organizational unit but a root.
pub(super) fn organizational_unit() -> impl Strategy<Value = OrganizationalUnitId> {
    parsed("ou-[0-9a-z]{4,8}-[0-9a-z]{8,12}")
}

/// Any valid scope.
pub fn scope() -> impl Strategy<Value = Scope> {
    let included = btree_set(prop_oneof![organizational_unit(), parsed("r-[0-9a-z]{4}")], 0..3);
    let excluded = btree_set(organizational_unit(), 0..3);
    let accounts = btree_set(account_id(), 0..4);
    (included, excluded, accounts, btree_set(region(), 0..4), any::<bool>()).prop_map(
        |(included_organizational_units, excluded, excluded_accounts, regions, only)| Scope {
            excluded_organizational_units: &excluded - &included_organizational_units,
            included_organizational_units,
            excluded_accounts,
            control_tower_regions_only: only && regions.is_empty(),
            regions,
        },
    )
}

/// Any valid DHMC setting.
pub fn dhmc() -> impl Strategy<Value = Dhmc> {
    let on_delete = prop_oneof![Just(OnDelete::Keep), Just(OnDelete::Reset)];
    (option::of(role()), any::<bool>(), any::<bool>(), on_delete).prop_map(|(role, enabled, overwrite, on_delete)| {
        Dhmc { enabled: enabled && role.is_some(), role, overwrite, on_delete }
    })
}

pub(super) fn timezone() -> impl Strategy<Value = Timezone> {
    parsed(select(vec!["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata"]).prop_map(str::to_owned))
}

pub(super) fn schedule_offset() -> impl Strategy<Value = ScheduleOffset> {
    (1..=6u8).prop_filter_map("in range", ScheduleOffset::new)
}

pub(super) fn duration_and_cutoff() -> impl Strategy<Value = (DurationHours, CutoffHours)> {
    (1..=24u8)
        .prop_flat_map(|hours| (Just(hours), 0..hours))
        .prop_filter_map("in range", |(hours, cutoff)| Some((DurationHours::new(hours)?, CutoffHours::new(cutoff)?)))
}

pub(super) fn concurrency_limit() -> impl Strategy<Value = ConcurrencyLimit> {
    parsed("[1-9][0-9]{0,6}|[1-9][0-9]?%|100%")
}

pub(super) fn error_limit() -> impl Strategy<Value = ErrorLimit> {
    parsed("0|[1-9][0-9]{0,6}|[1-9]?[0-9]%|100%")
}

pub(super) fn timeout_seconds() -> impl Strategy<Value = TimeoutSeconds> {
    (30..=2_592_000).prop_filter_map("in range", TimeoutSeconds::new)
}

pub(super) fn priority() -> impl Strategy<Value = Priority> {
    (0..=i32::MAX).prop_filter_map("in range", Priority::new)
}

pub(super) fn cutoff_behavior() -> impl Strategy<Value = CutoffBehavior> {
    prop_oneof![Just(CutoffBehavior::ContinueTask), Just(CutoffBehavior::CancelTask)]
}

pub(super) fn document_version() -> impl Strategy<Value = DocumentVersion> {
    parsed("\\$DEFAULT|\\$LATEST|[1-9][0-9]?")
}

pub(super) fn output() -> impl Strategy<Value = Output> {
    let bucket = option::of((parsed("[a-z][a-z0-9-]{1,20}[a-z0-9]"), option::of(parsed("[a-z/]{1,20}"))));
    (bucket, option::of(parsed("[A-Za-z0-9._/#-]{1,40}"))).prop_map(|(bucket, cloud_watch_log_group)| {
        let (s3_bucket, s3_prefix) = bucket.unzip();
        Output { s3_bucket, s3_prefix: s3_prefix.flatten(), cloud_watch_log_group }
    })
}

/// A document and parameters that it takes.
pub(super) fn document_with_parameters() -> impl Strategy<Value = (DocumentName, BTreeMap<String, Vec<String>>)> {
    let one = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    let baseline = (any::<bool>(), option::of(any::<bool>())).prop_map(move |(install, reboot)| {
        let operation = one("Operation", if install { "Install" } else { "Scan" });
        let reboot = reboot.map(|yes| one("RebootOption", if yes { "RebootIfNeeded" } else { "NoReboot" }));
        ("AWS-RunPatchBaseline".to_owned(), std::iter::once(operation).chain(reboot).collect())
    });
    let agent = Just(("AWS-UpdateSSMAgent".to_owned(), BTreeMap::new()));
    let other = ("Own-[A-Za-z0-9_.-]{1,20}", btree_map("[A-Za-z]{1,9}", vec("\\PC{0,20}", 0..3), 0..3));
    prop_oneof![baseline, agent, other]
        .prop_filter_map("a document", |(document, parameters)| Some((document.parse().ok()?, parameters)))
}
