//! The definition, the templates and the functions' sources as data, for tests that hold them against each other.
//!
//! Only tests use this crate, so what cannot be read ends the test with its reason.

#![expect(clippy::expect_used, reason = "only tests use this crate")]

pub mod cell;
pub mod definition;
pub mod functions;
pub mod hostile;
pub mod payload;
pub mod picture;
pub mod rendering;
pub mod sample;
pub mod template;

use std::path::{Path, PathBuf};

/// The workspace's folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the workspace.
///
/// # Panics
///
/// When it cannot be read.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}
