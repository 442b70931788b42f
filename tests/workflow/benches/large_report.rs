//! How long the report of a large organization takes to make, how much memory that is, and how large it gets.
//!
//! `cargo bench --profile dev -p workflow --bench large_report -- 1000x17 5000x17 hosts-1000x17`, accounts by Regions, each in a process
//! of its own; with a folder in `REPORT_FOLDER` the files stay there. Does what the function does between reading the ledger and the
//! last upload; with `hosts-` for an inspection that found 17 hosts in three Regions of each account.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use std::{fs, io};

use patching::hosts::coverage::Earlier;
use record::ObjectKey;
use report::coverage::{Made, Making};
use report::links::Links;
use workflow::{sample, sample_hosts};

fn main() -> io::Result<()> {
    let sizes: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match sizes.as_slice() {
        [] => measure("1000x17"),
        [size] => match size.strip_prefix("hosts-") {
            Some(size) => measure_hosts(size),
            None => measure(size),
        },
        sizes => {
            sizes.iter().try_for_each(|size| Command::new(std::env::current_exe()?).arg(size).status().map(|_| ()))
        }
    }
}

fn measure(size: &str) -> io::Result<()> {
    let (accounts, regions) = workflow::size(size);
    let summary = sample::run(accounts, regions);
    let before = peak_memory_mb();
    let started = Instant::now();
    let html_key = ObjectKey { bucket: "data".into(), key: "runs/r/report.html".into() };
    keep("report.json", &serde_json::to_vec(&summary).unwrap_or_default())?;
    keep("report.csv", &report::csv::render(&summary).map_err(io::Error::other)?)?;
    let page = report::html::render(&summary, Links::new(&summary, &html_key).as_ref()).map_err(io::Error::other)?;
    keep("report.html", page.as_bytes())?;
    let seconds = started.elapsed().as_secs_f64();
    let peak = peak_memory_mb();
    println!("{accounts} accounts × {regions} Regions: {seconds:.2} s, {before:?} MB before and {peak:?} MB at most");
    Ok(())
}

fn measure_hosts(size: &str) -> io::Result<()> {
    let (accounts, regions) = workflow::size(size);
    let run = sample_hosts::run(accounts, regions);
    let before = peak_memory_mb();
    let started = Instant::now();
    let mut making = Making::new(&run)?;
    for cell in sample_hosts::cells(&run) {
        making.add(&serde_json::from_slice(&serde_json::to_vec(&cell)?)?)?;
    }
    let Made { coverage, table, lines, hosts } = making.finish(Earlier::default())?;
    let links = Links::new(&run, &ObjectKey { bucket: "data".into(), key: "runs/r/coverage.html".into() });
    keep("coverage.json", &serde_json::to_vec(&coverage)?)?;
    keep("coverage.csv", &table)?;
    keep("hosts.jsonl.gz", &lines)?;
    let history = sample_hosts::history(&coverage);
    let page = report::coverage::render(&run, &coverage, &history, &hosts, links.as_ref()).map_err(io::Error::other)?;
    keep("coverage.html", page.as_bytes())?;
    let (seconds, peak, all) = (started.elapsed().as_secs_f64(), peak_memory_mb(), coverage.hosts.all);
    println!(
        "{accounts} accounts × {regions} Regions, {all} hosts: {seconds:.2} s, {before:?} MB before and {peak:?} MB at most"
    );
    Ok(())
}

fn keep(name: &str, content: &[u8]) -> io::Result<()> {
    println!("{name:12} {:6} KB", content.len() / 1_000);
    match std::env::var_os("REPORT_FOLDER").map(PathBuf::from) {
        Some(folder) => fs::write(folder.join(name), content),
        None => Ok(()),
    }
}

/// The largest resident size of this process; only Linux tells.
fn peak_memory_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
