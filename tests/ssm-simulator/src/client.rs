//! A client of the simulator's own interface.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::calls::{CallCounts, Calls};
use crate::config::{Config, ConfigChange};
use crate::hosts::Fleet;
use crate::play::{Play, Truth};
use crate::snapshot::Snapshot;

/// Why the simulator did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// It does not answer.
    #[error("the simulator does not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// What it was given is not valid.
    #[error("the simulator refuses: {0}")]
    Refused(String),
}

/// Talks to a simulator that runs as a program.
#[derive(Clone, Debug)]
pub struct Admin {
    url: String,
    client: reqwest::Client,
}

impl Admin {
    /// A client for the simulator at this endpoint, such as `http://127.0.0.1:4711`.
    pub fn new(endpoint_url: &str) -> Self {
        Self { url: endpoint_url.trim_end_matches('/').to_owned(), client: reqwest::Client::new() }
    }

    /// Whether the simulator answers.
    pub async fn is_healthy(&self) -> bool {
        let answer = self.client.get(self.page("health")).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// What all account-Regions hold.
    pub async fn state(&self) -> Result<Snapshot, reqwest::Error> {
        self.get("state").await
    }

    /// How the simulator behaves.
    pub async fn config(&self) -> Result<Config, reqwest::Error> {
        self.get("config").await
    }

    /// Changes how the simulator behaves, and answers the whole configuration.
    pub async fn configure(&self, change: &ConfigChange) -> Result<Config, reqwest::Error> {
        let answer = self.client.post(self.page("config")).json(change).send().await?;
        answer.error_for_status()?.json().await
    }

    /// How many calls there were from this sequence number on; [`CallCounts::next`] is the number to ask from later.
    pub async fn call_counts(&self, since: u64) -> Result<CallCounts, reqwest::Error> {
        self.get(&format!("calls?since={since}")).await
    }

    /// Every call from this sequence number on.
    pub async fn calls(&self, since: u64) -> Result<Calls, reqwest::Error> {
        self.get(&format!("calls?since={since}&detail=true")).await
    }

    /// Puts hosts into their account-Regions: all of them, or none when one could not be. What is wrong stands in the answer,
    /// which [`AdminError`] has.
    pub async fn put_hosts(&self, fleets: &[Fleet]) -> Result<(), AdminError> {
        self.post("hosts", fleets).await
    }

    /// Lets time pass: windows open, and run on the hosts that they find.
    pub async fn play(&self, play: &Play) -> Result<(), AdminError> {
        self.post("play", play).await
    }

    /// What became of every host in every opening of a window.
    pub async fn truth(&self) -> Result<Vec<Truth>, reqwest::Error> {
        self.get("truth").await
    }

    /// The hosts as they are now.
    pub async fn hosts(&self) -> Result<Vec<Fleet>, reqwest::Error> {
        self.get("hosts").await
    }

    /// Forgets all resources and calls; the configuration stays.
    pub async fn reset(&self) -> Result<(), reqwest::Error> {
        self.client.post(self.page("reset")).send().await?.error_for_status().map(|_| ())
    }

    async fn get<T: DeserializeOwned>(&self, page: &str) -> Result<T, reqwest::Error> {
        self.client.get(self.page(page)).send().await?.error_for_status()?.json().await
    }

    async fn post<T: Serialize + ?Sized>(&self, page: &str, value: &T) -> Result<(), AdminError> {
        let answer = self.client.post(self.page(page)).json(value).send().await?;
        if answer.status().is_success() { Ok(()) } else { Err(AdminError::Refused(answer.text().await?)) }
    }

    fn page(&self, page: &str) -> String {
        format!("{}/_simulator/{page}", self.url)
    }
}
