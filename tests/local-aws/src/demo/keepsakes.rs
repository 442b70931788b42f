//! What is left of each scenario when the local AWS is gone: its reports under `target/demo`, and its history as a tree.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use aws_sdk_s3::operation::get_object::GetObjectError;

use super::arguments::Demo;
use super::outcome::Outcome;
use super::scenario::Scenario;
use super::show;
use crate::error::{At, During, Result};
use crate::local_aws::LocalAws;
use crate::tree;

/// The report for people first.
const KINDS: [&str; 3] = ["html", "json", "csv"];
const STEP: &str = "saving a report";

/// Collects while the scenarios run; what it has to say comes after them.
pub(crate) struct Keepsakes {
    folder: PathBuf,
    with_history: bool,
    histories: Vec<String>,
    reports: Vec<(Scenario, PathBuf)>,
}

impl Keepsakes {
    pub(crate) fn new(aws: &LocalAws, demo: &Demo) -> Self {
        let folder = aws.workspace.target.join("demo");
        Self { folder, with_history: demo.history, histories: Vec::new(), reports: Vec::new() }
    }

    /// Saves the scenario's reports and reads its history, before anything deletes them.
    pub(crate) async fn take(&mut self, aws: &LocalAws, outcome: &Outcome) -> Result<()> {
        std::fs::create_dir_all(&self.folder).at(STEP, &self.folder)?;
        let mut saved = Vec::new();
        for kind in KINDS {
            let path = self.folder.join(format!("{}.{kind}", outcome.scenario));
            match content(aws, outcome, kind).await? {
                Some(content) => {
                    std::fs::write(&path, content).at(STEP, &path)?;
                    saved.push(path);
                }
                // That of an earlier demo would be taken for this one's.
                None => _ = std::fs::remove_file(&path),
            }
        }
        self.reports.extend(saved.into_iter().next().map(|path| (outcome.scenario, path)));
        if self.with_history {
            let history = history(aws, outcome).await?;
            self.histories.push(format!("History of {}\n{history}\n\n", outcome.scenario));
        }
        Ok(())
    }

    /// The trees, one below the other.
    pub(crate) fn histories(&self) -> String {
        self.histories.concat()
    }

    /// Where the reports are, to click on where the terminal can.
    pub(crate) fn links(&self) -> String {
        let terminal = std::io::stdout().is_terminal();
        let lines = self.reports.iter().map(|(scenario, path)| format!("  {scenario:16} {}", link(path, terminal)));
        std::iter::once("Reports".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// Opens the reports in whatever the user looks at such files with; where there is nothing, that is no failure.
    pub(crate) fn open(&self) {
        for (_, path) in &self.reports {
            if let Err(error) = open::that_detached(path) {
                eprintln!("{} could not be opened: {error}", path.display());
            }
        }
    }
}

async fn history(aws: &LocalAws, outcome: &Outcome) -> Result<String> {
    if aws.deployment().is_err() {
        return Ok("  gone with the stack".to_owned());
    }
    let run = tree::read::run(&aws.clients.sfn(), &outcome.run.execution_arn, false).await?;
    Ok(tree::text::text(&run, show::width().into(), false))
}

/// `report.json` is there already; the others are in the bucket.
async fn content(aws: &LocalAws, outcome: &Outcome, kind: &str) -> Result<Option<Vec<u8>>> {
    if let ("json", Some(report)) = (kind, &outcome.run.report) {
        return serde_json::to_vec_pretty(report).map(Some).during(STEP);
    }
    let name = if outcome.scenario == Scenario::Inspect { "coverage" } else { "report" };
    let key = format!("runs/{}/{name}.{kind}", outcome.run.run);
    match aws.clients.s3().get_object().bucket(&outcome.run.report_bucket).key(key).send().await {
        Ok(object) => Ok(Some(object.body.collect().await.during(STEP)?.to_vec())),
        Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
        Err(error) => Err(error).during(STEP),
    }
}

/// A `file://` link; a terminal gets it as a hyperlink (OSC 8) as well.
fn link(path: &Path, terminal: bool) -> String {
    // What may stand in a URL as it is.
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    let url = format!("file://{}", percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), KEPT));
    if terminal { format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\") } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_url_that_can_be_clicked() {
        let path = Path::new("/home/anna maria/target/demo/first-rollout.html");
        let url = "file:///home/anna%20maria/target/demo/first-rollout.html";
        assert_eq!(link(path, false), url);
        assert_eq!(link(path, true), format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\"));
    }
}
