//! Identifiers that are accepted and refused.

use std::str::FromStr;

use policy::RoleArn;
use policy::ids::{AccountId, OrganizationalUnitId, Region, RunId};

fn is<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

#[test]
fn an_account_id_has_12_digits() {
    assert!(is::<AccountId>("111122223333") && is::<AccountId>("000000000000"));
    for text in ["", "11112222333", "1111222233334", "1111-2222-3333", "11112222333a", "١١١١٢٢٢٢٣٣٣٣"] {
        assert!(!is::<AccountId>(text), "{text}");
    }
}

#[test]
fn a_region_has_the_form_of_a_region_in_any_partition() {
    for text in ["eu-west-1", "us-gov-east-1", "cn-northwest-1", "us-iso-east-1", "eusc-de-east-1", "ap-southeast-10"] {
        assert!(is::<Region>(text), "{text}");
    }
    for text in [
        "",
        "eu",
        "eu-west",
        "eu-1",
        "EU-WEST-1",
        "eu-west-1a",
        "eu-west-123",
        "eu--1",
        "europe-west-1",
        "e-west-1",
        "*",
    ] {
        assert!(!is::<Region>(text), "{text}");
    }
}

#[test]
fn a_run_has_the_name_of_an_execution() {
    assert!(is::<RunId>("a") && is::<RunId>("2026-11-23_drift") && is::<RunId>(&"x".repeat(80)));
    assert!(!is::<RunId>("") && !is::<RunId>("a b") && !is::<RunId>("a/b") && !is::<RunId>(&"x".repeat(81)));
}

#[test]
fn an_organizational_unit_or_the_root_is_accepted() {
    for text in ["ou-ab12-12345678", "r-ab12", "ou-abcd-0123456789abcdefghijklmnopqrstuv"] {
        assert!(is::<OrganizationalUnitId>(text), "{text}");
    }
    for text in [
        "",
        "ou-ab12",
        "ou-ab1-12345678",
        "ou-ab12-1234567",
        "OU-ab12-12345678",
        "r-ab1",
        "r-AB12",
        "ou-ab12-12345678-x",
    ] {
        assert!(!is::<OrganizationalUnitId>(text), "{text}");
    }
}

#[test]
fn a_role_arn_may_be_of_any_partition() {
    assert!(is::<RoleArn>("arn:aws:iam::111122223333:role/patch-manager-task"));
    assert!(is::<RoleArn>("arn:aws-us-gov:iam::111122223333:role/service-role/Name"));
    for text in [
        "",
        "patch-manager-task",
        "arn:aws:iam::111122223333:user/x",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::111122223333:role/",
    ] {
        assert!(!is::<RoleArn>(text), "{text}");
    }
}

#[test]
fn an_id_is_a_plain_text_in_json() {
    let account: AccountId = serde_json::from_str("\"111122223333\"").unwrap();
    assert_eq!(serde_json::to_string(&account).unwrap(), "\"111122223333\"");
    let error = serde_json::from_str::<AccountId>("\"1\"").unwrap_err().to_string();
    assert_eq!(error, "\"1\" is no AccountId; allowed: 12 digits, such as \"111122223333\"");
}
