//! The cargo workspace: its folders, its functions, and the folder under `target/` that everything made here goes to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::command;
use crate::error::{At, Error, Result};

const STEP: &str = "reading the workspace";

/// What `cargo metadata` knows.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The workspace's root folder.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The packages in `functions/` that have a binary of their own name, in order.
    pub functions: Vec<String>,
    /// How many packages a build compiles, roughly: the length of its progress bar.
    pub(crate) build_length: u64,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace that this program was built from.
    ///
    /// # Errors
    /// When cargo cannot be run, or the folder under `target/` cannot be made.
    pub async fn find() -> Result<Self> {
        let output = command::cargo(Path::new(env!("CARGO_MANIFEST_DIR")))
            // Without dependencies: with them, cargo fetches those of every other platform as well.
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .output(STEP)
            .await?;
        let metadata: Metadata = serde_json::from_str(&output)
            .map_err(|error| Error::Unexpected { step: STEP, problem: format!("cargo metadata: {error}") })?;
        let tree = command::cargo(&metadata.workspace_root)
            .args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
            .output(STEP)
            .await?;
        let packages: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        let workspace = Self::from_metadata(&metadata, u64::try_from(packages.len()).unwrap_or(u64::MAX));
        let folder = workspace.folder();
        std::fs::create_dir_all(&folder).at(STEP, &folder)?;
        Ok(workspace)
    }

    fn from_metadata(metadata: &Metadata, build_length: u64) -> Self {
        let folder = metadata.workspace_root.join("functions");
        let functions: Vec<&Package> = metadata
            .packages
            .iter()
            .filter(|package| package.manifest_path.starts_with(&folder) && package.has_binary())
            .collect();
        Self {
            root: metadata.workspace_root.clone(),
            target: metadata.target_directory.clone(),
            build_length,
            functions: functions.iter().map(|package| package.name.clone()).collect(),
        }
    }

    /// `target/local-aws`: the virtual environment, and a folder for each run.
    pub fn folder(&self) -> PathBuf {
        self.target.join("local-aws")
    }

    /// A file of the workspace.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        let path = self.root.join(path);
        std::fs::read_to_string(&path).at("reading a file of the workspace", &path)
    }
}

impl Package {
    fn has_binary(&self) -> bool {
        self.targets.iter().any(|target| target.name == self.name && target.kind.iter().any(|kind| kind == "bin"))
    }
}
