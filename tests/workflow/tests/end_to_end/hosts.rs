//! Inspections: what they cannot look at, what is asked of them, and what they leave alone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::operation::get_object::GetObjectError;
use local_aws::{Account, LocalAws, RunResult};
use patching::hosts::{Cell, Reason, Verdict};
use patching::outcome::{RegionOutcome, Status};
use policy::input::Action;
use serde_json::{Value, from_slice, from_str, json};
use ssm_simulator::ConfigChange;

use crate::end_to_end::inputs::{is_refused, policy, put_policy};

pub(crate) async fn what_is_asked_is_looked_at_and_nothing_is_changed(aws: &LocalAws) -> Vec<RunResult> {
    let before = aws.simulator.state().await.unwrap();
    let mut runs = a_region_that_cannot_be_looked_at_is_unknown_until_it_is_looked_at_again(aws).await;
    runs.extend(while_disabled_hosts_are_looked_at_and_nothing_is_rolled_out(aws).await);
    assert_eq!(aws.simulator.state().await.unwrap(), before);
    runs
}

/// What fails after some of the calls is not green in part: nothing is said of any host there.
async fn a_region_that_cannot_be_looked_at_is_unknown_until_it_is_looked_at_again(aws: &LocalAws) -> Vec<RunResult> {
    let ready: Vec<_> = aws.organization.ready().take(2).cloned().collect();
    let [one, other] = ready.as_slice() else { panic!("{ready:?}") };
    let denied = &one.regions[0];
    deny(
        aws,
        one,
        &[json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Action": "ssm:DescribeInstancePatchStates", "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": denied}}
        }]})],
    )
    .await;
    let looked = aws.run("looked", &json!({"action": "inspect", "accounts": [one.id, other.id]})).await.unwrap();
    assert_eq!(looked.error.as_deref(), Some("InspectionIncomplete"));
    let regions = regions(&looked);
    let of = |account: &Account| -> Vec<_> {
        account.regions.iter().map(|region| (account.id.clone(), region.clone())).collect()
    };
    let all: BTreeSet<_> = ready.iter().flat_map(of).collect();
    assert_eq!(regions.keys().cloned().collect::<BTreeSet<_>>(), all, "what was asked, and no more");
    for ((account, region), outcome) in &regions {
        let cell = cell(aws, &looked, account, region).await;
        if (account, region) == (&one.id, denied) {
            let error = outcome.error.as_ref().unwrap();
            assert_eq!((error.step.as_str(), error.name.as_str()), ("InspectHosts", "AccessDenied"));
            assert!(error.message.contains("ssm:DescribeInstancePatchStates"), "{}", error.message);
            assert_eq!((outcome.status, outcome.hosts.as_ref(), cell), (Status::Failed, None, None));
            assert_eq!(outcome.hosts_key, None);
        } else {
            let hosts = outcome.hosts.clone().unwrap();
            assert_eq!(outcome.status, Status::Succeeded);
            let key = cell.as_ref().map(|_| format!("runs/looked/hosts/{account}/{region}.json"));
            assert_eq!(outcome.hosts_key, key);
            assert_eq!(cell.map(|cell| cell.totals()).unwrap_or_default(), hosts);
        }
    }
    let letters = aws.dead_letters().await.unwrap();
    assert!(!letters.iter().any(|letter| letter.attribute("run") == looked.run), "the next one looks again");

    deny(aws, one, &[]).await;
    let again = aws.run("looked-again", &json!({"retryOf": "looked"})).await.unwrap();
    assert_eq!((again.status.as_str(), again.summary().unwrap().action), ("SUCCEEDED", Some(Action::Inspect)));
    let found = self::regions(&again);
    assert_eq!(found.keys().collect::<Vec<_>>(), [&(one.id.clone(), denied.clone())], "just what failed");
    assert!(found.values().all(|outcome| outcome.hosts.is_some()));
    vec![looked, again]
}

async fn while_disabled_hosts_are_looked_at_and_nothing_is_rolled_out(aws: &LocalAws) -> Vec<RunResult> {
    let given = policy(aws).await;
    let mut disabled: Value = from_str(&given).unwrap();
    disabled["disabled"] = true.into();
    put_policy(aws, &disabled.to_string()).await;
    let account = aws.organization.ready().next().unwrap();
    let region = &account.regions[0];
    let refused = aws.run("not-rolled-out", &json!({"accounts": [account.id]})).await.unwrap();
    is_refused(&refused, "PatchManagerDisabled", &["DisablePatchManager"]);
    let input = json!({"action": "inspect", "accounts": [account.id], "regions": [region]});
    let looked = aws.run("looked-while-disabled", &input).await.unwrap();
    put_policy(aws, &given).await;
    assert_eq!(looked.status, "SUCCEEDED", "{:?}", looked.cause);
    let cell = cell(aws, &looked, &account.id, region).await.unwrap();
    assert!(cell.hosts.iter().all(|host| host.verdict != Verdict::Patched && host.verdict != Verdict::Due), "{cell:?}");
    let reasons: BTreeSet<Reason> = cell.hosts.iter().flat_map(|host| &host.reasons).map(|one| one.name).collect();
    assert!(reasons.contains(&Reason::WindowMissing) || reasons.contains(&Reason::WindowDisabled), "{reasons:?}");
    let page = aws.clients.s3().get_object().bucket(&looked.report_bucket);
    let page = page.key(format!("runs/{}/coverage.html", looked.run)).send().await.unwrap().body.collect().await;
    let page = String::from_utf8(page.unwrap().to_vec()).unwrap();
    assert!(page.contains("Patch Manager is disabled (<code>DisablePatchManager</code>)"));
    vec![refused, looked]
}

async fn deny(aws: &LocalAws, account: &Account, policies: &[Value]) {
    let service_control_policies = [(account.id.clone(), policies.to_vec())].into();
    aws.simulator.configure(&ConfigChange { service_control_policies, ..ConfigChange::default() }).await.unwrap();
}

/// By account and Region, those in which something was looked at or tried.
fn regions(run: &RunResult) -> BTreeMap<(String, String), RegionOutcome> {
    let outcomes = run.summary().unwrap().outcomes.into_iter();
    let regions = outcomes.flat_map(|account| {
        let id = account.id.to_string();
        account.regions.into_iter().map(move |region| ((id.clone(), region.region.to_string()), region))
    });
    regions.filter(|(_, region)| region.status != Status::Skipped).collect()
}

/// What is written of an account and Region; none where nothing is.
pub(crate) async fn cell(aws: &LocalAws, run: &RunResult, account: &str, region: &str) -> Option<Cell> {
    let key = format!("runs/{}/hosts/{account}/{region}.json", run.run);
    match aws.clients.s3().get_object().bucket(&run.report_bucket).key(key).send().await {
        Ok(object) => Some(from_slice(&object.body.collect().await.unwrap().into_bytes()).unwrap()),
        Err(error) => {
            assert!(error.as_service_error().is_some_and(GetObjectError::is_no_such_key), "{error:?}");
            None
        }
    }
}
