//! What all connections of a simulator share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::authorization::{Authorizer, ServiceControl};
use crate::calls::Recorder;
use crate::config::{Config, ConfigChange};
use crate::derive;
use crate::error::ServiceError;
use crate::faults::Matches;
use crate::hosts::{self, Fleet, Mistakes};
use crate::identity::Identities;
use crate::model::Model;
use crate::operation::{Operation, Service};
use crate::play::{Play, Truth};
use crate::snapshot::{RegionSnapshot, Snapshot};
use crate::state::{Cell, Context, State};
use crate::upstream::Upstream;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) model: Arc<Model>,
    /// Where EC2's model is, which is large and read when it is first needed.
    pub(crate) model_of_ec2: PathBuf,
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

    pub(crate) fn context<'a>(&'a self, config: &'a Config, cell: &'a Cell) -> Context<'a> {
        let Cell { account, region, .. } = cell;
        Context { account, region, config, model: &self.model, seed: self.seed, now: cell.now() }
    }

    /// Lets time pass in the account-Regions that are named, or in all of them.
    pub(crate) fn play(&self, play: &Play) -> Result<(), Mistakes> {
        let live = self.live();
        let is_meant = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
        let mut cells = self.state.cells();
        cells.retain(|cell| is_meant(&play.account, &cell.account) && is_meant(&play.region, &cell.region));
        let ahead = |cell: &Arc<Cell>| play.from.unwrap_or_else(|| cell.now()) > play.until;
        if let Some(cell) = cells.iter().find(|cell| ahead(cell)) {
            let now = play.from.unwrap_or_else(|| cell.now());
            return Err(Mistakes(vec![format!("until is {}, before {now}: time goes forward only", play.until)]));
        }
        for cell in cells {
            if let Some(from) = play.from {
                *cell.clock.lock() = Some(from);
                cell.holdings.lock().were_there(from);
            }
            cell.holdings.lock().play(self.context(&live.config, &cell), play.until);
            *cell.clock.lock() = Some(play.until);
        }
        Ok(())
    }

    /// What became of every host in every opening of a window.
    pub(crate) fn truth(&self) -> Vec<Truth> {
        let cells = self.state.cells();
        cells.iter().flat_map(|cell| cell.holdings.lock().truth(&cell.account, &cell.region)).collect()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let live = self.live();
        let cells = self.state.cells();
        let snapshots = cells.iter().map(|cell| RegionSnapshot::of(cell, self.context(&live.config, cell)));
        Snapshot(snapshots.collect())
    }

    /// Takes hosts, all or none of them.
    pub(crate) fn put(&self, fleets: &[Fleet]) -> Result<(), Mistakes> {
        hosts::check(&self.model, fleets)?;
        for fleet in fleets {
            self.state.cell(&fleet.account, &fleet.region).holdings.lock().put(fleet);
        }
        Ok(())
    }

    /// The hosts as they are now, by account and Region.
    pub(crate) fn fleets(&self) -> Vec<Fleet> {
        let fleets = self.state.cells().into_iter().map(|cell| {
            let holdings = cell.holdings.lock();
            Fleet {
                account: cell.account.to_string(),
                region: cell.region.to_string(),
                hosts: holdings.hosts.iter().map(|held| held.host.clone()).collect(),
                baselines: holdings.baselines.clone(),
            }
        });
        fleets.filter(|fleet| !fleet.hosts.is_empty() || !fleet.baselines.is_empty()).collect()
    }

    /// The model of an operation's service; SSM's for those that have none.
    pub(crate) fn model_of(&self, operation: Operation) -> Result<Arc<Model>, ServiceError> {
        match operation.service() {
            Service::Ec2 => Model::load(&self.model_of_ec2, Service::Ec2)
                .map_err(|error| ServiceError::new("InternalError", error.to_string())),
            _ => Ok(Arc::clone(&self.model)),
        }
    }

    pub(crate) fn request_id(&self) -> String {
        derive::uuid(self.seed, &["request"], self.requests.fetch_add(1, Ordering::Relaxed))
    }
}
