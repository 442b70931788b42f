//! Everything that is known before a simulator starts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::net::TcpListener;

use crate::authorization::Authorizer;
use crate::calls::Recorder;
use crate::config::{Config, ConfigChange};
use crate::faults::{Faults, Matches};
use crate::identity::Identities;
use crate::model::{Model, ModelError, model_in_virtual_environment, model_of_ec2};
use crate::operation::Service;
use crate::server;
use crate::shared::{Live, Shared};
use crate::simulator::Simulator;
use crate::state::State;
use crate::upstream::Upstream;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The builder was not told where the service model is.
    #[error(
        "no service model: call `model` with the path of service-2.json.gz, or `virtual_environment` with its folder"
    )]
    NoModel,
    /// The service model is not usable.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The port cannot be listened on.
    #[error("port {port} cannot be listened on: {source}")]
    Port {
        /// The port.
        port: u16,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Policies can be read only from an upstream.
    #[error("a member role needs an upstream to read its policies from")]
    RoleWithoutUpstream,
}

/// Everything that is known before the simulator starts.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    model: Option<PathBuf>,
    virtual_environment: Option<PathBuf>,
    port: u16,
    seed: u64,
    config: Config,
    access_keys: HashMap<String, String>,
    management_account: Option<String>,
    upstream: Option<String>,
    member_role: Option<String>,
}

impl Builder {
    /// The path of botocore's model of SSM, `…/botocore/data/ssm/2014-11-06/service-2.json.gz`.
    pub fn model(mut self, path: impl Into<PathBuf>) -> Self {
        self.model = Some(path.into());
        self
    }

    /// A Python virtual environment that has botocore, in place of [`Builder::model`].
    pub fn virtual_environment(mut self, directory: impl Into<PathBuf>) -> Self {
        self.virtual_environment = Some(directory.into());
        self
    }

    /// The port to listen on; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What ids and faults are derived from.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How long each answered call takes, in whole milliseconds.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.config.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// What goes wrong.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.config.faults = faults;
        self
    }

    /// The most items that a page holds.
    pub fn page_size(mut self, items: usize) -> Self {
        self.config.page_size = Some(items);
        self
    }

    /// The Regions of accounts that are not named in [`Builder::account_regions`].
    pub fn regions<R: Into<String>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        self.config.regions = regions.into_iter().map(Into::into).collect();
        self
    }

    /// The enabled Regions of one account.
    pub fn account_regions<R: Into<String>>(
        mut self,
        account: impl Into<String>,
        regions: impl IntoIterator<Item = R>,
    ) -> Self {
        self.config.account_regions.insert(account.into(), regions.into_iter().map(Into::into).collect());
        self
    }

    /// Any other part of the configuration.
    pub fn configure(mut self, change: ConfigChange) -> Self {
        self.config.apply(change);
        self
    }

    /// An access key of an account, beside those of twelve digits that are the account's id themselves.
    pub fn access_key(mut self, access_key: impl Into<String>, account: impl Into<String>) -> Self {
        self.access_keys.insert(access_key.into(), account.into());
        self
    }

    /// The account that the access key `test` belongs to.
    pub fn management_account(mut self, account: impl Into<String>) -> Self {
        self.management_account = Some(account.into());
        self
    }

    /// The local AWS that answers all other operations, and knows whose access keys are whose.
    pub fn upstream(mut self, url: impl Into<String>) -> Self {
        self.upstream = Some(url.into());
        self
    }

    /// The role whose policies, as the upstream has them, decide what the calls of sessions may do.
    pub fn member_role(mut self, name: impl Into<String>) -> Self {
        self.member_role = Some(name.into());
        self
    }

    /// Starts listening on 127.0.0.1.
    pub async fn start(self) -> Result<Simulator, StartError> {
        let port = self.port;
        let shared = Arc::new(self.shared()?);
        let at_port = |source| StartError::Port { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(at_port)?;
        let address = listener.local_addr().map_err(at_port)?;
        let server = tokio::spawn(server::run(Arc::clone(&shared), listener)).abort_handle();
        Ok(Simulator { shared, address, server })
    }

    fn shared(self) -> Result<Shared, StartError> {
        let path = match (self.model, self.virtual_environment) {
            (Some(path), _) => path,
            (None, Some(directory)) => model_in_virtual_environment(&directory)?,
            (None, None) => return Err(StartError::NoModel),
        };
        let upstream = self.upstream.as_deref().map(Upstream::new);
        let authorizer = match (self.member_role, upstream.clone()) {
            (Some(role), Some(upstream)) => Some(Authorizer::new(&role, upstream)),
            (Some(_), None) => return Err(StartError::RoleWithoutUpstream),
            (None, _) => None,
        };
        let management_account = self.management_account.as_deref();
        Ok(Shared {
            model: Model::load(&path, Service::Ssm)?,
            model_of_ec2: model_of_ec2(&path),
            seed: self.seed,
            state: State::default(),
            recorder: Recorder::new(),
            identities: Identities::new(self.access_keys, management_account, upstream.clone()),
            upstream,
            authorizer,
            live: RwLock::new(Arc::new(Live::new(self.config, Matches::default()))),
            requests: AtomicU64::new(0),
        })
    }
}
