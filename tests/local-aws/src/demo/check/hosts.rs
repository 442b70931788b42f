//! What an inspection says of each host, against what the host is made to be.

use std::collections::{BTreeMap, BTreeSet};

use patching::hosts::{Cell, Host};
use patching::outcome::{AccountOutcome, RegionOutcome};

use super::super::outcome::Outcome;
use crate::error::{During, Result};
use crate::fleets::Kind;
use crate::local_aws::LocalAws;

const STEP: &str = "reading what was said of hosts";

/// Everything that is not as it should be, in words: a host of which another thing is said, or nothing.
pub(super) async fn check(aws: &LocalAws, outcome: &Outcome, kinds: &BTreeMap<String, Kind>) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    let mut found = BTreeSet::new();
    for account in &outcome.accounts {
        for host in hosts(aws, outcome, account).await? {
            let said = (host.verdict, host.headline());
            match kinds.get(&host.id) {
                Some(kind) if kind.verdict(false) == said => {}
                kind => differences.push(format!("of the host {}, {kind:?}, is said {said:?}", host.id)),
            }
            found.insert(host.id);
        }
    }
    let unsaid = kinds.iter().filter(|(id, kind)| **kind != Kind::Terminated && !found.contains(*id));
    differences.extend(unsaid.map(|(id, kind)| format!("nothing is said of the host {id}, {kind:?}")));
    Ok(differences)
}

async fn hosts(aws: &LocalAws, outcome: &Outcome, account: &AccountOutcome) -> Result<Vec<Host>> {
    let mut hosts = Vec::new();
    let with_hosts = |region: &&RegionOutcome| region.hosts.as_ref().is_some_and(|totals| totals.hosts > 0);
    for region in account.regions.iter().filter(with_hosts) {
        let key = format!("runs/{}/hosts/{}/{}.json", outcome.run.run, account.id, region.region);
        let object = aws.clients.s3().get_object().bucket(&outcome.run.report_bucket).key(key).send().await;
        let content = object.during(STEP)?.body.collect().await.during(STEP)?.into_bytes();
        hosts.extend(serde_json::from_slice::<Cell>(&content).during(STEP)?.hosts);
    }
    Ok(hosts)
}
