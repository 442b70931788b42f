//! The Python virtual environment that `MiniStack` runs in, made from a pinned list and used again by later runs.

use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::error::{At, Error, Result};
use crate::lock;
use crate::progress::Progress;
use crate::workspace::Workspace;

const STEP: &str = "making the Python environment";
const REQUIREMENTS: &str = include_str!("../requirements.txt");
const OLDEST: (u32, u32) = (3, 10);

/// A virtual environment that holds exactly what `requirements.txt` lists.
#[derive(Debug, Clone)]
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// Makes the environment, unless an earlier run made it from the same list with the same Python.
    /// Of several runs at once one makes it and the others wait.
    ///
    /// # Errors
    /// Without Python 3.10 or later, or when pip fails.
    pub async fn prepare(workspace: &Workspace, progress: &Progress) -> Result<Self> {
        Self::prepare_from(workspace, "venv", REQUIREMENTS, progress).await
    }

    /// The same for another list of pinned requirements, in a folder of this name.
    ///
    /// # Errors
    /// As [`Venv::prepare`].
    pub async fn prepare_from(
        workspace: &Workspace,
        name: &str,
        requirements: &str,
        progress: &Progress,
    ) -> Result<Self> {
        let step = progress.step("Python environment", None);
        let folder = workspace.folder().join(name);
        let venv = Self { folder: folder.clone() };
        let python = Python::find().await?;
        let _lock = lock::wait(&workspace.folder().join(format!("{name}.lock"))).await?;
        let stamp = folder.join("made-from.txt");
        let wanted = format!("{requirements}\nPython {}\n{}\n", python.version, folder.display());
        if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            step.done("as the last run left it");
            return Ok(venv);
        }
        step.note("installing with pip");
        venv.make(&python, requirements).await?;
        std::fs::write(&stamp, wanted).at(STEP, &stamp)?;
        step.done(&format!("made with Python {}", python.version));
        Ok(venv)
    }

    async fn make(&self, python: &Python, requirements: &str) -> Result<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).at(STEP, &self.folder)?;
        }
        Command::new(&python.program).args(["-m", "venv"]).args([&self.folder]).output(STEP).await?;
        let list = self.folder.join("requirements.txt");
        std::fs::write(&list, requirements).at(STEP, &list)?;
        Command::new(self.python())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--requirement".as_ref(), list.as_path()])
            .output(STEP)
            .await?;
        Ok(())
    }

    /// The environment's Python.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Where the environment is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A Python that is new enough.
struct Python {
    program: String,
    version: String,
}

impl Python {
    async fn find() -> Result<Self> {
        let named = std::env::var("PYTHON").ok();
        let candidates = match &named {
            Some(program) => vec![program.as_str()],
            None => vec!["python3", "python"],
        };
        let mut found = Vec::new();
        for program in candidates {
            match Self::version_of(program).await {
                Ok(version) if is_new_enough(&version) => {
                    return Ok(Self { program: program.to_owned(), version });
                }
                Ok(version) => found.push(format!("{program} is {version}")),
                Err(_) => found.push(format!("{program} cannot be run")),
            }
        }
        Err(Error::Python { found: found.join(", ") })
    }

    async fn version_of(program: &str) -> Result<String> {
        let code = "import platform; print(platform.python_version())";
        let version = Command::new(program).args(["-c", code]).output(STEP).await?;
        Ok(version.trim().to_owned())
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(is_new_enough("3.10.0"));
        assert!(is_new_enough("3.13.0rc1"));
        assert!(is_new_enough("4.0"));
        assert!(!is_new_enough("3.9.18"));
        assert!(!is_new_enough("2.7.18"));
        assert!(!is_new_enough(""));
    }

    #[test]
    fn every_requirement_is_pinned() {
        let loose: Vec<&str> = REQUIREMENTS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains("=="))
            .collect();
        assert!(loose.is_empty(), "not pinned: {loose:?}");
    }
}
