//! Waves with the hosts of their accounts.

use super::{AccountCoverage, HostCount, WaveCount};
use crate::summary::RunSummary;

/// Each wave of the run, in their order.
pub(super) fn waves(run: &RunSummary, accounts: &[AccountCoverage]) -> Vec<WaveCount> {
    let count = |name: &str| {
        let of_wave = accounts.iter().filter(|account| account.wave.as_deref() == Some(name));
        let hosts = HostCount::of_all(of_wave.clone().map(|account| &account.hosts));
        WaveCount { name: name.to_owned(), accounts: of_wave.count() as u64, hosts }
    };
    run.waves.iter().map(|wave| count(&wave.name)).collect()
}
