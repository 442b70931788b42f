//! Which Regions are in scope, before it is known which of them an account has enabled.

use std::collections::BTreeSet;

use lambda::call::{Called, every};
use patching::outcome::Warning;
use policy::ids::Region;
use policy::input::{Action, InvalidInput};
use policy::{InvalidPolicy, Problem, Scope};

use crate::context::Context;
use crate::error::Error;

const IN_INPUT: &str = "$.regions";
const IN_SCOPE: &str = "$.scope.regions";
const AS_CONTROL_TOWER_SAYS: &str = "$.scope.controlTowerRegionsOnly";

/// Written by the Security Reference Architecture's common prerequisites: the governed Regions, separated by commas.
const CONTROL_TOWER_REGIONS: &str = "/sra/regions/customer-control-tower-regions";

/// The Regions of the input and the scope; `None` for all that an account has enabled.
///
/// To disable means everywhere, so the scope does not narrow it; the input still may. A Region that AWS does not have is left
/// out with a warning.
pub(crate) async fn in_scope(
    context: &Context,
    scope: &Scope,
    action: Action,
    asked: Option<BTreeSet<Region>>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<BTreeSet<Region>>, Error> {
    let is_narrowed = action != Action::Disable;
    let (named_at, allowed) = if is_narrowed && scope.control_tower_regions_only {
        (AS_CONTROL_TOWER_SAYS, Some(control_tower_regions(&context.ssm).await?))
    } else {
        (IN_SCOPE, Some(scope.regions.clone()).filter(|regions| is_narrowed && !regions.is_empty()))
    };
    let named_at = if asked.is_some() { IN_INPUT } else { named_at };
    match narrow(allowed, asked)? {
        Some(named) => known(&context.account, named, named_at, warnings).await.map(Some),
        None => Ok(None),
    }
}

/// Those of the Regions that AWS has.
async fn known(
    account: &aws_sdk_account::Client,
    named: BTreeSet<Region>,
    named_at: &'static str,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeSet<Region>, Error> {
    let Some(all) = all_regions(account).await else { return Ok(named) };
    let (known, unknown) = (&named & &all, &named - &all);
    if known.is_empty() {
        let problem = |region| Problem::new(named_at, region, "a Region that AWS has");
        let problems = unknown.iter().map(problem).collect();
        let is_asked_for = named_at == IN_INPUT;
        return Err(if is_asked_for { InvalidInput { problems }.into() } else { InvalidPolicy { problems }.into() });
    }
    let left_out = unknown.iter().map(|region| format!("there is no Region {region}: it was left out"));
    warnings.extend(left_out.map(|message| Warning::new("UnknownRegion", message)));
    Ok(known)
}

/// Every Region of the partition, enabled or not (`account:ListRegions`, asked in this account); `None` when that cannot be told,
/// as in a partition where the service has no endpoint. What is set up nowhere shows in the report then.
async fn all_regions(account: &aws_sdk_account::Client) -> Option<BTreeSet<Region>> {
    match every(account.list_regions().into_paginator().items().send(), "account:ListRegions").await {
        Ok(regions) => Some(regions.iter().filter_map(|region| region.region_name()?.parse().ok()).collect()),
        Err(error) => {
            tracing::warn!(%error, "the Regions in scope are taken as they are");
            None
        }
    }
}

fn narrow(
    allowed: Option<BTreeSet<Region>>,
    asked: Option<BTreeSet<Region>>,
) -> Result<Option<BTreeSet<Region>>, InvalidInput> {
    let (Some(allowed), Some(asked)) = (&allowed, &asked) else {
        return Ok(asked.or(allowed));
    };
    let outside = asked - allowed;
    if outside.is_empty() {
        return Ok(Some(asked.clone()));
    }
    let allowed = allowed.iter().map(Region::as_str).collect::<Vec<_>>().join(", ");
    let problem = |region| Problem::new(IN_INPUT, region, format!("{allowed}, which the policy's scope names"));
    Err(InvalidInput { problems: outside.iter().map(problem).collect() })
}

async fn control_tower_regions(ssm: &aws_sdk_ssm::Client) -> Result<BTreeSet<Region>, Error> {
    let answer = ssm.get_parameter().name(CONTROL_TOWER_REGIONS).send().await;
    let answer = answer.called("ssm:GetParameter").map_err(|error| {
        if error.is_passing() {
            Error::Call(error)
        } else {
            Error::ControlTowerRegionsNotReadable(CONTROL_TOWER_REGIONS, Some(error))
        }
    })?;
    let value = answer.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
    parse(&value).ok_or(Error::ControlTowerRegionsNotReadable(CONTROL_TOWER_REGIONS, None))
}

fn parse(value: &str) -> Option<BTreeSet<Region>> {
    let regions: Option<BTreeSet<Region>> = value.split(',').map(|region| region.trim().parse().ok()).collect();
    regions.filter(|regions| !regions.is_empty())
}

#[cfg(test)]
mod tests {
    use lambda::NamedError;
    use serde_json::json;
    use support::Server;

    use super::*;

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn without_scope_and_input_every_region_is_in_scope() {
        assert_eq!(narrow(None, None).unwrap(), None);
    }

    #[test]
    fn the_input_narrows_the_scope() {
        let (both, one) = (regions(&["eu-west-1", "us-east-1"]), regions(&["us-east-1"]));
        assert_eq!(narrow(Some(both), Some(one.clone())).unwrap(), Some(one.clone()));
        assert_eq!(narrow(None, Some(one.clone())).unwrap(), Some(one.clone()));
        assert_eq!(narrow(Some(one.clone()), None).unwrap(), Some(one));
    }

    #[test]
    fn a_region_outside_the_scope_is_refused_by_name() {
        let asked = regions(&["us-east-1", "eu-west-1"]);
        let error = narrow(Some(regions(&["eu-west-1"])), Some(asked)).unwrap_err();
        let [problem] = error.problems.try_into().unwrap();
        assert_eq!(
            problem.to_string(),
            "$.regions: \"us-east-1\" — allowed: eu-west-1, which the policy's scope names"
        );
    }

    /// As an account with these Regions answers, or one that may not ask.
    async fn left(
        all: Option<&[&str]>,
        named_at: &'static str,
        named: &[&str],
    ) -> Result<(BTreeSet<Region>, usize), Error> {
        let server = Server::start().await;
        match all {
            Some(all) => {
                let all: Vec<_> =
                    all.iter().map(|name| json!({"RegionName": name, "RegionOptStatus": "DISABLED"})).collect();
                server.answers(200, &json!({"Regions": all}).to_string());
            }
            None => server.answers(403, "{\"__type\": \"AccessDeniedException\", \"message\": \"no\"}"),
        }
        let account = aws_sdk_account::Client::new(&server.sdk_config());
        let mut warnings = Vec::new();
        let left = known(&account, regions(named), named_at, &mut warnings).await?;
        Ok((left, warnings.len()))
    }

    #[tokio::test]
    async fn a_region_that_aws_does_not_have_is_left_out_with_a_warning() {
        let all = Some(["eu-west-1", "us-east-1"].as_slice());
        let named = ["eu-wets-1", "us-east-1"];
        assert_eq!(left(all, IN_SCOPE, &named).await.unwrap(), (regions(&["us-east-1"]), 1));
        assert_eq!(
            left(None, IN_SCOPE, &named).await.unwrap(),
            (regions(&named), 0),
            "who may not ask takes what is named"
        );
    }

    #[tokio::test]
    async fn regions_of_which_aws_has_none_are_refused_by_name() {
        for (named_at, name) in
            [(IN_INPUT, "InvalidInput"), (IN_SCOPE, "InvalidPolicy"), (AS_CONTROL_TOWER_SAYS, "InvalidPolicy")]
        {
            let error = left(Some(&["eu-west-1"]), named_at, &["eu-wets-1", "us-eats-1"]).await.unwrap_err();
            assert_eq!(error.name(), name);
            for region in ["eu-wets-1", "us-eats-1"] {
                assert!(error.to_string().contains(&format!("{named_at}: \"{region}\"")), "{error}");
            }
        }
    }

    #[test]
    fn the_control_tower_parameter_is_a_list_with_commas() {
        assert_eq!(parse("eu-west-1, us-east-1"), Some(regions(&["eu-west-1", "us-east-1"])));
        assert_eq!(parse(""), None);
        assert_eq!(parse("eu-west-1,everywhere"), None);
    }
}
