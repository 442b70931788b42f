//! What a person reads at the end.

mod calendar;
mod changes;
mod failures;
mod figures;
mod hosts;
mod waves;

use std::collections::BTreeSet;
use std::fmt::Write;

use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;

use super::outcome::Outcome;
use crate::dead_letters::DeadLetter;
use crate::local_aws::LocalAws;
use crate::options::{DENIED_UNIT, OPT_IN_REGION};
use crate::organization::{Condition, Organization};

/// How wide a line may be where nobody says.
const USUAL_WIDTH: u16 = 100;
/// More would not be easier to read.
const WIDEST: u16 = 120;
/// Has room for a column of every scenario.
const WIDE: u16 = 110;
/// More do not fit into 80 characters.
const MOST_COLUMNS: usize = 4;

/// All tables, one below the other.
pub(crate) fn everything(aws: &LocalAws, outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let mut section = |title: &str, content: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{title}\n{content}\n");
    };
    section("Organization", &organization(&aws.organization));
    section("What each run did", &side_by_side(outcomes, figures::figures));
    if let Some(waves) = waves::waves(outcomes) {
        section("Waves", &waves.to_string());
    }
    if let Some(calendar) = calendar::calendar(outcomes) {
        section("The coming 35 days", &calendar.to_string());
    }
    section("SSM calls by operation", &side_by_side(outcomes, figures::calls));
    if let Some(hosts) = hosts::hosts(outcomes) {
        section("Hosts", &hosts);
    }
    let repairs = changes::repairs(outcomes);
    if !repairs.is_empty() {
        section("Drift that was put right", &repairs);
    }
    let letters: Vec<&DeadLetter> = outcomes.iter().flat_map(|outcome| &outcome.dead_letters).collect();
    if letters.is_empty() {
        section("Dead-letter queue", "  empty");
    } else {
        section("Dead-letter queue", &failures::dead_letters(aws, &letters).to_string());
    }
    let differences = failures::differences(outcomes);
    if !differences.is_empty() {
        section("Not as promised", &differences);
    }
    text
}

/// Who is there, in a sentence.
fn organization(organization: &Organization) -> String {
    let count = |condition| organization.accounts_that_are(condition).count();
    let opted_in = organization.accounts.iter().find(|account| account.regions.iter().any(|one| one == OPT_IN_REGION));
    let opted_in = opted_in.map_or_else(String::new, |account| format!(", {OPT_IN_REGION} in {} only", account.name));
    format!(
        "  {} accounts: {} can be set up, {} without the member role, {} suspended\n  {} Regions{opted_in}: \
         {} account-Regions in scope",
        organization.accounts.len(),
        count(Condition::Ready),
        count(Condition::WithoutRole),
        count(Condition::Suspended),
        organization.regions.len() - 1,
        organization.pairs(),
    ) + &denied(organization)
}

fn denied(organization: &Organization) -> String {
    let regions: BTreeSet<_> = organization.denied().filter_map(|account| account.denied.as_deref()).collect();
    let Some(region) = regions.first() else { return String::new() };
    let count = organization.denied().count();
    format!("\n  a service control policy denies {region} to {count} of them, those in the unit {DENIED_UNIT}")
}

/// How to use the AWS CLI on what is left running.
pub(crate) fn how_to_use(aws: &LocalAws) -> String {
    let clients = &aws.clients;
    format!(
        "\nEverything is left running until Ctrl-C. In another terminal:\n\n\
         export AWS_ENDPOINT_URL={}\nexport AWS_ENDPOINT_URL_SSM={ssm}\nexport AWS_ENDPOINT_URL_EC2={ssm}\n\
         export AWS_ACCESS_KEY_ID=test\nexport AWS_SECRET_ACCESS_KEY=test\nexport AWS_DEFAULT_REGION={}\n\n\
         With a member account's id as AWS_ACCESS_KEY_ID you are root of that account.\n",
        clients.endpoint,
        clients.home_region,
        ssm = clients.ssm_endpoint,
    )
}

/// A column for each run, in as many tables as it takes.
fn side_by_side(outcomes: &[Outcome], table: impl Fn(&[Outcome]) -> Table) -> String {
    let columns = if width() < WIDE { MOST_COLUMNS } else { outcomes.len().max(1) };
    let tables: Vec<String> = outcomes.chunks(columns).map(|some| table(some).to_string()).collect();
    tables.join("\n")
}

/// A table as wide as it may be here.
fn table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_width(width());
    table
}

/// Columns of a line.
pub(crate) fn width() -> u16 {
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    width.or_else(|| Table::new().width()).unwrap_or(USUAL_WIDTH).min(WIDEST)
}
