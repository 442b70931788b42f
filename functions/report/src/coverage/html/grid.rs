//! The grid: a row for each account, a column for each Region with hosts, the percentage and the worst that is said of a host.

use patching::hosts::Verdict;
use patching::hosts::coverage::{AccountCoverage, Coverage, HostCount, RegionCoverage};
use policy::ids::Region;
use serde_json::{Value, json};

use super::verdicts::look;
use crate::html::Look;
use crate::text::{grouped, many};

/// `95.6 % of 120 hosts`.
pub(super) fn share(hosts: &HostCount) -> String {
    match hosts.patched_percent {
        Some(percent) => format!("{percent:.1} % of {}", many(hosts.to_be_patched(), "host")),
        None if hosts.all > 0 => format!("{} not ours to patch", grouped(hosts.all)),
        None => "no hosts".to_owned(),
    }
}

/// A cell for each column, with its percentage; none where no Region is known.
pub(super) fn cells(account: &AccountCoverage, columns: &[&Region]) -> Vec<(Look, String)> {
    let columns = if account.regions.is_empty() { &[] } else { columns };
    let mut found = account.regions.iter().peekable();
    let cells = columns.iter().map(|column| match found.next_if(|region| region.region == **column) {
        Some(region) => cell(region),
        None => (Look { letter: "", class: "x", words: "" }, String::new()),
    });
    cells.collect()
}

/// The percentage without its tenth, so that 99.9 is not 100; a dash where no host is to be patched.
fn cell(region: &RegionCoverage) -> (Look, String) {
    let (None, Some(worst)) = (&region.not_inspected, region.hosts.worst()) else {
        return (look(Verdict::Unknown), String::new());
    };
    let letter = if worst == Verdict::Patched { "" } else { look(worst).letter };
    let percent = region.hosts.patched_percent.map_or_else(|| "–".to_owned(), |percent| percent.trunc().to_string());
    (Look { letter, ..look(worst) }, percent)
}

/// By account: why it was not looked at as a whole, and by column hosts by verdict and why it was not looked at.
pub(super) fn details(coverage: &Coverage, columns: &[&Region]) -> Vec<Value> {
    let account = |account: &AccountCoverage| {
        let cells = account.regions.iter().filter_map(|region| {
            let column = columns.binary_search(&&region.region).ok()?;
            let verdicts: Vec<_> =
                region.hosts.verdicts.iter().map(|(verdict, hosts)| (*verdict as usize, hosts)).collect();
            Some(json!([column, verdicts, region.not_inspected]))
        });
        json!([account.not_inspected, cells.collect::<Vec<_>>()])
    };
    coverage.accounts.iter().map(account).collect()
}
