//! Patch baselines: those of AWS, one for each operating system, and the account's own.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribePatchBaselines.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribePatchGroups.html>
//!
//! A baseline of AWS goes by its ARN, in an account of AWS. Not confirmed: which account that is in which Region, and that
//! `DescribeInstancePatchStates` names it by the id alone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::derive;
use crate::error::ServiceError;
use crate::hosts::Host;
use crate::pages::{Listed, Page};
use crate::state::{Answer, Context, Fields, Holdings, known, strings, text};

/// AWS's own.
const OWNER: &str = "075727635805";

/// Operating system, name, days from a patch's release to its approval.
const OF_AWS: [(&str, &str, i64); 15] = [
    ("WINDOWS", "AWS-DefaultPatchBaseline", 7),
    ("AMAZON_LINUX", "AWS-AmazonLinuxDefaultPatchBaseline", 7),
    ("AMAZON_LINUX_2", "AWS-AmazonLinux2DefaultPatchBaseline", 7),
    ("AMAZON_LINUX_2022", "AWS-AmazonLinux2022DefaultPatchBaseline", 7),
    ("AMAZON_LINUX_2023", "AWS-AmazonLinux2023DefaultPatchBaseline", 7),
    ("UBUNTU", "AWS-UbuntuDefaultPatchBaseline", 0),
    ("REDHAT_ENTERPRISE_LINUX", "AWS-RedHatDefaultPatchBaseline", 7),
    ("SUSE", "AWS-SuseDefaultPatchBaseline", 7),
    ("CENTOS", "AWS-CentOSDefaultPatchBaseline", 0),
    ("ORACLE_LINUX", "AWS-OracleLinuxDefaultPatchBaseline", 7),
    ("DEBIAN", "AWS-DebianDefaultPatchBaseline", 0),
    ("MACOS", "AWS-MacOSDefaultPatchBaseline", 7),
    ("RASPBIAN", "AWS-DefaultRaspbianPatchBaseline", 0),
    ("ROCKY_LINUX", "AWS-RockyLinuxDefaultPatchBaseline", 7),
    ("ALMA_LINUX", "AWS-DefaultAlmaLinuxPatchBaseline", 7),
];

/// One patch baseline, with at most one approval rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// `pb-` with 17 hexadecimal digits; an ARN if it is AWS's.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `WINDOWS`, `AMAZON_LINUX_2023`, …
    pub operating_system: String,
    /// Days from a patch's release to its approval; without it and without a date there is no rule, and only `approved_patches` are
    /// approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_after_days: Option<i64>,
    /// In place of the days: what was released on this day or before is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_until_date: Option<Date>,
    /// `COMPLIANT` or `NON_COMPLIANT`: what a Windows host is for which security updates are out that are not approved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_security_updates_compliance_status: Option<String>,
    /// Patches that are approved whatever the rule says.
    #[serde(default)]
    pub approved_patches: Vec<String>,
    /// Patches that are not to be installed.
    #[serde(default)]
    pub rejected_patches: Vec<String>,
    /// Whether it is the account's default for its operating system, in place of AWS's.
    #[serde(default)]
    pub is_default: bool,
    /// The patch groups that are registered to it.
    #[serde(default)]
    pub patch_groups: Vec<String>,
}

/// One of a list.
struct Numbered<T>(u64, T);

impl<T> Listed for Numbered<T> {
    fn sequence(&self) -> u64 {
        self.0
    }
}

impl Baseline {
    /// The id without what goes before it in an ARN.
    pub(crate) fn bare_id(&self) -> &str {
        bare(&self.id)
    }

    fn is_of_aws(&self) -> bool {
        self.id.starts_with("arn:")
    }

    fn described(&self) -> Value {
        let filter = json!({ "PatchFilters": [{ "Key": "CLASSIFICATION", "Values": ["Security"] }] });
        let rule = known(json!({
            "PatchFilterGroup": filter, "ComplianceLevel": "UNSPECIFIED", "ApproveAfterDays": self.approve_after_days,
            "ApproveUntilDate": self.approve_until_date, "EnableNonSecurity": false
        }));
        let rule = self.has_rule().then_some(rule);
        known(json!({
            "BaselineId": self.id,
            "Name": self.name,
            "OperatingSystem": self.operating_system,
            "GlobalFilters": { "PatchFilters": [] },
            "ApprovalRules": { "PatchRules": rule.into_iter().collect::<Vec<_>>() },
            "ApprovedPatches": self.approved_patches,
            "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
            "ApprovedPatchesEnableNonSecurity": false,
            "RejectedPatches": self.rejected_patches,
            "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
            "PatchGroups": self.patch_groups,
            "AvailableSecurityUpdatesComplianceStatus": self.available_security_updates_compliance_status,
            "CreatedDate": 1_700_000_000.0,
            "ModifiedDate": 1_700_000_000.0,
        }))
    }

    fn has_rule(&self) -> bool {
        self.approve_after_days.is_some() || self.approve_until_date.is_some()
    }

    /// Until when patches came out that its rule approves at a moment; none without a rule.
    pub(crate) fn approved_until(&self, at: Timestamp) -> Option<Timestamp> {
        let of_days = |days| at.saturating_sub(SignedDuration::from_hours(days * 24)).unwrap_or(Timestamp::MIN);
        let end_of_day = |date: Date| date.tomorrow().and_then(|next| TimeZone::UTC.to_timestamp(next.into()));
        let of_date = |date| end_of_day(date).unwrap_or(Timestamp::MAX).min(at);
        self.approve_after_days.map(of_days).or_else(|| self.approve_until_date.map(of_date))
    }
}

fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn of_aws(region: &str) -> impl Iterator<Item = Baseline> {
    OF_AWS.into_iter().map(move |(system, name, days)| {
        let digits = derive::hex(0, &["baseline", region, system], 0, 17);
        Baseline {
            id: format!("arn:aws:ssm:{region}:{OWNER}:patchbaseline/pb-{digits}"),
            name: name.into(),
            operating_system: system.into(),
            approve_after_days: Some(days),
            ..Baseline::default()
        }
    })
}

impl Holdings {
    /// AWS's and the account's own.
    pub(crate) fn all_baselines(&self, region: &str) -> Vec<Baseline> {
        of_aws(region).chain(self.baselines.iter().cloned()).collect()
    }

    /// The account's default for an operating system, or AWS's.
    pub(crate) fn default_baseline(&self, region: &str, system: &str) -> Option<Baseline> {
        let own = self.baselines.iter().find(|one| one.is_default && one.operating_system == system).cloned();
        own.or_else(|| of_aws(region).find(|one| one.operating_system == system))
    }

    /// The one with which a host is patched: that of its patch group, or the default for its operating system.
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html>
    pub(crate) fn baseline_of(&self, region: &str, host: &Host) -> Option<Baseline> {
        let system = host.node.as_ref()?.operating_system()?;
        let of_group = host.patch_group().and_then(|group| {
            let is_registered = |one: &&Baseline| one.patch_groups.iter().any(|registered| registered == group);
            self.baselines.iter().filter(|one| one.operating_system == system).find(is_registered)
        });
        of_group.cloned().or_else(|| self.default_baseline(region, system))
    }

    pub(crate) fn get_baseline(&self, context: Context<'_>, input: &Fields) -> Answer {
        let id = text(input, "BaselineId");
        let found = self.all_baselines(context.region).into_iter().find(|one| one.bare_id() == bare(id));
        let missing = || ServiceError::new("DoesNotExistException", format!("Patch baseline {id} does not exist"));
        found.map(|baseline| baseline.described()).ok_or_else(missing)
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDefaultPatchBaseline.html>
    pub(crate) fn get_default_baseline(&self, context: Context<'_>, input: &Fields) -> Value {
        let system = system_of(input);
        let id = self.default_baseline(context.region, system).map(|baseline| baseline.id);
        json!({ "BaselineId": id, "OperatingSystem": system })
    }

    /// A group is registered with one baseline an operating system.
    pub(crate) fn describe_patch_groups(&self, context: Context<'_>, input: &Fields) -> Answer {
        let page = Page::with_own_code(input, context.config, 100)?;
        let own = self.baselines.iter();
        let pairs = own.flat_map(|one| one.patch_groups.iter().map(move |group| (group.clone(), one.clone())));
        let mut numbered: Vec<_> = (1..).zip(pairs).map(|(number, pair)| Numbered(number, pair)).collect();
        Ok(page.answer("Mappings", numbered.iter_mut(), |Numbered(_, (group, baseline))| {
            json!({ "PatchGroup": group, "BaselineIdentity": self.identity(context, baseline) })
        }))
    }

    fn identity(&self, context: Context<'_>, baseline: &Baseline) -> Value {
        let default = self.default_baseline(context.region, &baseline.operating_system);
        json!({
            "BaselineId": baseline.id,
            "BaselineName": baseline.name,
            "OperatingSystem": baseline.operating_system,
            "DefaultBaseline": default.is_some_and(|default| default.id == baseline.id),
        })
    }

    pub(crate) fn describe_baselines(&self, context: Context<'_>, input: &Fields) -> Answer {
        let page = Page::with_own_code(input, context.config, 100)?;
        let list = input.get("Filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let filters: Vec<_> = list.iter().map(|one| (text_of(one, "Key"), strings(one.get("Values")))).collect();
        let passes = |baseline: &Baseline| {
            filters.iter().all(|(key, values)| match *key {
                "NAME_PREFIX" => values.iter().any(|value| baseline.name.starts_with(value.as_str())),
                "OWNER" => values.iter().any(|value| value == "All" || (value == "AWS") == baseline.is_of_aws()),
                "OPERATING_SYSTEM" => values.contains(&baseline.operating_system),
                _ => true,
            })
        };
        let all = self.all_baselines(context.region);
        let mut numbered: Vec<_> = (1..).zip(all).map(|(number, one)| Numbered(number, one)).collect();
        let found = numbered.iter_mut().filter(|one| passes(&one.1));
        Ok(page.answer("BaselineIdentities", found, |Numbered(_, baseline)| self.identity(context, baseline)))
    }
}

/// The one that is asked for; "the default operating system is Windows".
pub(crate) fn system_of(input: &Fields) -> &str {
    Some(text(input, "OperatingSystem")).filter(|system| !system.is_empty()).unwrap_or("WINDOWS")
}

fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::Fleet;
    use crate::operation::Operation;
    use crate::testing::{ACCOUNT, REGION, Region};

    fn own() -> Baseline {
        Baseline {
            id: "pb-0123456789abcdef0".into(),
            name: "Canary".into(),
            operating_system: "AMAZON_LINUX_2023".into(),
            is_default: true,
            ..Baseline::default()
        }
    }

    fn region_with_own() -> Region {
        let mut region = Region::new();
        let fleet = Fleet { account: ACCOUNT.into(), region: REGION.into(), baselines: vec![own()], hosts: Vec::new() };
        region.put_fleet(&fleet).unwrap();
        region
    }

    fn default(region: &mut Region, system: &str) -> Value {
        let default = region.ok(Operation::GetDefaultPatchBaseline, json!({ "OperatingSystem": system }));
        region.ok(Operation::GetPatchBaseline, json!({ "BaselineId": default["BaselineId"] }))
    }

    #[test]
    fn aws_approves_after_a_week_and_at_once_on_ubuntu_and_debian() {
        let mut region = Region::new();
        for (system, days) in [("WINDOWS", 7), ("AMAZON_LINUX_2023", 7), ("SUSE", 7), ("UBUNTU", 0), ("DEBIAN", 0)] {
            let rules = &default(&mut region, system)["ApprovalRules"]["PatchRules"];
            assert_eq!(rules[0]["ApproveAfterDays"], days, "{system}");
        }
    }

    #[test]
    fn without_an_operating_system_the_default_is_that_of_windows() {
        let answer = Region::new().ok(Operation::GetDefaultPatchBaseline, json!({}));
        assert_eq!(answer["OperatingSystem"], "WINDOWS");
        assert!(answer["BaselineId"].as_str().unwrap().starts_with("arn:aws:ssm:eu-west-1:"));
    }

    #[test]
    fn the_accounts_own_default_goes_before_that_of_aws_and_may_approve_nothing() {
        let mut region = region_with_own();
        let own = default(&mut region, "AMAZON_LINUX_2023");
        assert_eq!((&own["Name"], &own["ApprovalRules"]["PatchRules"]), (&json!("Canary"), &json!([])));
        assert_eq!(default(&mut region, "UBUNTU")["Name"], "AWS-UbuntuDefaultPatchBaseline");
    }

    #[test]
    fn baselines_are_found_by_owner_system_and_name() {
        let mut region = region_with_own();
        let mut found = |key: &str, value: &str| {
            let input = json!({ "Filters": [{ "Key": key, "Values": [value] }] });
            region.ok(Operation::DescribePatchBaselines, input)["BaselineIdentities"].as_array().unwrap().clone()
        };
        assert_eq!(found("OWNER", "Self").len(), 1);
        assert_eq!(found("OWNER", "AWS").len(), 15);
        assert_eq!(found("NAME_PREFIX", "Can").len(), 1);
        let linux = found("OPERATING_SYSTEM", "AMAZON_LINUX_2023");
        let defaults: Vec<_> = linux.iter().map(|one| one["DefaultBaseline"] == true).collect();
        assert_eq!(defaults, [false, true]);
    }

    #[test]
    fn a_baseline_that_does_not_exist_is_refused() {
        let input = json!({ "BaselineId": "pb-ffffffffffffffff0" });
        assert_eq!(Region::new().refused(Operation::GetPatchBaseline, input).code, "DoesNotExistException");
    }

    #[test]
    fn groups_are_listed_with_the_baseline_that_they_are_registered_with() {
        let mut region = Region::new();
        let baseline = Baseline { patch_groups: vec!["web".into(), "db".into()], is_default: false, ..own() };
        let fleet =
            Fleet { account: ACCOUNT.into(), region: REGION.into(), baselines: vec![baseline], hosts: Vec::new() };
        region.put_fleet(&fleet).unwrap();
        let mappings = region.ok(Operation::DescribePatchGroups, json!({}))["Mappings"].take();
        let groups: Vec<_> = mappings.as_array().unwrap().iter().map(|one| one["PatchGroup"].clone()).collect();
        assert_eq!(groups, ["web", "db"]);
        assert_eq!(mappings[0]["BaselineIdentity"]["BaselineName"], "Canary");
    }

    #[test]
    fn a_date_in_place_of_days_approves_what_was_released_until_its_end() {
        let until = Baseline { approve_until_date: Some("2026-11-10".parse().unwrap()), ..own() };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(until.approved_until(at("2026-11-29T00:00:00Z")), Some(at("2026-11-11T00:00:00Z")));
        assert_eq!(until.approved_until(at("2026-11-10T12:00:00Z")), Some(at("2026-11-10T12:00:00Z")));
        assert_eq!(until.described()["ApprovalRules"]["PatchRules"][0]["ApproveUntilDate"], "2026-11-10");
        assert_eq!(own().approved_until(at("2026-11-29T00:00:00Z")), None);
    }
}
