//! Release builds, with their progress.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::command::{self, Line};
use crate::error::{Error, Result};
use crate::progress::{Progress, Step};
use crate::workspace::Workspace;

pub(crate) const BUILDING: &str = "building";

/// The line that cargo writes for each thing it has made.
#[derive(Deserialize)]
struct Artifact {
    reason: String,
    #[serde(default)]
    package_id: String,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the SSM simulator and answers its path.
///
/// # Errors
/// When the build fails.
pub async fn build_simulator(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    let step = progress.step("Simulator", None);
    let package = "ssm-simulator".to_owned();
    let mut binaries = build(workspace, std::slice::from_ref(&package), &step).await?;
    let path = binaries.remove(&package).ok_or_else(|| Error::Unexpected {
        step: BUILDING,
        problem: "cargo named no binary of ssm-simulator".to_owned(),
    })?;
    step.done("built");
    Ok(path)
}

/// Builds these packages and answers where their binaries are.
pub(crate) async fn build(
    workspace: &Workspace,
    packages: &[String],
    step: &Step,
) -> Result<BTreeMap<String, PathBuf>> {
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut binaries = BTreeMap::new();
    command::cargo(&workspace.root)
        .args(["build", "--release", "--message-format", "json-render-diagnostics"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .lines(BUILDING, |line| match line {
            // What it compiles, or what it waits for.
            Line::Error(text) => step.note(text.trim().to_owned()),
            Line::Output(json) => {
                let Some((package, target, executable)) = artifact(json) else { return };
                made.insert(package);
                step.position(u64::try_from(made.len()).unwrap_or(u64::MAX));
                if let Some(executable) = executable.filter(|_| packages.contains(&target)) {
                    binaries.insert(target, executable);
                }
            }
        })
        .await?;
    Ok(binaries)
}

/// The package and target that were made, and the program where it is one.
fn artifact(json: &str) -> Option<(String, String, Option<PathBuf>)> {
    let artifact: Artifact = serde_json::from_str(json).ok()?;
    let target = artifact.target.filter(|_| artifact.reason == "compiler-artifact")?;
    Some((artifact.package_id, target.name, artifact.executable))
}
