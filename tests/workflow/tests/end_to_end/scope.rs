//! Scopes that name what is not there.

use local_aws::{LocalAws, RunResult};
use patching::outcome::Status;
use serde_json::{Value, from_str, json};

use crate::end_to_end::inputs::{is_refused, policy, put_policy};

pub(crate) async fn what_is_not_there_is_refused_by_name_or_is_a_warning(aws: &LocalAws) -> Vec<RunResult> {
    let given = policy(aws).await;
    let before = aws.simulator.state().await.unwrap();
    let mut runs = Vec::new();
    let (region, empty, unit) = (&aws.organization.regions[0], unit(aws, "Infrastructure"), unit(aws, "Security"));
    let refused = [
        ("unknown-region", json!({"regions": ["eu-wets-1"]}), "$.scope.regions: \"eu-wets-1\""),
        ("empty-unit", json!({"includedOrganizationalUnits": [empty]}), empty),
        ("unknown-unit", json!({"includedOrganizationalUnits": [unit, "ou-none-00000000"]}), "ou-none-00000000"),
        ("unknown-unit-left-out", json!({"excludedOrganizationalUnits": ["ou-none-00000000"]}), "ou-none-00000000"),
    ];
    for (name, scope, said) in refused {
        let run = run_with(aws, &given, name, &scope).await;
        is_refused(&run, "InvalidPolicy", &[said]);
        runs.push(run);
    }
    let scope = json!({"regions": ["eu-wets-1", region], "includedOrganizationalUnits": [empty, unit]});
    let run = run_with(aws, &given, "partly-unknown", &scope).await;
    let summary = run.summary().unwrap();
    let warned: Vec<_> = summary.run_warnings.iter().map(|warning| warning.name.as_str()).collect();
    assert_eq!(
        (summary.status, warned),
        (Status::Planned, vec!["UnknownRegion", "UnitWithoutAccounts"]),
        "{summary:?}"
    );
    let mut accounts = summary.outcomes.iter();
    assert!(accounts.all(|account| account.organizational_unit.as_deref() == Some("Root/Security")), "{summary:?}");
    runs.push(run);
    let asked = aws.run("unknown-region-asked", &json!({"regions": ["eu-wets-1"]})).await.unwrap();
    is_refused(&asked, "InvalidInput", &["$.regions:", "eu-wets-1"]);
    runs.push(asked);
    assert_eq!(aws.simulator.state().await.unwrap(), before);
    runs
}

fn unit<'a>(aws: &'a LocalAws, name: &str) -> &'a str {
    &aws.organization.units[name]
}

/// Plans with the policy as it is but for its scope.
async fn run_with(aws: &LocalAws, given: &str, name: &str, scope: &Value) -> RunResult {
    let mut changed: Value = from_str(given).unwrap();
    changed["scope"] = scope.clone();
    put_policy(aws, &changed.to_string()).await;
    let run = aws.run(name, &json!({"action": "plan"})).await.unwrap();
    put_policy(aws, given).await;
    run
}
