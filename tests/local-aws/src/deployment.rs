//! The control plane: created by the script, and with the template, that create it on AWS, then changed through CloudFormation.

use std::collections::BTreeMap;

use crate::clients::Clients;
use crate::error::{Error, Result};
use crate::options::{ACCOUNT_CONCURRENCY, REGION_CONCURRENCY};
use crate::organization::{MEMBER_ROLE, Organization, RESOURCE_PREFIX};
use crate::progress::Progress;
use crate::script::Script;
use crate::stack::{Described, Stack};

const STACK: &str = "patch-manager";

/// The deployed control plane: the stack's outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The rollout's ARN.
    pub state_machine: String,
    /// Targets and reports.
    pub data_bucket: String,
    /// One item an account and run.
    pub ledger: String,
    /// What failed, as inputs to try again.
    pub dead_letter_queue: String,
    /// The SSM parameter that holds the policy.
    pub policy_parameter: String,
    /// The parameters that it was deployed with.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Deployment {
    /// A parameter's value.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// Uploads the artifacts and creates the stack.
pub(crate) async fn create(
    clients: &Clients,
    script: &Script,
    organization: &Organization,
    overrides: &[(&str, &str)],
    progress: &Progress,
) -> Result<Deployment> {
    let step = progress.step("Control plane", None);
    let mut parameters = parameters(organization);
    parameters.extend(owned(overrides));
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    step.note("templates/deploy.sh");
    script.deploy(&parameters.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    step.done(&format!("stack {STACK} created"));
    deployment(stack(clients, STACK).describe().await?)
}

/// The bucket of functions, definition and templates.
pub(crate) fn artifacts_bucket(organization: &Organization) -> String {
    format!("patch-manager-artifacts-{}", organization.accounts[0].id)
}

/// Creates one more stack with the first one's artifacts.
pub(crate) async fn create_beside(
    clients: &Clients,
    first: &Deployment,
    name: &str,
    overrides: &[(&str, &str)],
) -> Result<()> {
    let mut parameters = first.parameters.clone();
    parameters.extend(owned(overrides));
    stack(clients, name).create(&template(clients, first), &borrowed(&parameters)).await?;
    Ok(())
}

/// Deletes the stack.
pub(crate) async fn delete(clients: &Clients) -> Result<()> {
    stack(clients, STACK).delete().await
}

/// Updates the stack with other parameters.
pub(crate) async fn update(clients: &Clients, current: &Deployment, changes: &[(&str, &str)]) -> Result<Deployment> {
    let mut parameters = current.parameters.clone();
    parameters.extend(owned(changes));
    stack(clients, STACK).update(&template(clients, current), &borrowed(&parameters)).await?;
    deployment(stack(clients, STACK).describe().await?)
}

fn stack<'a>(clients: &Clients, name: &'a str) -> Stack<'a> {
    Stack::new(clients.cloudformation(), name, "management")
}

fn parameters(organization: &Organization) -> BTreeMap<String, String> {
    let concurrency = [ACCOUNT_CONCURRENCY.to_string(), REGION_CONCURRENCY.to_string()];
    let regions = organization.regions.join(",");
    owned(&[
        ("ResourcePrefix", RESOURCE_PREFIX),
        ("MemberRoleName", MEMBER_ROLE),
        ("AccountConcurrency", &concurrency[0]),
        ("RegionConcurrency", &concurrency[1]),
        ("NewAccountGraceMinutes", "0"),
        ("Regions", &regions),
        // What this AWS lacks: StackSets, and TLS.
        ("ManageMemberRoles", "false"),
        ("RequireTls", "false"),
        // So that the rollout that the stack starts can be watched, and however many accounts are there to fail.
        ("WaitForRollout", "false"),
        ("FailureTolerancePercent", "100"),
    ])
    .collect()
}

fn owned<'a>(parameters: &'a [(&str, &str)]) -> impl Iterator<Item = (String, String)> + 'a {
    parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
}

fn borrowed(parameters: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    parameters.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn deployment(described: Described) -> Result<Deployment> {
    let Described { mut outputs, parameters } = described;
    let mut output = |name: &str| {
        outputs.remove(name).ok_or_else(|| Error::Unexpected {
            step: "reading the stack's outputs",
            problem: format!("there is no {name}"),
        })
    };
    Ok(Deployment {
        state_machine: output("StateMachineArn")?,
        data_bucket: output("DataBucketName")?,
        ledger: output("LedgerTableName")?,
        dead_letter_queue: output("DeadLetterQueueUrl")?,
        policy_parameter: output("PolicyParameterName")?,
        parameters,
    })
}

/// Where the script has put the template.
fn template(clients: &Clients, deployment: &Deployment) -> String {
    let parameter = |name: &str| deployment.parameter(name).unwrap_or_default();
    let (bucket, prefix) = (parameter("ArtifactsBucket"), parameter("ArtifactsPrefix"));
    format!("{}/{bucket}/{prefix}main.yaml", clients.endpoint)
}
