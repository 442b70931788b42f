//! What failed in an earlier run, as that run was to do it.

use std::collections::BTreeMap;

use lambda::CallError;
use patching::outcome::{AccountOutcome, Status};
use patching::targets::Target;
use policy::ids::{AccountId, RunId};
use policy::input::Action;
use record::object;

use crate::context::Context;
use crate::error::Error;
use crate::waves;

/// What is to be done again.
#[derive(Debug, Default)]
pub(crate) struct Retry {
    /// What the earlier run did as a whole.
    pub(crate) action: Action,
    /// Whether its teardowns left Default Host Management Configuration as it is.
    pub(crate) keep_dhmc: bool,
    /// The accounts that failed, or of which nothing is recorded, each with just what is to be done again.
    pub(crate) targets: BTreeMap<AccountId, Target>,
    /// How many accounts each wave had in the first run, of which the earlier one may be a retry itself.
    pub(crate) sizes: waves::Sizes,
}

/// Reads what the run `earlier` was to do, and what became of it.
pub(crate) async fn of(context: &Context, earlier: &RunId) -> Result<Retry, Error> {
    let recorded = context.ledger.outcomes(earlier).await?;
    let key = context.targets_of(earlier);
    let targets = match object::read(&context.s3, &key).await {
        Ok(targets) => targets,
        Err(error) if is_absent(&error, !recorded.is_empty()) => return Err(Error::RunNotFound(earlier.clone())),
        Err(error) => return Err(error.into()),
    };
    let targets = serde_json::from_slice(&targets).map_err(|error| Error::TargetsNotReadable(key.key, error))?;
    what_failed(earlier, targets, recorded)
}

/// Who may not list a bucket is denied access to what is not there.
fn is_absent(error: &CallError, is_run_known: bool) -> bool {
    let code = error.code.as_deref();
    code == Some("NoSuchKey") || (code == Some("AccessDenied") && !is_run_known)
}

fn what_failed(earlier: &RunId, targets: Vec<Target>, recorded: Vec<AccountOutcome>) -> Result<Retry, Error> {
    let mut recorded: BTreeMap<_, _> = recorded.into_iter().map(|outcome| (outcome.id.clone(), outcome)).collect();
    let mut retry = Retry { sizes: waves::sizes(&targets), ..Retry::default() };
    for target in targets {
        retry.action = target.action_of_run().ok_or_else(|| Error::RunOfFormerVersion(earlier.clone()))?;
        retry.keep_dhmc = target.keep_dhmc;
        let id = target.account.id.clone();
        let again = match recorded.remove(&id) {
            // Its execution ended before it could record an outcome.
            None => target,
            Some(outcome) if outcome.status != Status::Failed => continue,
            Some(outcome) => match outcome.failed_regions() {
                Some(regions) => target.only(&regions),
                None => target,
            },
        };
        retry.targets.insert(id, again);
    }
    Ok(retry)
}

#[cfg(test)]
mod tests {
    use lambda::NamedError;
    use policy::ids::Region;
    use serde_json::{Value, from_value, json};

    use super::*;

    const A: &str = "111122223333";
    const B: &str = "111122224444";
    const C: &str = "111122225555";

    fn target(id: &str, action: &str, regions: &Value, sweep: bool) -> Value {
        let account = json!({"id": id, "name": id, "state": "ACTIVE"});
        json!({"account": account, "action": action, "regions": regions, "sweep": sweep})
    }

    fn outcome(id: &str, regions: &Value, error: Option<&str>) -> AccountOutcome {
        let error = error.map(|name| json!({"step": "AssumeRole", "name": name, "cause": ""}));
        let outcome = json!({"regions": regions, "error": error}).to_string();
        AccountOutcome::from_ledger(id.parse().unwrap(), id.to_owned(), &outcome).unwrap()
    }

    fn failed(region: &str) -> Value {
        json!({"region": region, "status": "failed", "error": {"step": "Teardown", "name": "Throttled", "cause": ""}})
    }

    fn retry(targets: &Value, recorded: Vec<AccountOutcome>) -> Result<Retry, Error> {
        what_failed(&"earlier".parse().unwrap(), from_value(targets.clone()).unwrap(), recorded)
    }

    fn regions(target: &Target) -> Vec<&str> {
        target.regions.iter().flatten().map(Region::as_str).collect()
    }

    #[test]
    fn accounts_that_failed_and_those_without_an_outcome_are_done_again() {
        let targets: Vec<_> = [A, B, C].iter().map(|id| target(id, "rollout", &json!(null), false)).collect();
        let done = json!([{"region": "eu-west-1", "status": "succeeded"}]);
        let recorded = vec![outcome(A, &json!([]), Some("AccessDenied")), outcome(B, &done, None)];
        let retry = retry(&json!(targets), recorded).unwrap();
        assert_eq!(retry.targets.keys().map(AccountId::as_str).collect::<Vec<_>>(), [A, C]);
        assert!(retry.targets.values().all(|target| target.regions.is_none()));
    }

    #[test]
    fn a_failed_disable_stays_a_disable() {
        let targets = json!([target(A, "disable", &json!(null), false)]);
        let retry = retry(&targets, vec![outcome(A, &json!([failed("eu-west-1")]), None)]).unwrap();
        assert_eq!(retry.action, Action::Disable);
        let again = &retry.targets[&A.parse().unwrap()];
        assert_eq!((again.action, regions(again)), (Some(Action::Disable), vec!["eu-west-1"]));
    }

    #[test]
    fn a_failed_sweep_stays_a_sweep_of_a_rollout() {
        let targets = json!([target(A, "rollout", &json!(["eu-west-1"]), true)]);
        let retry = retry(&targets, vec![outcome(A, &json!([failed("us-east-1")]), None)]).unwrap();
        assert_eq!(retry.action, Action::Rollout);
        let again = &retry.targets[&A.parse().unwrap()];
        assert_eq!((again.action, again.sweep, regions(again)), (Some(Action::Disable), true, vec!["us-east-1"]));
        assert_eq!(again.action_of_run(), Some(Action::Rollout), "a retry of this retry, too");
    }

    #[test]
    fn a_region_that_failed_beside_a_failed_sweep_is_set_up() {
        let targets = json!([target(A, "rollout", &json!(["eu-west-1"]), true)]);
        let recorded = vec![outcome(A, &json!([failed("eu-west-1"), failed("us-east-1")]), None)];
        let again = retry(&targets, recorded).unwrap().targets.remove(&A.parse().unwrap()).unwrap();
        assert_eq!((again.action, again.sweep, regions(&again)), (Some(Action::Rollout), true, vec!["eu-west-1"]));
        assert_eq!(again.sweep_in.unwrap().iter().map(Region::as_str).collect::<Vec<_>>(), ["us-east-1"]);
    }

    #[test]
    fn a_deletion_that_keeps_dhmc_keeps_it_when_it_is_retried() {
        let mut kept = target(A, "disable", &json!(null), false);
        kept["keepDhmc"] = json!(true);
        assert!(retry(&json!([kept]), vec![]).unwrap().keep_dhmc);
    }

    #[test]
    fn what_a_run_of_a_former_version_was_to_do_is_not_guessed() {
        let mut former = target(A, "", &json!(null), false);
        former.as_object_mut().unwrap().remove("action");
        let error = retry(&json!([former]), vec![]).unwrap_err();
        assert_eq!(error.name(), "RunNotFound");
    }
}
