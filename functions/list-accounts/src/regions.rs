//! Which Regions are in scope, before it is known which of them an account has enabled.

use std::collections::BTreeSet;

use kit::CallError;
use patching::ids::Region;
use patching::input::Action;
use patching::policy::Scope;

use crate::Error;

/// Written by the Security Reference Architecture's common prerequisites: the governed Regions, separated by commas.
const CONTROL_TOWER_REGIONS: &str = "/sra/regions/customer-control-tower-regions";

/// The Regions of the input and the scope; `None` for all that an account has enabled.
///
/// To disable means everywhere, so the scope does not narrow it; the input still may.
pub(crate) async fn in_scope(
    ssm: &aws_sdk_ssm::Client,
    scope: &Scope,
    action: Action,
    asked: Option<BTreeSet<Region>>,
) -> Result<Option<BTreeSet<Region>>, Error> {
    let allowed = match () {
        () if action == Action::Disable => None,
        () if scope.control_tower_regions_only => Some(control_tower_regions(ssm).await?),
        () if scope.regions.is_empty() => None,
        () => Some(scope.regions.iter().cloned().collect()),
    };
    narrow(allowed, asked)
}

fn narrow(
    allowed: Option<BTreeSet<Region>>,
    asked: Option<BTreeSet<Region>>,
) -> Result<Option<BTreeSet<Region>>, Error> {
    let (Some(allowed), Some(asked)) = (&allowed, &asked) else {
        return Ok(asked.or(allowed));
    };
    let outside: BTreeSet<_> = asked.difference(allowed).cloned().collect();
    if outside.is_empty() { Ok(Some(asked.clone())) } else { Err(Error::RegionsOutOfScope(outside, allowed.clone())) }
}

async fn control_tower_regions(ssm: &aws_sdk_ssm::Client) -> Result<BTreeSet<Region>, Error> {
    let answer =
        ssm.get_parameter().name(CONTROL_TOWER_REGIONS).send().await.map_err(|error| {
            match CallError::new("ssm:GetParameter", &error) {
                passing if passing.is_passing() => Error::Call(passing),
                error => Error::ControlTowerRegionsNotReadable(CONTROL_TOWER_REGIONS, Some(error)),
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
        assert_eq!(error.to_string(), "$.regions: us-east-1 — allowed: eu-west-1, which the policy's scope names");
    }

    #[test]
    fn the_control_tower_parameter_is_a_list_with_commas() {
        assert_eq!(parse("eu-west-1, us-east-1"), Some(regions(&["eu-west-1", "us-east-1"])));
        assert_eq!(parse(""), None);
        assert_eq!(parse("eu-west-1,everywhere"), None);
    }
}
