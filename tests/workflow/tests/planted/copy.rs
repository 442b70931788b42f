//! A copy of the workspace, to plant bugs in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use workflow::root;

/// A test, as cargo finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CaughtBy {
    pub(crate) package: &'static str,
    /// The suite; none for a test inside of the package's library.
    pub(crate) suite: Option<&'static str>,
    /// The last part of its name.
    pub(crate) test: &'static str,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    /// It did not compile, or there is no such test.
    NotRun,
}

pub(crate) struct Copy(TempDir);

impl Copy {
    /// All that cargo needs.
    pub(crate) fn make() -> Self {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap();
            if name != "target" && name != ".git" {
                copy_into(&entry, &copy.path().join(name));
            }
        }
        Self(copy)
    }

    /// Does `work` while the one place in `file` that reads `right` reads `wrong`.
    pub(crate) fn with<T>(&self, file: &str, right: &str, wrong: &str, work: impl FnOnce(&Self) -> T) -> T {
        let path = self.0.path().join(file);
        let source = fs::read_to_string(&path).unwrap();
        fs::write(&path, source.replacen(right, wrong, 1)).unwrap();
        let result = work(self);
        fs::write(&path, source).unwrap();
        result
    }

    pub(crate) fn test(&self, caught_by: CaughtBy) -> Verdict {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--quiet", "--package", caught_by.package]);
        match caught_by.suite {
            Some(suite) => cargo.args(["--test", "workflow", &format!("{suite}::{}", caught_by.test)]),
            None => cargo.args(["--lib", caught_by.test]),
        };
        let target = target();
        let output = cargo.current_dir(self.0.path()).env("CARGO_TARGET_DIR", target).output();
        let said = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
        if said.contains("test result: FAILED") {
            Verdict::Failed
        } else if said.contains("1 passed") {
            Verdict::Passed
        } else {
            Verdict::NotRun
        }
    }
}

/// Beside what this test was built into, `<target>/debug/deps/<test>`, and kept: cargo takes two copies of a workspace for the same one,
/// and would use what it built with a bug for the other.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("planted")
}

fn copy_into(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
            copy_into(&entry, &to.join(entry.file_name().unwrap()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}
