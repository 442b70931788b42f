//! Why hosts are not patched: a row a reason.

use patching::hosts::Reason;
use patching::hosts::coverage::{Coverage, ReasonCount};
use serde_json::{Value, json};

use crate::html::{capitalized, spaced};
use crate::text::{day, grouped};

/// A reason in words.
#[derive(Debug)]
pub(super) struct Why<'a> {
    pub(super) count: &'a ReasonCount,
    pub(super) title: String,
    pub(super) advice: &'static str,
    pub(super) hosts: String,
    pub(super) also: Option<String>,
    pub(super) accounts: String,
    pub(super) regions: String,
    /// The oldest of the last patching operations of these hosts.
    pub(super) oldest: String,
}

impl Why<'_> {
    /// Whether there are hosts in the list that it is said of.
    pub(super) fn is_of_hosts(&self) -> bool {
        self.count.name != Reason::NotInspected
    }

    /// Whether hosts with it do not count.
    pub(super) fn is_not_ours(&self) -> bool {
        matches!(self.count.name, Reason::OperatedByService | Reason::Replaced)
    }
}

/// In the order of the counts.
pub(super) fn whys(coverage: &Coverage) -> impl Iterator<Item = Why<'_>> {
    coverage.reasons.iter().map(|count| Why {
        title: title(count.name),
        advice: count.name.advice(),
        hosts: grouped(count.hosts),
        also: (count.also > 0).then(|| grouped(count.also)),
        accounts: grouped(count.accounts),
        regions: grouped(count.regions),
        oldest: oldest(count),
        count,
    })
}

/// What the page's script says of a reason.
pub(super) fn told(reason: Reason) -> Value {
    json!([title(reason), reason.advice()])
}

fn title(reason: Reason) -> String {
    capitalized(&spaced(&reason.to_string()))
}

fn oldest(count: &ReasonCount) -> String {
    let day = count.oldest_scan.map(day);
    match (count.never_scanned, day) {
        (0, day) => day.unwrap_or_default(),
        (_, None) => "never".to_owned(),
        (never, Some(day)) => format!("{day}; {} never", grouped(never)),
    }
}
