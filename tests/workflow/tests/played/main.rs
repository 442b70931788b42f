//! A rollout, then a week passes on made-up hosts: what the simulator answers of it is what it knows.
//!
//! Each test has a simulator of its own in its process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use local_aws::fleets::{Kind, Made, make};
use policy::PatchPolicy;
use serde_json::json;
use ssm_simulator::{Fate, Host, Play};
use workflow::cell::{ACCOUNT, Cell, REGION, install, policy_with, window};

mod answers;
mod kinds;
mod patch_tuesdays;
mod verdicts;

/// A Sunday; the windows of the project open on Wednesday, Thursday and Friday.
const NOW: &str = "2026-11-29T14:00:00Z";
const A_WEEK_BEFORE: &str = "2026-11-22T14:00:00Z";

const AGENTS: &str = "sra_ssm_agent_update";
const LINUX: &str = "sra_linux_maintenance";
const WINDOWS: &str = "sra_windows_maintenance";

/// The three default windows, which install; so many errors are allowed, and so many hosts at once.
fn policy(max_concurrency: &str, max_errors: &str) -> PatchPolicy {
    let mut windows = [
        window(AGENTS, "WED", "AWS-UpdateSSMAgent", &json!({})),
        window(WINDOWS, "THU", "AWS-RunPatchBaseline", &install()),
        window(LINUX, "FRI", "AWS-RunPatchBaseline", &install()),
    ];
    for (window, values) in windows.iter_mut().zip([json!(["Linux", "Windows"]), json!(["Windows"]), json!(["Linux"])])
    {
        window["target"]["values"] = values;
        window["task"]["maxConcurrency"] = max_concurrency.into();
        window["task"]["maxErrors"] = max_errors.into();
        window["task"]["cutoffBehavior"] = "CANCEL_TASK".into();
    }
    policy_with(&json!({ "windows": windows }))
}

/// An account-Region after a week on so many made-up hosts, all of them its own.
struct Week {
    cell: Cell,
    made: Made,
    /// What became of each host in each window.
    truth: BTreeMap<(String, String), Fate>,
    /// The hosts as they are now.
    hosts: BTreeMap<String, Host>,
}

impl Week {
    async fn of(hosts: usize, policy: &PatchPolicy) -> Self {
        let cell = Cell::new().await;
        cell.roll_out(policy).await;
        let made = make(1, hosts, &[(ACCOUNT.into(), REGION.into())], time(NOW));
        cell.simulator.put_hosts(&made.fleets).unwrap();
        let play = Play { from: Some(time(A_WEEK_BEFORE)), until: time(NOW), account: None, region: None };
        cell.simulator.play(&play).unwrap();
        let truth = cell.simulator.truth().into_iter().flat_map(|truth| {
            let host = truth.host;
            truth.nights.into_iter().map(move |night| ((host.clone(), night.window), night.fate))
        });
        let (truth, hosts) = (truth.collect(), cell.simulator.hosts().into_iter().flat_map(|fleet| fleet.hosts));
        let hosts = hosts.map(|host| (host.id.clone(), host)).collect();
        Self { cell, made, truth, hosts }
    }

    fn fate(&self, host: &str, window: &str) -> Fate {
        self.truth[&(host.to_owned(), window.to_owned())]
    }

    /// The hosts that were made to be of this kind.
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Host> {
        self.made.kinds.iter().filter(move |(_, one)| **one == kind).map(|(id, _)| &self.hosts[id])
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
