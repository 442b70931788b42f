//! `report.csv` as a program and a spreadsheet read it.

use std::collections::{BTreeMap, BTreeSet};

use patching::outcome::{AccountOutcome, Failure, Status};
use workflow::sample::{self, HOSTILE_NAMES};

type Row = BTreeMap<String, String>;

fn rows(csv: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(csv).deserialize().map(Result::unwrap).collect()
}

#[test]
fn there_is_a_row_for_each_account_region_window_and_one_for_what_failed_before() {
    let run = sample::run(60, 5);
    let rows = rows(&report::csv::render(&run).unwrap());
    let regions = run.outcomes.iter().flat_map(|account| &account.regions);
    let of_regions: usize = regions.map(|region| region.windows.len().max(1)).sum();
    let whole = run.outcomes.iter().filter(|account| account.regions.is_empty()).count();
    assert!(whole > 1);
    assert_eq!(rows.len(), of_regions + whole);
    let failed = rows.iter().filter(|row| row["status"] == "failed");
    assert!(failed.clone().all(|row| !row["error"].is_empty() && !row["advice"].is_empty()));
    assert_eq!(failed.count(), run.failures().count());
    let skipped = rows.iter().filter(|row| row["status"] == "skipped");
    assert!(
        skipped
            .clone()
            .all(|row| !row["skipped"].is_empty() && !row["message"].is_empty() && !row["advice"].is_empty())
    );
    assert_eq!(skipped.count(), run.reasons().count());
    let names: BTreeSet<_> = run.reasons().map(|(_, _, reason)| reason.name.as_str()).collect();
    assert_eq!(names, ["AccountDenied", "RegionDenied", "RegionNotEnabled"].into());
    let changed = rows.iter().find(|row| row["windowStatus"] == "updated").unwrap();
    assert!(changed["changes"].contains("task.parameters.Operation: Scan -> Install"), "{changed:?}");
}

#[test]
fn each_row_has_its_wave_and_what_was_not_reached_says_why() {
    let run = sample::halted(sample::run(60, 5));
    let rows = rows(&report::csv::render(&run).unwrap());
    for account in &run.outcomes {
        let of_account = rows.iter().filter(|row| row["account"] == account.id.as_str());
        assert!(
            of_account.clone().count() > 0 && of_account.clone().all(|row| Some(&row["wave"]) == account.wave.as_ref())
        );
    }
    let not_reached: Vec<_> = rows.iter().filter(|row| row["status"] == "notReached").collect();
    assert_eq!(not_reached.len(), run.totals.accounts.not_reached);
    for row in not_reached {
        assert!(row["message"].starts_with("halted in the wave early: "), "{row:?}");
        let is_begun = row["wave"] == "early";
        assert_eq!(row["advice"].starts_with("Not begun, or stopped on the way"), is_begun, "{row:?}");
    }
}

#[test]
fn names_come_out_as_they_went_in_and_none_is_a_formula() {
    let run = sample::run(HOSTILE_NAMES.len(), 1);
    let rows = rows(&report::csv::render(&run).unwrap());
    let mut names: Vec<_> = rows.iter().map(|row| row["accountName"].as_str()).collect();
    names.dedup();
    let safe = |name: &str| if name.starts_with('=') { format!("'{name}") } else { name.to_owned() };
    assert_eq!(names, HOSTILE_NAMES.map(safe));
}

#[test]
fn whatever_begins_like_a_formula_begins_with_an_apostrophe() {
    let mut run = sample::run(1, 1);
    for beginning in ["=", "+", "-", "@", "\t", "\r"] {
        let message = format!("{beginning}1+1");
        let error = Failure { step: "s".into(), name: "n".into(), message: message.clone() };
        run.outcomes = vec![AccountOutcome {
            status: Status::Failed,
            regions: Vec::new(),
            error: Some(error),
            ..run.outcomes[0].clone()
        }];
        assert_eq!(rows(&report::csv::render(&run).unwrap())[0]["message"], format!("'{message}"));
    }
}

#[test]
fn lines_end_as_rfc_4180_has_it() {
    let csv = String::from_utf8(report::csv::render(&sample::run(3, 1)).unwrap()).unwrap();
    assert_eq!(csv.matches('\n').count(), csv.matches("\r\n").count());
    assert!(csv.ends_with("\r\n"));
    assert!(csv.contains("\"Müller, \"\"Söhne\"\" & Co.; 100 %\""));
}
