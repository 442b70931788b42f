//! Organizational units with all that is below them.

use std::collections::BTreeMap;

use super::{AccountCoverage, UnitCount};

/// Each unit that an account is in, and each that is above one of those.
pub(super) fn units(accounts: &[AccountCoverage]) -> Vec<UnitCount> {
    let mut units: BTreeMap<Vec<&str>, UnitCount> = BTreeMap::new();
    for account in accounts {
        let path: Vec<_> = account.organizational_unit.iter().flat_map(|path| path.split('/')).collect();
        for length in 1..=path.len() {
            let unit = units.entry(path[..length].to_vec()).or_default();
            unit.accounts += 1;
            unit.hosts.add_all(&account.hosts);
        }
    }
    units.into_iter().map(|(path, unit)| UnitCount { path: path.join("/"), ..unit }).collect()
}
