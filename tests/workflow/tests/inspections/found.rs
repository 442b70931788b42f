//! What an inspection leaves in the bucket.

use std::collections::BTreeMap;

use local_aws::{LocalAws, RunResult};
use patching::hosts::coverage::Coverage;
use patching::hosts::{Cell, Host};
use serde::de::DeserializeOwned;

pub(crate) struct Found {
    pub(crate) coverage: Coverage,
    /// By id, of all account-Regions.
    pub(crate) hosts: BTreeMap<String, Host>,
}

impl Found {
    pub(crate) async fn read(aws: &LocalAws, run: &RunResult) -> Self {
        let coverage = object(aws, run, &format!("runs/{}/coverage.json", run.run)).await;
        let mut hosts = BTreeMap::new();
        let prefix = format!("runs/{}/hosts/", run.run);
        let listed = aws.clients.s3().list_objects_v2().bucket(&run.report_bucket).prefix(prefix).send().await.unwrap();
        for one in listed.contents() {
            let cell: Cell = object(aws, run, one.key().unwrap()).await;
            hosts.extend(cell.hosts.into_iter().map(|host| (host.id.clone(), host)));
        }
        Self { coverage, hosts }
    }
}

pub(crate) async fn object<T: DeserializeOwned>(aws: &LocalAws, run: &RunResult, key: &str) -> T {
    let object = aws.clients.s3().get_object().bucket(&run.report_bucket).key(key).send().await.unwrap();
    serde_json::from_slice(&object.body.collect().await.unwrap().into_bytes()).unwrap()
}
