//! What an environment keeps, and what is told of a run.

use patching::hosts::coverage::HostCount;
use patching::summary::RunSummary;
use record::{Ledger, ObjectKey};

use crate::metrics::Metrics;
use crate::notification::Notifier;

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// Tells those who want to know.
    pub notifier: Notifier,
    /// Where metrics go.
    pub metrics: Metrics,
    /// The bucket of targets and reports.
    pub bucket: String,
    /// What is recorded of runs.
    pub ledger: Ledger,
    /// Who is told of failures is told of an inspection, too, in which fewer of 100 hosts are patched.
    pub notify_below_percent: f64,
}

/// What is to be told of a run whose files are written.
pub(crate) struct Told {
    pub(crate) metrics: Option<String>,
    /// Whether those are to know who want to know of failures.
    pub(crate) is_bad: bool,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) hosts: Option<HostCount>,
}

/// Content types.
pub(crate) const PAGE: &str = "text/html; charset=utf-8";
pub(crate) const TABLE: &str = "text/csv; charset=utf-8; header=present";

impl Context {
    pub(crate) fn object(&self, key: &str) -> ObjectKey {
        ObjectKey { bucket: self.bucket.clone(), key: key.to_owned() }
    }

    pub(crate) fn of_run(&self, run: &RunSummary, name: &str) -> ObjectKey {
        self.object(&format!("runs/{}/{name}", run.run))
    }
}
