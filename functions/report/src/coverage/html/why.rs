//! Why hosts are not patched, in words.

use patching::hosts::Reason;
use patching::hosts::coverage::{Coverage, ReasonCount};

use crate::text::{capitalized, day, grouped, spaced};

pub(super) fn title(reason: Reason) -> String {
    capitalized(&spaced(&reason.to_string()))
}

/// Whether hosts with it do not count.
pub(super) fn is_not_ours(reason: Reason) -> bool {
    matches!(reason, Reason::OperatedByService | Reason::Replaced)
}

/// Hosts that no window will patch because the policy only scans; none where there is none.
pub(super) fn scans_only(coverage: &Coverage) -> Option<u64> {
    coverage.reasons.iter().find(|reason| reason.name == Reason::ScanOnly).map(|reason| reason.hosts + reason.also)
}

/// The oldest of the last patching operations of these hosts.
pub(super) fn oldest(count: &ReasonCount) -> String {
    let day = count.oldest_scan.map(day);
    match (count.never_scanned, day) {
        (0, day) => day.unwrap_or_default(),
        (_, None) => "never".to_owned(),
        (never, Some(day)) => format!("{day}; {} never", grouped(never)),
    }
}
