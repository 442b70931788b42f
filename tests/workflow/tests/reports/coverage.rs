//! The files of an inspection: the schema of `coverage.json` is the one that the types have, and the table has every host.

use std::collections::BTreeMap;

use jiff::Timestamp;
use patching::hosts::Cell;
use patching::hosts::coverage::{Coverage, Earlier};
use patching::summary::RunSummary;
use report::coverage::{Made, Making};
use serde_json::{Value, json, to_value};
use workflow::{sample, sample_hosts, schema};

const SCHEMA: &str = "functions/report/coverage.schema.json";

#[test]
fn the_schema_of_coverage_is_that_of_the_types() {
    schema::is_up_to_date(SCHEMA, &schemars::schema_for!(Coverage));
}

#[test]
fn inspections_follow_the_schema() {
    for (accounts, regions) in [(0, 1), (3, 2), (60, 17)] {
        assert_eq!(problems(&to_value(made(accounts, regions).1.coverage).unwrap()), Vec::<String>::new());
    }
}

#[test]
fn each_wave_has_its_percentage_there_and_in_the_history() {
    let run = sample::with_waves(sample_hosts::run(60, 17));
    let (_, Made { coverage, table, .. }) = made_of(&run);
    assert_eq!(problems(&to_value(&coverage).unwrap()), Vec::<String>::new());
    assert_eq!(
        coverage.waves.iter().map(|wave| wave.name.as_str()).collect::<Vec<_>>(),
        ["pilot", "early", "production"]
    );
    assert_eq!(coverage.waves.iter().map(|wave| wave.hosts.all).sum::<u64>(), coverage.hosts.all);
    let past = coverage.past(Timestamp::UNIX_EPOCH);
    for wave in &coverage.waves {
        assert_eq!(past.waves.get(&wave.name).copied(), wave.hosts.patched_percent);
        let rows = csv::Reader::from_reader(table.as_slice()).into_deserialize().map(Result::unwrap);
        let of_wave = rows.filter(|row: &BTreeMap<String, String>| row["wave"] == wave.name);
        assert_eq!(of_wave.map(|row| row["hosts"].parse::<u64>().unwrap()).sum::<u64>(), wave.hosts.all);
    }
}

#[test]
fn what_is_no_inspection_does_not_follow_it() {
    let mut coverage = to_value(made(3, 2).1.coverage).unwrap();
    coverage["hosts"] = json!("all");
    coverage["reasons"][0]["name"] = json!("Whatever");
    assert_eq!(problems(&coverage).len(), 2);
}

#[test]
fn the_table_has_every_host_and_its_hosts_are_those_of_the_whole() {
    let (cells, made) = made(60, 17);
    let rows: Vec<BTreeMap<String, String>> =
        csv::Reader::from_reader(made.table.as_slice()).deserialize().map(Result::unwrap).collect();
    let hosts: Vec<_> = cells.iter().flat_map(|cell| &cell.hosts).collect();
    let ids: Vec<_> = rows.iter().map(|row| row["instance_id"].as_str()).filter(|id| !id.is_empty()).collect();
    assert_eq!(ids, hosts.iter().map(|host| host.id.as_str()).collect::<Vec<_>>());
    let counted: u64 = rows.iter().map(|row| row["hosts"].parse::<u64>().unwrap()).sum();
    assert_eq!(counted, made.coverage.hosts.all);
    let unseen = rows.iter().filter(|row| row["instance_id"].is_empty()).count();
    assert_eq!(unseen as u64, made.coverage.not_inspected + made.coverage.denied);
}

fn made(accounts: usize, regions: usize) -> (Vec<Cell>, Made) {
    made_of(&sample_hosts::run(accounts, regions))
}

fn made_of(run: &RunSummary) -> (Vec<Cell>, Made) {
    let cells: Vec<Cell> = sample_hosts::cells(run).collect();
    let mut making = Making::new(run).unwrap();
    cells.iter().try_for_each(|cell| making.add(cell)).unwrap();
    let made = making.finish(Earlier::default()).unwrap();
    (cells, made)
}

fn problems(coverage: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&workflow::read(SCHEMA)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(coverage).map(|error| error.to_string()).collect()
}
