//! The control plane: artifacts in a bucket and the stack that uses them.

use std::collections::BTreeMap;
use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use futures::{StreamExt, TryStreamExt, stream};

use crate::clients::Clients;
use crate::error::{During, Error, Result};
use crate::functions::FunctionZip;
use crate::options::{ACCOUNT_CONCURRENCY, REGION_CONCURRENCY};
use crate::organization::{MEMBER_ROLE, Organization, RESOURCE_PREFIX};
use crate::progress::Progress;
use crate::stack::{INLINE_LIMIT, Stack};
use crate::workspace::Workspace;

const STACK: &str = "patch-manager";
const ARTIFACTS_PREFIX: &str = "artifacts/";
const UPLOADS_AT_ONCE: usize = 4;

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
    /// A parameter that the stack was given.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// Uploads the artifacts and creates the stack.
pub(crate) async fn create(
    clients: &Clients,
    workspace: &Workspace,
    organization: &Organization,
    zips: &[FunctionZip],
    overrides: &[(&str, &str)],
    progress: &Progress,
) -> Result<Deployment> {
    let step = progress.step("Control plane", None);
    let bucket = format!("patch-manager-artifacts-{}", organization.accounts[0].id);
    step.note("uploading");
    upload_all(clients, workspace, zips, &bucket).await?;
    step.note("creating the stack");
    let mut parameters = parameters(&bucket, organization);
    parameters.extend(owned(overrides));
    let template = template(clients, workspace, &bucket).await?;
    let outputs =
        Stack::new(clients.cloudformation(), STACK, "management").create(&template, &borrowed(&parameters)).await?;
    step.done(&format!("stack {STACK} created"));
    deployment(outputs, parameters)
}

/// Creates one more stack with the first one's artifacts.
pub(crate) async fn create_beside(
    clients: &Clients,
    workspace: &Workspace,
    first: &Deployment,
    stack: &str,
    overrides: &[(&str, &str)],
) -> Result<()> {
    let mut parameters = first.parameters.clone();
    parameters.extend(owned(overrides));
    let bucket = parameters.get("ArtifactsBucket").cloned().unwrap_or_default();
    let template = template(clients, workspace, &bucket).await?;
    Stack::new(clients.cloudformation(), stack, "management").create(&template, &borrowed(&parameters)).await?;
    Ok(())
}

/// Deletes the stack.
pub(crate) async fn delete(clients: &Clients) -> Result<()> {
    Stack::new(clients.cloudformation(), STACK, "management").delete().await
}

/// Updates the stack with other parameters.
pub(crate) async fn update(
    clients: &Clients,
    workspace: &Workspace,
    current: &Deployment,
    changes: &[(&str, &str)],
) -> Result<Deployment> {
    let mut parameters = current.parameters.clone();
    parameters.extend(owned(changes));
    let bucket = parameters.get("ArtifactsBucket").cloned().unwrap_or_default();
    let template = template(clients, workspace, &bucket).await?;
    let outputs =
        Stack::new(clients.cloudformation(), STACK, "management").update(&template, &borrowed(&parameters)).await?;
    deployment(outputs, parameters)
}

fn parameters(bucket: &str, organization: &Organization) -> BTreeMap<String, String> {
    let concurrency = [ACCOUNT_CONCURRENCY.to_string(), REGION_CONCURRENCY.to_string()];
    let regions = organization.regions.join(",");
    owned(&[
        ("ArtifactsBucket", bucket),
        ("ArtifactsPrefix", ARTIFACTS_PREFIX),
        ("ResourcePrefix", RESOURCE_PREFIX),
        ("MemberRoleName", MEMBER_ROLE),
        ("AccountConcurrency", &concurrency[0]),
        ("RegionConcurrency", &concurrency[1]),
        ("NewAccountGraceMinutes", "0"),
        ("Regions", &regions),
        ("Architecture", architecture()),
        // So that the rollout that the stack starts can be watched, and however many accounts are there to fail.
        ("WaitForRollout", "false"),
        ("FailureTolerancePercent", "100"),
        // No OrganizationId: MiniStack does not know the condition key aws:ResourceOrgID. And it listens on HTTP only.
        ("RequireTls", "false"),
    ])
    .collect()
}

/// The functions are built for the machine that they run on here.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

fn owned<'a>(parameters: &'a [(&str, &str)]) -> impl Iterator<Item = (String, String)> + 'a {
    parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
}

fn borrowed(parameters: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    parameters.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn deployment(mut outputs: BTreeMap<String, String>, parameters: BTreeMap<String, String>) -> Result<Deployment> {
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

async fn upload_all(clients: &Clients, workspace: &Workspace, zips: &[FunctionZip], bucket: &str) -> Result<()> {
    let location = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::from(clients.home_region.as_str()))
        .build();
    clients
        .s3()
        .create_bucket()
        .bucket(bucket)
        .create_bucket_configuration(location)
        .send()
        .await
        .during("creating the artifacts bucket")?;
    let definition = workspace.root.join("statemachine/rollout.asl.json");
    let files = zips
        .iter()
        .map(|zip| (format!("{}.zip", zip.name), zip.path.as_path()))
        .chain([("rollout.asl.json".to_owned(), definition.as_path())]);
    stream::iter(files)
        .map(|(name, path)| upload(clients, bucket, name, path))
        .buffer_unordered(UPLOADS_AT_ONCE)
        .try_collect()
        .await
}

async fn upload(clients: &Clients, bucket: &str, name: String, path: &Path) -> Result<()> {
    let step = || format!("uploading {}", path.display());
    let body = ByteStream::from_path(path).await.during(step())?;
    clients
        .s3()
        .put_object()
        .bucket(bucket)
        .key(format!("{ARTIFACTS_PREFIX}{name}"))
        .body(body)
        .send()
        .await
        .during(step())?;
    Ok(())
}

/// The template itself where a request can hold it, else the URL that it was uploaded to.
async fn template(clients: &Clients, workspace: &Workspace, bucket: &str) -> Result<String> {
    const PATH: &str = "templates/control-plane.yaml";
    let template = workspace.read(PATH)?;
    if template.len() <= INLINE_LIMIT {
        return Ok(template);
    }
    upload(clients, bucket, "control-plane.yaml".to_owned(), &workspace.root.join(PATH)).await?;
    Ok(format!("{}/{bucket}/{ARTIFACTS_PREFIX}control-plane.yaml", clients.endpoint))
}
