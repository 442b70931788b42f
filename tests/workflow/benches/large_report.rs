//! How long the report of 1,000 accounts × 17 Regions takes to make, how much memory that is, and how large it gets.
//!
//! `cargo bench --profile dev -p workflow --bench large_report`; with a folder in `REPORT_FOLDER` the files stay there.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use kit::ObjectKey;
use report::links::Links;
use workflow::sample;

fn main() -> std::io::Result<()> {
    let (accounts, regions) = (1_000, 17);
    let summary = sample::run(accounts, regions);
    let before = peak_memory_mb();
    let started = Instant::now();
    let html_key = ObjectKey { bucket: "data".into(), key: "runs/r/report.html".into() };
    let json = serde_json::to_vec(&summary).unwrap_or_default();
    let csv = report::csv::render(&summary);
    let html = report::html::render(&summary, Links::new(&summary, &html_key).as_ref()).into_bytes();
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{accounts} accounts × {regions} Regions: {seconds:.2} s, {:?} MB before and {:?} MB at most",
        before,
        peak_memory_mb()
    );
    for (name, content) in [("report.json", json), ("report.csv", csv), ("report.html", html)] {
        println!("{name:12} {:6} KB", content.len() / 1_000);
        if let Some(folder) = std::env::var_os("REPORT_FOLDER").map(PathBuf::from) {
            fs::write(folder.join(name), content)?;
        }
    }
    Ok(())
}

/// The largest resident size of this process; only Linux tells.
fn peak_memory_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
