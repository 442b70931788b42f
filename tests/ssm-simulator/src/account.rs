//! Which Regions an account has, as `account:ListRegions` and `ec2:DescribeRegions` tell it.
//!
//! <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::error::ServiceError;

/// The Regions that every account has without opting in.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
pub const DEFAULT_REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

fn enabled<'a>(config: &'a Config, account: &str) -> &'a [String] {
    config.account_regions.get(account).unwrap_or(&config.regions)
}

/// A Region that the account has not enabled does not know the account's credentials.
/// <https://docs.aws.amazon.com/general/latest/gr/rande-manage.html>
pub(crate) fn check_region(config: &Config, account: &str, region: &str) -> Result<(), ServiceError> {
    if enabled(config, account).iter().any(|one| one == region) {
        return Ok(());
    }
    Err(ServiceError::with_usual_message("UnrecognizedClientException"))
}

/// Answers `ListRegions` for the caller's account, or for the one named.
pub(crate) fn list_regions(config: &Config, caller: &str, input: &Map<String, Value>) -> Result<Value, ServiceError> {
    let account = input.get("AccountId").and_then(Value::as_str).unwrap_or(caller);
    let own = enabled(config, account);
    let everywhere: BTreeSet<&str> =
        config.regions.iter().chain(config.account_regions.values().flatten()).map(String::as_str).collect();
    let wanted: Option<Vec<&str>> = input
        .get("RegionOptStatusContains")
        .and_then(Value::as_array)
        .map(|wanted| wanted.iter().filter_map(Value::as_str).collect());
    let regions: Vec<(&str, &str)> = everywhere
        .into_iter()
        .map(|region| (region, opt_status(own, region)))
        .filter(|(_, status)| wanted.as_ref().is_none_or(|wanted| wanted.contains(status)))
        .collect();
    page(&regions, input)
}

/// Answers `DescribeRegions` without parameters: the Regions that are enabled for the caller's account.
pub(crate) fn describe_regions(config: &Config, caller: &str) -> Value {
    let regions = enabled(config, caller).iter().map(|region| json!({ "RegionName": region }));
    json!({ "Regions": regions.collect::<Vec<_>>() })
}

fn opt_status(own: &[String], region: &str) -> &'static str {
    if !own.iter().any(|one| one == region) {
        "DISABLED"
    } else if DEFAULT_REGIONS.contains(&region) {
        "ENABLED_BY_DEFAULT"
    } else {
        "ENABLED"
    }
}

fn page(regions: &[(&str, &str)], input: &Map<String, Value>) -> Result<Value, ServiceError> {
    let size = match input.get("MaxResults") {
        None => 50,
        Some(size) => size
            .as_u64()
            .filter(|size| (1..=50).contains(size))
            .and_then(|size| usize::try_from(size).ok())
            .ok_or_else(|| ServiceError::constraint(size, "maxResults", "Member must be between 1 and 50"))?,
    };
    let begin = match input.get("NextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => token.parse().map_err(|_| ServiceError::validation("Invalid NextToken"))?,
    };
    let end = regions.len().min(begin + size);
    let page: Vec<Value> = regions
        .get(begin..end)
        .unwrap_or_default()
        .iter()
        .map(|(region, status)| json!({ "RegionName": region, "RegionOptStatus": status }))
        .collect();
    let mut answer = json!({ "Regions": page });
    if end < regions.len() {
        answer["NextToken"] = Value::String(end.to_string());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let mut config = Config { regions: vec!["eu-west-1".into(), "us-east-1".into()], ..Config::default() };
        config.account_regions.insert("222222222222".into(), vec!["eu-west-1".into(), "eu-south-2".into()]);
        config
    }

    #[test]
    fn an_opt_in_region_is_enabled_only_in_the_account_that_has_it() {
        let answer = |account| list_regions(&config(), account, &Map::new()).unwrap()["Regions"].clone();
        let status = |account, region| {
            let regions = answer(account);
            let found = regions.as_array().unwrap().iter().find(|one| one["RegionName"] == region).cloned();
            found.unwrap()["RegionOptStatus"].clone()
        };
        assert_eq!(status("222222222222", "eu-south-2"), "ENABLED");
        assert_eq!(status("111111111111", "eu-south-2"), "DISABLED");
        assert_eq!(status("222222222222", "us-east-1"), "DISABLED");
        assert_eq!(status("111111111111", "us-east-1"), "ENABLED_BY_DEFAULT");
    }

    #[test]
    fn regions_come_in_pages_and_can_be_narrowed_by_status() {
        let input = json!({ "MaxResults": 1, "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
        let first = list_regions(&config(), "222222222222", input.as_object().unwrap()).unwrap();
        assert_eq!(first["Regions"].as_array().unwrap().len(), 1);
        let mut next = input.clone();
        next["NextToken"] = first["NextToken"].clone();
        let last = list_regions(&config(), "222222222222", next.as_object().unwrap()).unwrap();
        assert_eq!(last["NextToken"], Value::Null);
        assert_ne!(first["Regions"], last["Regions"]);
    }

    #[test]
    fn a_region_that_is_not_enabled_does_not_know_the_credentials() {
        assert!(check_region(&config(), "111111111111", "eu-west-1").is_ok());
        let refused = check_region(&config(), "111111111111", "eu-south-2").unwrap_err();
        assert_eq!(refused.code, "UnrecognizedClientException");
    }
}
