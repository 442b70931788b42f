//! A folder for one run: temporary files of the processes and their logs, so that copies of this program share nothing.

use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{At, Result};
use crate::lock;
use crate::workspace::Workspace;

const STEP: &str = "making a folder for this run";

/// The folder; dropped, it is removed, and its logs are moved to `target/local-aws/logs`.
#[derive(Debug)]
pub(crate) struct RunFolder {
    folder: TempDir,
    logs: PathBuf,
    /// Held as long as the folder is in use; the system lets go of it when this program is killed.
    _lock: File,
}

impl RunFolder {
    pub(crate) async fn make(workspace: &Workspace) -> Result<Self> {
        let parent = workspace.folder();
        let logs = parent.join("logs");
        std::fs::create_dir_all(&logs).at(STEP, &logs)?;
        let _guard = lock::wait(&parent.join("runs.lock")).await?;
        remove_abandoned(&parent);
        let folder = tempfile::Builder::new()
            .prefix(&format!("run-{}-", std::process::id()))
            .tempdir_in(&parent)
            .at(STEP, &parent)?;
        let lock = lock::wait(&folder.path().join("lock")).await?;
        Ok(Self { folder, logs, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        for file in std::fs::read_dir(self.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|extension| extension == "log") {
                // A log that cannot be kept is no reason to fail at the very end.
                let _ = std::fs::rename(file.path(), self.logs.join(file.file_name()));
            }
        }
    }
}

/// Removes the folders of runs that were killed.
fn remove_abandoned(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_run = entry.file_name().to_string_lossy().starts_with("run-");
        let free = || File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
        if is_run && free() {
            // The next run tries again.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
