//! What failed, and what was not as promised.

use std::collections::BTreeMap;

use comfy_table::{Attribute, Cell, Table};
use serde_json::Value;

use super::super::outcome::Outcome;
use crate::dead_letters::DeadLetter;
use crate::local_aws::LocalAws;

/// More would push the other tables off the screen; the reports hold all.
const MOST_LINES: usize = 20;
const MOST_DIFFERENCES: usize = 10;

/// A line for each thing that failed, with the runs that it failed in.
pub(super) fn dead_letters(aws: &LocalAws, letters: &[&DeadLetter]) -> Table {
    let mut lines: BTreeMap<[String; 4], Vec<&str>> = BTreeMap::new();
    for letter in letters {
        let account = letter.input["accounts"][0].as_str().unwrap_or_default();
        let key = [
            format!("{}\n{account}", aws.organization.name_of(account)),
            regions_of(letter),
            letter.attribute("step").to_owned(),
            cause_of(letter),
        ];
        lines.entry(key).or_default().push(letter.attribute("run"));
    }
    let mut table = super::table();
    let header = ["account", "Region", "step", "cause", "runs"];
    table.set_header(header.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    let more = lines.len().saturating_sub(MOST_LINES);
    for ([account, regions, step, cause], runs) in lines.into_iter().take(MOST_LINES) {
        table.add_row([account, regions, step, cause, runs.len().to_string()]);
    }
    if more > 0 {
        table.add_row([format!("… and {more} more")]);
    }
    table
}

fn regions_of(letter: &DeadLetter) -> String {
    match letter.input["regions"].as_array().map(Vec::as_slice) {
        Some([one]) => one.as_str().unwrap_or_default().to_owned(),
        _ => "all".to_owned(),
    }
}

/// The error's name and the first line of its cause, which is JSON where a function failed.
fn cause_of(letter: &DeadLetter) -> String {
    let error = letter.attribute("error");
    let cause = letter.attribute("cause");
    let cause = cause.strip_prefix(error).unwrap_or(cause).trim_start_matches(": ");
    let thrown: Option<Value> = serde_json::from_str(cause).ok();
    let message = thrown.as_ref().and_then(|thrown| thrown["errorMessage"].as_str()).unwrap_or(cause);
    let line = message.lines().next().unwrap_or_default();
    // Without the request's id, which differs from run to run.
    let line = line.rsplit_once(" (request ").map_or(line, |(line, _)| line);
    let line = line.strip_prefix("access was denied: ").unwrap_or(line);
    format!("{error}: {line}")
}

/// What each scenario did not do as it promises.
pub(super) fn differences(outcomes: &[Outcome]) -> String {
    let mut lines = Vec::new();
    for outcome in outcomes {
        let shown = outcome.differences.iter().take(MOST_DIFFERENCES);
        lines.extend(shown.map(|difference| format!("  {}: {difference}", outcome.scenario)));
        let more = outcome.differences.len().saturating_sub(MOST_DIFFERENCES);
        if more > 0 {
            lines.push(format!("  {}: … and {more} more", outcome.scenario));
        }
    }
    lines.join("\n")
}
