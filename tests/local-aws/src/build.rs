//! Builds of the programs of the workspace, with their progress.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::command::{self, Line};
use crate::error::{Error, Result};
use crate::progress::Step;
use crate::workspace::Workspace;

const BUILDING: &str = "building";

/// For whom it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The local AWS: shares its dependencies with this program and the tests.
    Dev,
    /// Lambda, and who measures what Lambda gets.
    Release,
}

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

/// Builds these programs and answers where they are.
pub(crate) async fn build(
    workspace: &Workspace,
    programs: &[String],
    profile: Profile,
    step: &Step,
) -> Result<BTreeMap<String, PathBuf>> {
    if workspace.functions.is_empty() {
        return Err(Error::Unexpected {
            step: BUILDING,
            problem: format!("no package with a binary in {}/functions", workspace.root.display()),
        });
    }
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut built = BTreeMap::new();
    // Without packages named, cargo builds with the features that the whole workspace asks for, as it does for tests. With them
    // named, only with their own, as for Lambda.
    let (of, flags): (_, &[&str]) = match profile {
        Profile::Dev => ("--bin", &[]),
        Profile::Release => ("--package", &["--release"]),
    };
    command::cargo(&workspace.root)
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(flags)
        .args(programs.iter().flat_map(|program| [of, program]))
        .lines(BUILDING, |line| match line {
            // What it compiles, or what it waits for.
            Line::Error(text) => step.note(text.trim().to_owned()),
            Line::Output(json) => {
                let Some((package, target, executable)) = artifact(json) else { return };
                made.insert(package);
                step.position(u64::try_from(made.len()).unwrap_or(u64::MAX));
                if let Some(executable) = executable.filter(|_| programs.contains(&target)) {
                    built.insert(target, executable);
                }
            }
        })
        .await?;
    match programs.iter().find(|program| !built.contains_key(*program)) {
        Some(missing) => {
            Err(Error::Unexpected { step: BUILDING, problem: format!("cargo named no binary of {missing}") })
        }
        None => Ok(built),
    }
}

/// The package and target that were made, and the program where it is one.
fn artifact(json: &str) -> Option<(String, String, Option<PathBuf>)> {
    let artifact: Artifact = serde_json::from_str(json).ok()?;
    let target = artifact.target.filter(|_| artifact.reason == "compiler-artifact")?;
    Some((artifact.package_id, target.name, artifact.executable))
}
