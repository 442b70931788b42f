//! `MiniStack`: the process that stands in for all AWS services but SSM.

use crate::clients::Clients;
use crate::error::{At, Result};
use crate::folder::RunFolder;
use crate::local_aws::LocalAws;
use crate::process::{Group, Launch};
use crate::venv::Venv;

const NAME: &str = "MiniStack";
/// More than any concurrency chosen here, whatever the machine's memory: a throttled invocation would only blur the figures.
const LAMBDA_CONCURRENCY: &str = "512";
/// Waits and retry intervals of the state machine, as a share of what they are on AWS.
const WAIT_SCALE: &str = "0.05";

/// Where it notes the credentials that it issues, in the run's folder.
const CREDENTIALS: &str = "issued-credentials";

impl LocalAws {
    /// Every access key id, secret and session token that the local STS has issued.
    ///
    /// # Errors
    /// When they were not noted.
    pub fn issued_credentials(&self) -> Result<Vec<String>> {
        let path = self.folder().join(CREDENTIALS);
        let content = std::fs::read_to_string(&path).at("reading what credentials were issued", &path)?;
        Ok(content.lines().map(ToOwned::to_owned).collect())
    }
}

/// Starts `MiniStack`, with whole histories inside of Maps, and waits until it answers as this management account.
pub(crate) async fn start(venv: &Venv, clients: &Clients, management: &str, folder: &RunFolder) -> Result<Group> {
    let mut group = Group::start(Launch {
        name: NAME,
        python: &venv.python(),
        program: &venv.python(),
        arguments: vec![concat!(env!("CARGO_MANIFEST_DIR"), "/start_ministack.py").into()],
        environment: environment(clients, management, folder),
        folder: folder.path(),
        log: folder.path().join("ministack.log"),
    })?;
    let sts = clients.sts();
    group
        .ready(async || {
            let identity = sts.get_caller_identity().send().await;
            // Another account would be another copy, which took the port a moment earlier.
            identity.is_ok_and(|identity| identity.account() == Some(management))
        })
        .await?;
    Ok(group)
}

fn environment(clients: &Clients, management: &str, folder: &RunFolder) -> Vec<(&'static str, String)> {
    let port = clients.endpoint.rsplit(':').next().unwrap_or_default();
    let absent = format!("unix://{}", folder.path().join("no-docker.sock").display());
    vec![
        ("GATEWAY_PORT", port.to_owned()),
        ("BIND_HOST", "127.0.0.1".into()),
        ("MINISTACK_ACCOUNT_ID", management.to_owned()),
        ("MINISTACK_REGION", clients.home_region.clone()),
        ("AUTH", "true".into()),
        ("AWS_ENDPOINT_URL", clients.endpoint.clone()),
        ("AWS_ENDPOINT_URL_SSM", clients.ssm_endpoint.clone()),
        ("AWS_ENDPOINT_URL_ACCOUNT", clients.ssm_endpoint.clone()),
        ("AWS_ENDPOINT_URL_EC2", clients.ssm_endpoint.clone()),
        ("SFN_WAIT_SCALE", WAIT_SCALE.into()),
        ("LAMBDA_ACCOUNT_CONCURRENCY", LAMBDA_CONCURRENCY.into()),
        ("ISSUED_CREDENTIALS", folder.path().join(CREDENTIALS).display().to_string()),
        ("STATE_DIR", folder.path().join("state").display().to_string()),
        ("LOG_LEVEL", "INFO".into()),
        ("CLOUDTRAIL_RECORDING", "1".into()),
        // At its start it would remove other people's containers, and it would listen on fixed ports.
        ("DOCKER_HOST", absent),
        ("IOT_MTLS_ENABLED", "0".into()),
        ("SFTP_ENABLED", "0".into()),
    ]
}

/// A management account's id that no other copy running at this moment has.
pub(crate) fn management_account() -> Result<String> {
    // An ephemeral port is unique among running programs; more digits only make it look like an account.
    let port = crate::process::free_port()?;
    Ok(format!("1111{:03}{port:05}", std::process::id() % 1000))
}
