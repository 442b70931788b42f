//! The functions' release binaries and their zips, as they are uploaded for Lambda.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use crate::build::{BUILDING, build};
use crate::error::{At, Error, Result};
use crate::progress::Progress;
use crate::workspace::Workspace;

const ZIPPING: &str = "zipping the functions";

/// One function, ready for upload.
#[derive(Debug, Clone)]
pub struct FunctionZip {
    /// The function's name: its folder's, its package's and its binary's.
    pub name: String,
    /// The zip, with the binary as `bootstrap`.
    pub path: PathBuf,
    /// The zip's size.
    pub bytes: u64,
}

/// Builds and zips every function.
///
/// # Errors
/// When a build fails or the zips cannot be written.
pub async fn build_functions(workspace: &Workspace, progress: &Progress) -> Result<Vec<FunctionZip>> {
    let step = progress.step("Functions", Some(workspace.build_length));
    if workspace.functions.is_empty() {
        return Err(Error::Unexpected {
            step: BUILDING,
            problem: format!("no package with a binary in {}/functions", workspace.root.display()),
        });
    }
    let binaries = build(workspace, &workspace.functions, &step).await?;
    step.note("zipping");
    let folder = workspace.folder().join("zips");
    std::fs::create_dir_all(&folder).at(ZIPPING, &folder)?;
    let mut zips = Vec::new();
    for (name, binary) in binaries {
        let path = folder.join(format!("{name}.zip"));
        let bytes = tokio::task::spawn_blocking(move || zip_if_changed(&binary, &path).map(|bytes| (path, bytes)));
        zips.push((name, bytes));
    }
    let zips = collect(zips).await?;
    let largest = zips.iter().map(|zip| zip.bytes).max().unwrap_or(0);
    step.done(&format!("{} built, zips of at most {}", zips.len(), megabytes(largest)));
    Ok(zips)
}

type Zipping = tokio::task::JoinHandle<Result<(PathBuf, u64)>>;

async fn collect(zipping: Vec<(String, Zipping)>) -> Result<Vec<FunctionZip>> {
    let mut zips = Vec::new();
    for (name, task) in zipping {
        let (path, bytes) =
            task.await.map_err(|error| Error::Unexpected { step: ZIPPING, problem: error.to_string() })??;
        zips.push(FunctionZip { name, path, bytes });
    }
    Ok(zips)
}

/// Zips the binary as `bootstrap`, unless the zip holds it already, and answers the zip's size.
fn zip_if_changed(binary: &Path, path: &Path) -> Result<u64> {
    let content = std::fs::read(binary).at(ZIPPING, binary)?;
    if !holds(path, &content) {
        zip(&content, path)?;
    }
    Ok(path.metadata().at(ZIPPING, path)?.len())
}

/// Compares the contents: a time would not tell which of several builds the zip was made from.
fn holds(path: &Path, content: &[u8]) -> bool {
    let unzip = || -> zip::result::ZipResult<Vec<u8>> {
        let mut unzipped = Vec::with_capacity(content.len());
        zip::ZipArchive::new(File::open(path)?)?.by_name("bootstrap")?.read_to_end(&mut unzipped)?;
        Ok(unzipped)
    };
    unzip().is_ok_and(|unzipped| unzipped == content)
}

fn zip(content: &[u8], path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Renamed when complete: another copy of this program may read or write the same zip.
    let mut file = tempfile::NamedTempFile::new_in(folder).at(ZIPPING, folder)?;
    let options = SimpleFileOptions::default()
        .compression_level(Some(9))
        // A fixed time: equal binaries make equal zips, and Lambda keeps what did not change.
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o755);
    let mut writer = zip::ZipWriter::new(file.as_file_mut());
    writer
        .start_file("bootstrap", options)
        .and_then(|()| writer.write_all(content).map_err(Into::into))
        .and_then(|()| writer.finish().map(drop))
        .map_err(|error| Error::Unexpected { step: ZIPPING, problem: format!("{}: {error}", path.display()) })?;
    file.persist(path).map_err(|error| error.error).at(ZIPPING, path)?;
    Ok(())
}

pub(crate) fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let megabytes = bytes as f64 / 1_000_000.0;
    format!("{megabytes:.1} MB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_binaries_make_equal_zips_that_hold_an_executable_bootstrap() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1.zip"), folder.path().join("2.zip"));
        zip(b"#!/bin/sh\n", &first).unwrap();
        zip(b"#!/bin/sh\n", &second).unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
        let mut archive = zip::ZipArchive::new(File::open(&first).unwrap()).unwrap();
        let entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o755);
    }
    #[test]
    fn a_zip_of_another_build_is_made_again_and_one_of_the_same_build_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (binary, path) = (folder.path().join("report"), folder.path().join("report.zip"));
        for content in ["one", "one", "another"] {
            std::fs::write(&binary, content).unwrap();
            zip_if_changed(&binary, &path).unwrap();
            assert!(holds(&path, content.as_bytes()));
            assert!(!holds(&path, b"something else"));
        }
    }
}
