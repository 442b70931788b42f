//! An inspection in a sentence, and the message to those who want to know.

use patching::hosts::Verdict;
use patching::hosts::coverage::{Coverage, WaveCount};
use patching::summary::RunSummary;

use super::html::verdicts::ORDER;
use crate::html::groups::{groups, skipped};
use crate::links::Links;
use crate::notification::{advised, clean, told};
use crate::text::{grouped, many};

/// How many reasons, and kinds of failure, the message has.
const NAMED: usize = 5;

/// How many hosts are patched, without a full stop.
pub(super) fn headline(coverage: &Coverage) -> String {
    let hosts = &coverage.hosts;
    let (patched, all) = (hosts.of(Verdict::Patched), hosts.to_be_patched());
    match (&coverage.error, hosts.patched_percent) {
        (Some(error), _) => format!("the inspection could not be done: {}", error.name),
        (None, None) => "there is no host that is to be patched".to_owned(),
        (None, Some(_)) if all == 1 && patched == 1 && coverage.denied == 0 => "the one host is patched".to_owned(),
        (None, Some(_)) if all == patched && coverage.denied == 0 => format!("all {} are patched", many(all, "host")),
        (None, Some(percent)) => format!("{} of {} are patched ({percent:.1} %)", grouped(patched), many(all, "host")),
    }
}

/// What is to be said beside it, in whole sentences.
pub(super) fn leads(coverage: &Coverage) -> Vec<String> {
    let hosts = &coverage.hosts;
    let blocked = hosts.of(Verdict::Blocked);
    let due = hosts.of(Verdict::Due);
    let blocked = (blocked > 0).then(|| format!("{} will not be patched by any window.", grouped(blocked)));
    let due = (due > 0).then(|| format!("{} will be at the next window.", grouped(due)));
    [blocked, due, not_looked_at(coverage), disabled(coverage)].into_iter().flatten().collect()
}

/// Places that nobody looked at, and what they count for.
fn not_looked_at(coverage: &Coverage) -> Option<String> {
    let (failed, denied, assumed) = (coverage.not_inspected, coverage.denied, coverage.hosts.assumed);
    let is = if denied == 1 { "is" } else { "are" };
    let each = [
        (failed > 0).then(|| format!("{} could not be looked at", many(failed, "place"))),
        (denied > 0).then(|| format!("{} {is} denied by service control policies", many(denied, "place"))),
    ];
    let places = each.into_iter().flatten().collect::<Vec<_>>().join(", and ");
    let count = match failed + denied {
        0 => return None,
        1 => " and counts",
        _ if failed > 0 && denied > 0 => "; together they count",
        _ => " and count",
    };
    let hosts = if assumed > 0 { format!("{count} as {}", many(assumed, "host")) } else { String::new() };
    Some(format!("{places}{hosts}."))
}

/// What no verdict of a host says by itself.
fn disabled(coverage: &Coverage) -> Option<String> {
    let disabled = "Patch Manager is disabled, so no window patches anything until DisablePatchManager is false.";
    coverage.disabled.then(|| disabled.to_owned())
}

/// The message's subject, which is cut after 99 characters: what is to be done comes first.
pub(super) fn subject(coverage: &Coverage) -> String {
    let hosts = &coverage.hosts;
    let blocked = hosts.of(Verdict::Blocked);
    let places = coverage.not_inspected;
    let first = match (&coverage.error, blocked) {
        (None, 1..) => format!("{} of {} will not be patched", grouped(blocked), many(hosts.to_be_patched(), "host")),
        _ => headline(coverage),
    };
    let places = (places > 0).then(|| format!(", {} not looked at", many(places, "place")));
    clean(&format!("Patch Manager: {first}{}", places.unwrap_or_default()))
}

/// A line for each wave with hosts, in their order.
fn waves(coverage: &Coverage) -> Option<String> {
    let share = |wave: &WaveCount| {
        let (patched, all) = (wave.hosts.of(Verdict::Patched), wave.hosts.to_be_patched());
        let percent = wave.hosts.patched_percent?;
        Some(format!("\n   {}: {} of {} ({percent:.1} %)", wave.name, grouped(patched), many(all, "host")))
    };
    let lines: String = coverage.waves.iter().filter_map(share).collect();
    (!lines.is_empty()).then(|| format!("Patched by wave{lines}"))
}

/// Counts, the commonest reasons with what to do about them, what could not be looked at, and where to go on looking.
pub(super) fn text(run: &RunSummary, coverage: &Coverage, links: Option<&Links>) -> String {
    let mut headline = vec![format!("Inspection {}: {}.", coverage.run, headline(coverage))];
    headline.extend(leads(coverage));
    let mut paragraphs = vec![headline.join("\n")];
    let verdicts = ORDER.into_iter().filter(|verdict| coverage.hosts.of(*verdict) > 0);
    let verdicts: Vec<_> = verdicts
        .map(|verdict| format!("{:10} {:>9}", verdict.to_string(), grouped(coverage.hosts.of(verdict))))
        .collect();
    paragraphs.extend((!verdicts.is_empty()).then(|| verdicts.join("\n")));
    paragraphs.extend(waves(coverage));
    paragraphs.extend(coverage.error.iter().map(|error| advised(&error.name, &error.message, error.advice())));
    paragraphs.extend(coverage.reasons.iter().filter(|reason| reason.hosts > 0).take(NAMED).map(|reason| {
        let (hosts, accounts) = (many(reason.hosts, "host"), many(reason.accounts, "account"));
        format!("{} ({hosts} in {accounts})\n-> {}", reason.name, reason.name.advice())
    }));
    for groups in [groups(run), skipped(run)] {
        paragraphs.extend(groups.iter().take(NAMED).map(|group| told(group, "Not looked at: ")));
    }
    paragraphs.extend(links.map(|links| format!("Page       {}\nExecution  {}", links.report, links.execution)));
    paragraphs.join("\n\n")
}
