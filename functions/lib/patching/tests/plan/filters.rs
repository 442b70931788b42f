//! Targets with several filters.

use std::collections::{BTreeMap, BTreeSet};

use patching::observed::Observed;
use patching::plan::{Call, plan};
use patching::settings::Desired;
use policy::PatchPolicy;
use serde_json::json;

use crate::model::{carried_out, nothing_to_do};

type Filters<'a> = &'a [(&'a str, &'a [&'a str])];

fn selectors(filters: Filters<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    filters.iter().map(|(key, values)| ((*key).to_owned(), texts(values))).collect()
}

#[test]
fn each_filter_of_a_target_counts_and_neither_their_order_nor_that_of_values_does() {
    let document = json!({"windows": [{
        "name": "one", "schedule": "cron(0 0 1 ? * THU *)",
        "target": [{"key": "tag:Environment", "values": ["prod", "dr"]}, {"key": "tag:Group", "values": ["web"]}],
        "task": {"name": "Update", "document": "AWS-UpdateSSMAgent"}
    }]});
    let desired = Desired::new(&PatchPolicy::parse(&document).unwrap(), None, &BTreeMap::new());
    let written = carried_out(&plan(&desired, &Observed::default()), &Observed::default());
    let planned = |filters| {
        let mut found = written.clone();
        found.ours[0].targets[0].settings.selectors = selectors(filters);
        plan(&desired, &found)
    };
    assert!(nothing_to_do(&planned(&[("tag:Group", &["web"]), ("tag:Environment", &["dr", "prod"])])));
    let drifts: [(Filters<'_>, &str); 4] = [
        (&[("tag:Environment", &["prod", "dr"])], "tag:Group"),
        (&[("tag:Environment", &["prod", "dr"]), ("tag:Group", &["web", "db"])], "tag:Group"),
        (&[("tag:Environment", &["prod"]), ("tag:Group", &["web"])], "tag:Environment"),
        (&[("tag:Environment", &["prod", "dr"]), ("tag:Group", &["web"]), ("tag-key", &["Patch"])], "tag-key"),
    ];
    for (drift, key) in drifts {
        let plan = planned(drift);
        let fields: Vec<_> = plan.windows[0].outcome.changes.iter().map(|change| change.field.clone()).collect();
        assert_eq!(fields, [format!("target.selectors.{key}")]);
        let calls: Vec<_> = plan.windows[0].steps.iter().flatten().map(|step| &step.call).collect();
        let [Call::UpdateTarget(_, settings)] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!(settings, &desired.windows[0].target);
    }
}
