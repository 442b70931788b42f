//! The SSM simulator's program: starting it, setting it up, and reading its call log.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use ssm_simulator::{Admin, ConfigChange, model_in_virtual_environment};

use crate::error::{During, Error, Result};
use crate::folder::RunFolder;
use crate::options::{OPT_IN_REGION, Options, REGIONS};
use crate::organization::Organization;
use crate::process::{Group, Launch};
use crate::venv::Venv;

const NAME: &str = "the SSM simulator";
const LISTENING: &str = "listening on ";
/// What the simulator answers that is not SSM's.
const OTHER_SERVICES: [&str; 3] = ["DescribeInstances", "DescribeRegions", "ListRegions"];

/// How the simulator is started.
pub(crate) struct Start<'a> {
    pub(crate) program: &'a Path,
    pub(crate) venv: &'a Venv,
    pub(crate) folder: &'a RunFolder,
    pub(crate) options: &'a Options,
    /// Where `MiniStack` will listen.
    pub(crate) upstream: &'a str,
    pub(crate) management: &'a str,
    /// The name of the role whose permissions decide.
    pub(crate) member_role: &'a str,
}

impl Start<'_> {
    /// Starts the program on a port that the system chooses, and answers where it listens.
    pub(crate) async fn start(self) -> Result<(Group, String)> {
        let model = model_in_virtual_environment(self.venv.folder()).map_err(|error| Error::Unexpected {
            step: "looking for botocore's model of SSM",
            problem: error.to_string(),
        })?;
        let log = self.folder.path().join("ssm-simulator.log");
        let arguments = [
            ("--model", model.display().to_string()),
            ("--upstream", self.upstream.to_owned()),
            ("--member-role", self.member_role.to_owned()),
            ("--management-account", self.management.to_owned()),
            ("--latency-ms", self.options.latency_ms.to_string()),
            ("--seed", self.options.seed.to_string()),
        ];
        let mut group = Group::start(Launch {
            name: NAME,
            python: &self.venv.python(),
            program: self.program,
            arguments: arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect(),
            environment: Vec::new(),
            folder: self.folder.path(),
            log: log.clone(),
        })?;
        let mut endpoint = None;
        group
            .ready(async || {
                endpoint = listens_at(&log);
                endpoint.is_some()
            })
            .await?;
        Ok((group, endpoint.unwrap_or_default()))
    }
}

fn listens_at(log: &Path) -> Option<String> {
    let log = std::fs::read_to_string(log).ok()?;
    // A line that is still being written has no end.
    log.split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
        .find_map(|line| line.strip_prefix(LISTENING))
        .map(|endpoint| endpoint.trim().to_owned())
}

/// Tells the simulator which accounts have opted in to a Region.
pub(crate) async fn configure(admin: &Admin, organization: &Organization) -> Result<()> {
    let opted_in = |regions: &[String]| regions.iter().any(|region| region == OPT_IN_REGION);
    let account_regions = organization
        .accounts
        .iter()
        .filter(|account| opted_in(&account.regions))
        .map(|account| {
            let regions = REGIONS.iter().chain([&OPT_IN_REGION]).map(ToString::to_string).collect();
            (account.id.clone(), regions)
        })
        .collect();
    let denied = organization.accounts.iter().filter_map(|account| Some((account, account.denied.as_ref()?)));
    let service_control_policies =
        denied.map(|(account, region)| (account.id.clone(), vec![without(region)])).collect();
    let change = ConfigChange { account_regions, service_control_policies, ..ConfigChange::default() };
    admin.configure(&change).await.during("setting up the simulator")?;
    Ok(())
}

/// A service control policy that denies a Region, as Control Tower's does: only services that are in no Region are let through.
fn without(region: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "DenyRegion", "Effect": "Deny", "Resource": "*",
        "NotAction": ["account:*", "iam:*", "organizations:*", "sts:*", "support:*"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": [region]}}
    }]})
}

/// The number that the next SSM call will have.
pub(crate) async fn next_call(admin: &Admin) -> Result<u64> {
    Ok(calls_since(admin, u64::MAX).await?.1)
}

/// SSM calls by operation from a sequence number on, and the number to ask from later.
pub(crate) async fn calls_since(admin: &Admin, sequence: u64) -> Result<(BTreeMap<String, u64>, u64)> {
    let counts = admin.call_counts(sequence).await.during("reading the simulator's call log")?;
    let operations = counts
        .operations
        .into_iter()
        .filter(|(operation, _)| !OTHER_SERVICES.contains(&operation.as_str()))
        .map(|(operation, calls)| (operation, u64::try_from(calls).unwrap_or(u64::MAX)))
        .collect();
    Ok((operations, counts.next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_taken_from_a_whole_line_only() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        assert_eq!(listens_at(&log), None);
        std::fs::write(&log, "warming up\nlistening on http://127.0.0.1:4").unwrap();
        assert_eq!(listens_at(&log), None);
        std::fs::write(&log, "warming up\nlistening on http://127.0.0.1:4711\n").unwrap();
        assert_eq!(listens_at(&log).unwrap(), "http://127.0.0.1:4711");
    }
}
