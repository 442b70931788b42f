//! The policy with waves, as the example has it.

use serde_json::{Value, json};

use crate::clients::MANAGEMENT_KEY;
use crate::error::{During, Result};
use crate::local_aws::LocalAws;

const READING: &str = "reading the policy";

/// The example's text, with units of this organization in place of its placeholders, and the scope that the stack has.
///
/// It never halts: an account without the member role may be all that a wave has.
pub(super) async fn policy(aws: &LocalAws) -> Result<String> {
    let mut policy: Value =
        serde_json::from_str(&aws.workspace.read("templates/policy-waves.json")?).during(READING)?;
    for (wave, units) in [&["Test"][..], &["Infrastructure", "Security"]].into_iter().enumerate() {
        let units: Vec<_> = units.iter().map(|unit| aws.organization.units[unit].as_str()).collect();
        policy["waves"][wave]["organizationalUnits"] = json!(units);
        policy["waves"][wave]["accounts"] = Value::Null;
    }
    policy["haltAbovePercent"] = Value::Null;
    policy["scope"] = current(aws).await?["scope"].take();
    Ok(policy.to_string())
}

async fn current(aws: &LocalAws) -> Result<Value> {
    let ssm = aws.clients.ssm_for(MANAGEMENT_KEY, &aws.clients.home_region);
    let parameter = ssm.get_parameter().name(&aws.deployment()?.policy_parameter).send().await.during(READING)?;
    let value = parameter.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
    serde_json::from_str(&value).during(READING)
}
