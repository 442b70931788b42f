//! The functions' binaries and their zips, as they are uploaded for Lambda.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zip::write::SimpleFileOptions;

use crate::build::{Profile, build};
use crate::error::{At, Error, Result};
use crate::progress::{Progress, Step};
use crate::workspace::Workspace;

/// Longer than any copy of this program runs before it has uploaded a zip.
const KEPT_FOR: Duration = Duration::from_hours(24);
const ZIPPING: &str = "zipping the functions";
const SIMULATOR: &str = "ssm-simulator";

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

/// What the local AWS runs.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) functions: Vec<FunctionZip>,
    pub(crate) simulator: PathBuf,
}

/// Builds the simulator and builds and zips every function, for the local AWS.
pub(crate) async fn build_programs(workspace: &Workspace, progress: &Progress) -> Result<Programs> {
    let step = progress.step("Functions, simulator", Some(workspace.build_length));
    let simulator = SIMULATOR.to_owned();
    let programs = [workspace.functions.as_slice(), std::slice::from_ref(&simulator)].concat();
    let mut built = build(workspace, &programs, Profile::Dev, &step).await?;
    let simulator = built.remove(&simulator).unwrap_or_default();
    let functions = zip_all(workspace, built, Profile::Dev, step).await?;
    Ok(Programs { functions, simulator })
}

/// Builds and zips every function as it is deployed to AWS, for this machine's processor.
///
/// # Errors
/// When a build fails or the zips cannot be written.
pub async fn build_release(workspace: &Workspace, progress: &Progress) -> Result<Vec<FunctionZip>> {
    let step = progress.step("Functions", Some(workspace.build_length));
    let built = build(workspace, &workspace.functions, Profile::Release, &step).await?;
    zip_all(workspace, built, Profile::Release, step).await
}

async fn zip_all(
    workspace: &Workspace,
    binaries: BTreeMap<String, PathBuf>,
    profile: Profile,
    step: Step,
) -> Result<Vec<FunctionZip>> {
    step.note("zipping");
    let folder = workspace.folder().join("zips");
    std::fs::create_dir_all(&folder).at(ZIPPING, &folder)?;
    let mut zips = Vec::new();
    for (name, binary) in binaries {
        let (zipped, folder) = (name.clone(), folder.clone());
        zips.push((name, tokio::task::spawn_blocking(move || zip_if_new(&zipped, &binary, &folder, profile))));
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

/// Zips the binary as `bootstrap`, unless a zip of just this binary is there, and answers the zip and its size.
fn zip_if_new(name: &str, binary: &Path, folder: &Path, profile: Profile) -> Result<(PathBuf, u64)> {
    let content = std::fs::read(binary).at(ZIPPING, binary)?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&content);
    // Named after its content: copies of this program that were built otherwise may share the folder.
    let path = folder.join(format!("{name}-{:016x}.zip", hasher.finish()));
    if !path.exists() {
        zip(&content, &path, profile)?;
        remove_old(name, folder);
    }
    let bytes = path.metadata().at(ZIPPING, &path)?.len();
    Ok((path, bytes))
}

/// Removes zips of this function that no copy of this program is likely to use any more.
fn remove_old(name: &str, folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let hash = entry.file_name().to_string_lossy().strip_prefix(name).map(str::to_owned);
        let is_ours = hash.is_some_and(|hash| hash.len() == "-0123456789abcdef.zip".len());
        let made = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > KEPT_FOR));
        if is_ours && is_old {
            // One that stays does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn zip(content: &[u8], path: &Path, profile: Profile) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Renamed when complete: another copy of this program may read or write the same zip.
    let mut file = tempfile::NamedTempFile::new_in(folder).at(ZIPPING, folder)?;
    let level = match profile {
        // It is unzipped on the same machine.
        Profile::Dev => 1,
        Profile::Release => 9,
    };
    let options = SimpleFileOptions::default()
        .compression_level(Some(level))
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
    use std::fs::File;

    use super::*;

    #[test]
    fn equal_binaries_make_equal_zips_that_hold_an_executable_bootstrap() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1.zip"), folder.path().join("2.zip"));
        zip(b"#!/bin/sh\n", &first, Profile::Dev).unwrap();
        zip(b"#!/bin/sh\n", &second, Profile::Dev).unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
        let mut archive = zip::ZipArchive::new(File::open(&first).unwrap()).unwrap();
        let entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o755);
    }
    #[test]
    fn a_zip_is_made_once_for_each_build_of_a_function() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("report");
        let mut zips = std::collections::BTreeSet::new();
        for content in ["one", "another", "one"] {
            std::fs::write(&binary, content).unwrap();
            let (path, bytes) = zip_if_new("report", &binary, folder.path(), Profile::Dev).unwrap();
            let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
            let unzipped = std::io::read_to_string(archive.by_name("bootstrap").unwrap()).unwrap();
            assert_eq!((unzipped.as_str(), bytes), (content, path.metadata().unwrap().len()));
            zips.insert(path);
        }
        assert_eq!(zips.len(), 2);
    }

    #[test]
    fn old_zips_of_a_function_are_removed_and_no_other_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["report-0123456789abcdef.zip", "reporting-0123456789abcdef.zip", "report-new.zip"] {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }
        File::create(folder.path().join("report-0000000000000000.zip")).unwrap();
        remove_old("report", folder.path());
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["report-0000000000000000.zip", "report-new.zip", "reporting-0123456789abcdef.zip"]);
    }
}
