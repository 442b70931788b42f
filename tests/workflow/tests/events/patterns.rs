//! Which rule takes which event: EventBridge's own `TestEventPattern` decides.

use std::collections::{BTreeMap, BTreeSet};

use local_aws::{BareAws, Progress};
use serde_json::Value;

use crate::events::rules;

/// The samples that a rule takes. No other sample may match it.
const TAKEN: [(&str, &[&str]); 8] = [
    ("AccountCreated", &["create-account-result"]),
    (
        "AccountJoined",
        &[
            "account-joined-organization",
            "account-joined-organization-as-a-call",
            // The run is refused: a rule cannot say where the account is.
            "account-joined-organization-without-an-account",
        ],
    ),
    ("ExecutionStopped", &["execution-aborted", "execution-failed", "execution-timed-out"]),
    ("ManagedAccountCreated", &["create-managed-account"]),
    ("ManagedAccountUpdated", &["update-managed-account"]),
    (
        "OnDemand",
        &["inspection-requested", "rollout-requested", "rollout-requested-again", "rollout-requested-of-everything"],
    ),
    ("PolicyWritten", &["policy-deleted", "policy-deleted-with-others", "policy-written"]),
    ("PolicyWrittenByCloudControl", &["policy-deleted-by-cloud-control", "policy-written-by-cloud-control"]),
];

#[tokio::test]
async fn each_rule_takes_its_events_and_nothing_that_is_much_like_them() {
    let aws = BareAws::start(&Progress::silent()).await.unwrap();
    assert_eq!(matches(&aws, &rules::control_plane()).await, taken());
}

#[tokio::test]
async fn what_the_control_plane_waits_for_is_handed_on_from_the_region_of_organization_events() {
    let aws = BareAws::start(&Progress::silent()).await.unwrap();
    let forwarded = &matches(&aws, &rules::forwarding()).await["OrganizationEvents"];
    for rule in ["AccountCreated", "AccountJoined"] {
        assert!(taken()[rule].is_subset(forwarded), "{rule}: {forwarded:?}");
    }
    assert!(!forwarded.contains("create-managed-account"), "Control Tower's are at home already");
    assert!(!forwarded.contains("create-account-result-of-another-source"));
}

fn taken() -> BTreeMap<String, BTreeSet<String>> {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    TAKEN.iter().map(|(rule, samples)| ((*rule).to_owned(), names(samples))).collect()
}

/// The samples that match, by rule.
async fn matches(aws: &BareAws, rules: &BTreeMap<String, Value>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (id, rule) in rules {
        let mut matching = BTreeSet::new();
        for name in rules::samples() {
            let pattern = rule["EventPattern"].to_string();
            let event = rules::sample(&name).to_string();
            let tested = aws.clients.events().test_event_pattern().event_pattern(pattern).event(event).send().await;
            if tested.unwrap().result() {
                matching.insert(name);
            }
        }
        found.insert(id.clone(), matching);
    }
    found
}
