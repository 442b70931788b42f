//! A simulator inside the process that uses it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::builder::Builder;
use crate::calls::{CallCounts, Calls};
use crate::config::{Config, ConfigChange};
use crate::faults::{Faults, ScriptedFault};
use crate::hosts::{Fleet, Mistakes};
use crate::play::{Play, Truth};
use crate::shared::Shared;
use crate::snapshot::Snapshot;

/// A running simulator; it stops, and its connections end, when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    pub(crate) server: AbortHandle,
}

impl Simulator {
    /// Begins to set up a simulator.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, such as `http://127.0.0.1:4711`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A copy of what all account-Regions hold.
    pub fn state(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// The sequence number that the next call will have.
    pub fn next_call(&self) -> u64 {
        self.shared.recorder.next_sequence()
    }

    /// Every call so far.
    pub fn calls(&self) -> Calls {
        self.calls_since(0)
    }

    /// Every call from this sequence number on.
    pub fn calls_since(&self, sequence: u64) -> Calls {
        self.shared.recorder.since(sequence)
    }

    /// How many calls there were from this sequence number on.
    pub fn call_counts(&self, since: u64) -> CallCounts {
        self.shared.recorder.summary_since(since)
    }

    /// How it behaves.
    pub fn config(&self) -> Config {
        self.shared.live().config.clone()
    }

    /// Changes how it behaves.
    pub fn configure(&self, change: ConfigChange) {
        self.shared.configure(change);
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.configure(ConfigChange { faults: Some(faults), ..ConfigChange::default() });
    }

    /// Sets faults for single calls, in place of all faults so far.
    pub fn script(&self, scripted: impl IntoIterator<Item = ScriptedFault>) {
        self.set_faults(Faults { scripted: scripted.into_iter().collect(), ..Faults::default() });
    }

    /// Gives a document another SHA-256 hash, as when AWS publishes a new version of it.
    pub fn set_document_hash(&self, document: impl Into<String>, hash: impl Into<String>) {
        let document_hashes = [(document.into(), hash.into())].into();
        self.configure(ConfigChange { document_hashes, ..ConfigChange::default() });
    }

    /// Puts hosts into their account-Regions: all of them, or none when one could not be.
    pub fn put_hosts(&self, fleets: &[Fleet]) -> Result<(), Mistakes> {
        self.shared.put(fleets)
    }

    /// The hosts as they are now.
    pub fn hosts(&self) -> Vec<Fleet> {
        self.shared.fleets()
    }

    /// Lets time pass: windows open, and run on the hosts that they find.
    pub fn play(&self, play: &Play) -> Result<(), Mistakes> {
        self.shared.play(play)
    }

    /// What became of every host in every opening of a window.
    pub fn truth(&self) -> Vec<Truth> {
        self.shared.truth()
    }

    /// Publishes a document with these parameters, or one of AWS's anew.
    pub fn set_document_parameters<'a>(&self, document: &str, parameters: impl IntoIterator<Item = &'a str>) {
        let parameters = parameters.into_iter().map(str::to_owned).collect();
        let document_parameters = [(document.to_owned(), parameters)].into();
        self.configure(ConfigChange { document_parameters, ..ConfigChange::default() });
    }

    /// Forgets all resources and calls; the configuration stays.
    pub fn reset(&self) {
        self.shared.reset();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
