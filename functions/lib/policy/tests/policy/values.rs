//! Values that each type accepts and refuses.

use std::fmt::Debug;
use std::str::FromStr;

use policy::{
    BucketName, ConcurrencyLimit, CutoffHours, Description, DocumentName, DurationHours, ErrorLimit, KeyPrefix,
    LogGroupName, Name, Priority, RoleName, ScheduleOffset, TagKey, TagValue, TargetKey, TimeoutSeconds, Timezone,
};

fn accepts<T: FromStr<Err: Debug> + AsRef<str>>(texts: &[&str]) {
    for text in texts {
        match text.parse::<T>() {
            Ok(value) => assert_eq!(value.as_ref(), *text),
            Err(error) => panic!("{text:?} should be accepted: {error:?}"),
        }
    }
}

fn refuses<T: FromStr>(texts: &[&str]) {
    for text in texts {
        assert!(text.parse::<T>().is_err(), "{text:?} should be refused");
    }
}

#[test]
fn a_name_has_3_to_128_letters_digits_underscores_hyphens_and_dots() {
    accepts::<Name>(&["sra_linux_maintenance", "a-b", "a.b", "123", &"x".repeat(128)]);
    refuses::<Name>(&["", "ab", "with space", "größe", "a/b", "a+b", "abc\n", &"x".repeat(129)]);
}

#[test]
fn a_description_has_1_to_128_characters_whatever_they_are() {
    accepts::<Description>(&["x", "Größe: 3 × 4", &"ä".repeat(128)]);
    refuses::<Description>(&["", &"ä".repeat(129)]);
}

#[test]
fn a_document_is_a_name_or_an_arn() {
    accepts::<DocumentName>(&[
        "AWS-RunPatchBaseline",
        "my_document.v1",
        "arn:aws:ssm:eu-west-1:111122223333:document/Shared",
    ]);
    refuses::<DocumentName>(&["", "ab", "with space", "a$b", &"x".repeat(129)]);
}

#[test]
fn a_concurrency_limit_is_a_number_from_1_or_a_percentage_from_1() {
    accepts::<ConcurrencyLimit>(&["1", "9", "10", "100", "9999999", "1%", "10%", "99%", "100%"]);
    refuses::<ConcurrencyLimit>(&[
        "", "%", "0", "0%", "01", "007", "05%", "101%", "1000%", "10000000", "-1", "+1", "1.5", "5 %", "five", "100%%",
        "١",
    ]);
}

#[test]
fn an_error_limit_may_also_be_nothing() {
    accepts::<ErrorLimit>(&["0", "1", "9999999", "0%", "1%", "99%", "100%"]);
    refuses::<ErrorLimit>(&["", "%", "00", "00%", "01", "05%", "101%", "10000000", "-1", "1.5"]);
}

#[test]
fn a_time_zone_is_one_of_the_database_and_spelled_as_there() {
    accepts::<Timezone>(&["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Etc/UTC", "GMT"]);
    refuses::<Timezone>(&["", "utc", "america/new_york", "Europe/Atlantis", "CEST", "+02:00", "Europe/Berlin "]);
}

#[test]
fn a_target_key_is_one_of_five_forms() {
    accepts::<TargetKey>(&[
        "tag:InstanceOS",
        "tag:aws:autoscaling:groupName",
        "tag:Büro 1",
        "tag-key",
        "InstanceIds",
        "resource-groups:Name",
        "resource-groups:ResourceTypeFilters",
    ]);
    refuses::<TargetKey>(&[
        "",
        "tag:",
        "tag:a+b",
        "tag:a*",
        "Tag:x",
        "instanceids",
        "resource-groups:Other",
        "WindowTargetIds",
    ]);
    refuses::<TargetKey>(&[&format!("tag:{}", "x".repeat(129))]);
}

#[test]
fn a_role_is_a_name_with_or_without_its_path() {
    let longest = "x".repeat(64);
    accepts::<RoleName>(&["patch-manager-task", "service-role/Name", "a/b/c+=,.@_-", &longest]);
    refuses::<RoleName>(&[
        "",
        "/",
        "/service-role/Name",
        "service-role/",
        "with space",
        "arn:aws:iam::111122223333:role/Name",
    ]);
    refuses::<RoleName>(&[&format!("{longest}x")]);
}

#[test]
fn an_owner_tag_is_one_that_a_window_may_carry() {
    accepts::<TagKey>(&["createdBy", "Büro 1", "a:b/c=d+e-f@g.h_i", "awsome", "aws", "ÿ", &"x".repeat(128)]);
    // IAM's policies, which name the tag, take nothing above U+00FF.
    refuses::<TagKey>(&[
        "",
        "Ā",
        "標籤",
        "{{a}}",
        "aws:created",
        "AWS:created",
        "a*b",
        "a\tb",
        "a,b",
        &"x".repeat(129),
    ]);
    accepts::<TagValue>(&["SRA_Patch_Management", "aws:x", &"x".repeat(256)]);
    refuses::<TagValue>(&["", "a*b", "Ā", "{{a}}", &"x".repeat(257)]);
}

#[test]
fn a_bucket_and_what_goes_into_it_have_names_that_s3_takes() {
    accepts::<BucketName>(&["abc", "my-bucket.logs-1", &"x".repeat(63)]);
    refuses::<BucketName>(&["", "ab", "My-Bucket", "-abc", "abc-", "a..b", "a_b", &"x".repeat(64)]);
    accepts::<KeyPrefix>(&["patching/output", &"x".repeat(500)]);
    refuses::<KeyPrefix>(&["", &"x".repeat(501)]);
}

#[test]
fn a_log_group_has_a_name_that_cloudwatch_takes() {
    accepts::<LogGroupName>(&["/aws/ssm/patching", "a", "a#b_c.d-e", &"x".repeat(512)]);
    refuses::<LogGroupName>(&["", "with space", "a:b", &"x".repeat(513)]);
}

#[test]
fn numbers_stay_within_their_ranges() {
    assert_eq!(ScheduleOffset::new(1).map(ScheduleOffset::get), Some(1));
    assert_eq!(ScheduleOffset::new(6).map(ScheduleOffset::get), Some(6));
    assert_eq!((ScheduleOffset::new(0), ScheduleOffset::new(7)), (None, None));
    assert_eq!(TimeoutSeconds::new(30).map(TimeoutSeconds::get), Some(30));
    assert_eq!(TimeoutSeconds::new(2_592_000).map(TimeoutSeconds::get), Some(2_592_000));
    assert_eq!((TimeoutSeconds::new(29), TimeoutSeconds::new(2_592_001)), (None, None));
    assert_eq!(Priority::new(0).map(Priority::get), Some(0));
    assert_eq!(Priority::new(-1), None);
    assert_eq!([0, 1, 24, 25].map(|hours| DurationHours::new(hours).is_some()), [false, true, true, false]);
    assert_eq!([0, 23, 24].map(|hours| CutoffHours::new(hours).is_some()), [true, true, false]);
}
