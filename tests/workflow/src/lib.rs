//! The definition, the templates and the functions' sources as data, for tests that hold them against each other.
//!
//! Only tests use this crate, so what cannot be read ends the test with its reason.

#![expect(clippy::expect_used, reason = "only tests use this crate")]

pub mod cell;
pub mod checks;
pub mod definition;
pub mod functions;
pub mod hostile;
pub mod invoke;
pub mod payload;
pub mod picture;
pub mod rendering;
pub mod sample;
pub mod sample_hosts;
pub mod schema;
pub mod template;
pub mod transformer;

use std::path::{Path, PathBuf};

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the workspace.
///
/// # Panics
///
/// When it cannot be read.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Accounts and Regions of a size that a benchmark's command line names, as `40x4`.
///
/// # Panics
///
/// When it is no size.
pub fn size(text: &str) -> (usize, usize) {
    let numbers =
        text.split_once('x').and_then(|(accounts, regions)| Some((accounts.parse().ok()?, regions.parse().ok()?)));
    numbers.unwrap_or_else(|| panic!("{text:?} is no size: accounts by Regions, as 40x4"))
}
