//! What all connections of a simulator share.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::authorization::{Authorizer, ServiceControl};
use crate::calls::Recorder;
use crate::config::{Config, ConfigChange};
use crate::derive;
use crate::faults::Matches;
use crate::identity::Identities;
use crate::model::Model;
use crate::snapshot::{RegionSnapshot, Snapshot};
use crate::state::{Context, State};
use crate::upstream::Upstream;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) model: Arc<Model>,
    pub(crate) seed: u64,
    pub(crate) state: State,
    pub(crate) recorder: Recorder,
    pub(crate) identities: Identities,
    pub(crate) upstream: Option<Upstream>,
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) live: RwLock<Arc<Live>>,
    pub(crate) requests: AtomicU64,
}

/// The configuration, what is made of it once, and what has been counted since it was set.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) config: Config,
    pub(crate) matches: Matches,
    pub(crate) service_control: HashMap<String, ServiceControl>,
}

impl Live {
    pub(crate) fn new(config: Config, matches: Matches) -> Self {
        let policies = config.service_control_policies.iter();
        let service_control = policies.map(|(account, policies)| (account.clone(), ServiceControl::parse(policies)));
        Self { service_control: service_control.collect(), config, matches }
    }
}

impl Shared {
    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read())
    }

    pub(crate) fn configure(&self, change: ConfigChange) -> Config {
        let mut live = self.live.write();
        let mut config = live.config.clone();
        let faults_are_new = change.faults.is_some();
        config.apply(change);
        let matches = if faults_are_new { Matches::default() } else { live.matches.clone() };
        *live = Arc::new(Live::new(config.clone(), matches));
        if let Some(authorizer) = &self.authorizer {
            authorizer.forget();
        }
        config
    }

    /// Forgets all resources and calls; the configuration stays.
    pub(crate) fn reset(&self) {
        self.state.clear();
        self.recorder.clear();
        self.identities.forget_calls();
    }

    pub(crate) fn context<'a>(&'a self, config: &'a Config, account: &'a str, region: &'a str) -> Context<'a> {
        Context { account, region, config, model: &self.model, seed: self.seed }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let live = self.live();
        let cells = self.state.cells();
        let snapshots =
            cells.iter().map(|cell| RegionSnapshot::of(cell, self.context(&live.config, &cell.account, &cell.region)));
        Snapshot(snapshots.collect())
    }

    pub(crate) fn request_id(&self) -> String {
        derive::uuid(self.seed, &["request"], self.requests.fetch_add(1, Ordering::Relaxed))
    }
}
