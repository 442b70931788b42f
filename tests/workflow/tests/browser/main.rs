//! The report, and the page of an inspection, in a real browser: Chromium, without a window. Skipped, with a message, where there is none, unless
//! `REQUIRE_BROWSER` is set.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod coverage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_aws::{Progress, Venv, Workspace};
use patching::outcome::{AccountOutcome, Status};
use patching::summary::RunSummary;
use report::links::Links;
use serde_json::json;
use workflow::{sample, sample_hosts};

const REQUIREMENTS: &str = include_str!("requirements.txt");

#[tokio::test]
async fn reports_of_three_sizes_work_in_a_browser() {
    let Some(browser) = Browser::find().await else { return };
    for (accounts, regions) in SIZES {
        let name = format!("report-{accounts}x{regions}");
        browser.check("check.py", write(&browser.folder, &name, &sample::run(accounts, regions)));
    }
}

#[tokio::test]
async fn reports_of_waves_work_in_a_browser_also_of_a_run_that_was_halted() {
    let Some(browser) = Browser::find().await else { return };
    let (waves, halted) = (sample::with_waves(sample::run(40, 4)), sample::halted(sample::run(40, 4)));
    browser.check("check.py", write(&browser.folder, "report-waves", &waves));
    browser.check("check.py", write(&browser.folder, "report-halted", &halted));
}

#[tokio::test]
async fn inspections_of_three_sizes_work_in_a_browser() {
    let Some(browser) = Browser::find().await else { return };
    for (accounts, regions) in SIZES {
        let name = format!("coverage-{accounts}x{regions}");
        browser
            .check("check_coverage.py", coverage::write(&browser.folder, &name, &sample_hosts::run(accounts, regions)));
    }
    let waves = sample::with_waves(sample_hosts::run(40, 4));
    browser.check("check_coverage.py", coverage::write(&browser.folder, "coverage-waves", &waves));
}

/// Accounts and Regions.
const SIZES: [(usize, usize); 3] = [(3, 2), (40, 4), (1_000, 17)];

struct Browser {
    chromium: PathBuf,
    python: PathBuf,
    folder: PathBuf,
}

impl Browser {
    /// None, with a message, where there is no Chromium.
    async fn find() -> Option<Self> {
        let Some(chromium) = chromium() else {
            assert!(std::env::var_os("REQUIRE_BROWSER").is_none(), "no Chromium in PATH, and REQUIRE_BROWSER is set");
            eprintln!("skipped: no Chromium in PATH (apt-get install chromium, or set CHROMIUM)");
            return None;
        };
        let workspace = Workspace::find().await.unwrap();
        let venv = Venv::prepare_from(&workspace, "browser-venv", REQUIREMENTS, &Progress::silent()).await.unwrap();
        let folder = workspace.folder().join("reports");
        std::fs::create_dir_all(&folder).unwrap();
        Some(Self { chromium, python: venv.python(), folder })
    }

    /// Uses a page as the script does, and holds it against what it must show.
    fn check(&self, script: &str, (page, expected): (PathBuf, PathBuf)) {
        let script = workflow::root().join("tests/workflow/tests/browser").join(script);
        let files = [&script, &self.chromium, &page, &expected, &self.folder];
        let checked = Command::new(&self.python).args(files).output().unwrap();
        print!("{}", String::from_utf8_lossy(&checked.stdout));
        assert!(checked.status.success(), "{}: {}", page.display(), String::from_utf8_lossy(&checked.stderr));
    }
}

/// A report, and what it must show.
fn write(folder: &Path, name: &str, summary: &RunSummary) -> (PathBuf, PathBuf) {
    let report = record::ObjectKey { bucket: "data".into(), key: "runs/run/report.html".into() };
    let links = Links::new(summary, &report).unwrap();
    let page = folder.join(format!("{name}.html"));
    let expected = page.with_extension("expected.json");
    std::fs::write(&page, report::html::render(summary, Some(&links)).unwrap()).unwrap();
    std::fs::write(&expected, expectations(summary).to_string()).unwrap();
    (page, expected)
}

/// What the page must show, taken from the run and not from the page.
fn expectations(summary: &RunSummary) -> serde_json::Value {
    let outcomes = &summary.outcomes;
    let mut units: BTreeMap<_, usize> = BTreeMap::new();
    for account in outcomes {
        *units.entry(account.organizational_unit.as_deref().unwrap()).or_default() += 1;
    }
    let (unit, in_unit) = units.first_key_value().unwrap();
    let of = |status| outcomes.iter().filter(|account| account.status == status).count();
    let (failed, skipped) =
        (of(Status::Failed), outcomes.iter().filter(|account| is_skipped_somewhere(account)).count());
    let early = of_wave(summary, "early");
    let waves: Vec<_> = summary.waves.iter().map(|wave| (&wave.name, of_wave(summary, &wave.name))).collect();
    json!({
        "waves": waves,
        "next": match summary.waves.as_slice() {
            [] => "Thu 3 Dec 2026 01:00 EST (America/New_York), Thu 3 Dec 2026 06:00 UTC",
            _ => "02:00 EST (America/New_York), ",
        },
        "names": outcomes.iter().map(|account| &account.name).collect::<Vec<_>>(),
        "verdict": match &summary.error {
            Some(_) => format!("Halted in the wave early: {} of {} accounts failed", early["failed"], early["accounts"]),
            None => format!("{failed} of {} accounts failed", outcomes.len() - of(Status::Skipped)),
        },
        "notReachedAccounts": of(Status::NotReached),
        "unit": unit,
        "accountsInUnit": in_unit,
        "failedAccounts": failed,
        "skippedAccounts": skipped,
        "region": outcomes.iter().find_map(|account| account.regions.first()).unwrap().region,
    })
}

fn of_wave(summary: &RunSummary, wave: &str) -> serde_json::Value {
    let accounts = summary.outcomes.iter().filter(|account| account.wave.as_deref() == Some(wave));
    let of = |status| accounts.clone().filter(|account| account.status == status).count();
    json!({
        "accounts": accounts.clone().count(), "succeeded": of(Status::Succeeded), "failed": of(Status::Failed),
        "skipped": of(Status::Skipped), "notReached": of(Status::NotReached)
    })
}

fn is_skipped_somewhere(account: &AccountOutcome) -> bool {
    account.skipped.is_some() || account.regions.iter().any(|region| region.skipped.is_some())
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let installed = ["chromium", "chromium-browser", "google-chrome"];
    let found = installed.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    named.into_iter().chain(found).find(|program| Path::is_file(program))
}
