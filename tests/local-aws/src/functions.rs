//! The functions' binaries and their zips.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use crate::build::{Profile, build};
use crate::error::{At, Error, Result};
use crate::progress::Progress;
use crate::workspace::Workspace;

const ZIPPING: &str = "zipping the functions";
const SIMULATOR: &str = "ssm-simulator";

/// One function, ready for upload.
#[derive(Debug, Clone)]
pub struct FunctionZip {
    /// The function's name: its folder's, its package's and its binary's.
    pub name: String,
    /// The zip's size.
    pub bytes: u64,
}

/// What the local AWS runs.
#[derive(Debug)]
pub(crate) struct Programs {
    /// By the function's name.
    pub(crate) functions: BTreeMap<String, PathBuf>,
    pub(crate) simulator: PathBuf,
}

/// Builds the simulator and every function, for the local AWS.
pub(crate) async fn build_programs(workspace: &Workspace, progress: &Progress) -> Result<Programs> {
    let step = progress.step("Functions, simulator", Some(workspace.build_length));
    let simulator = SIMULATOR.to_owned();
    let programs = [workspace.functions.as_slice(), std::slice::from_ref(&simulator)].concat();
    let mut functions = build(workspace, &programs, Profile::Dev, &step).await?;
    let simulator = functions.remove(&simulator).unwrap_or_default();
    step.done(&format!("{} built", programs.len()));
    Ok(Programs { functions, simulator })
}

/// Lays out zips as they are uploaded for Lambda into the folder, and answers where. Their `bootstrap` is two lines that become
/// the binary that was built: to zip, upload and unzip so much, on one machine, would take longer than a rollout.
pub(crate) fn lay_out(functions: &BTreeMap<String, PathBuf>, folder: &Path) -> Result<PathBuf> {
    let artifacts = folder.join("artifacts");
    std::fs::create_dir_all(&artifacts).at(ZIPPING, &artifacts)?;
    for (name, built) in functions {
        let binary = folder.join("functions").join(name).join("bootstrap");
        std::fs::create_dir_all(binary.parent().unwrap_or(folder)).at(ZIPPING, &binary)?;
        // The next build makes another file, and this one stays what it is.
        std::fs::hard_link(built, &binary).or_else(|_| std::fs::copy(built, &binary).map(drop)).at(ZIPPING, &binary)?;
        let path = artifacts.join(format!("{name}.zip"));
        std::fs::write(&path, zip(launcher(&binary).as_bytes())?).at(ZIPPING, &path)?;
    }
    Ok(artifacts)
}

fn launcher(binary: &Path) -> String {
    format!("#!/bin/sh\nexec {}\n", quoted(binary))
}

/// As one word of a shell's command.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// Builds and zips every function as it is deployed to AWS, for this machine's processor.
///
/// # Errors
/// When a build fails or a binary cannot be read.
pub async fn build_release(workspace: &Workspace, progress: &Progress) -> Result<Vec<FunctionZip>> {
    let step = progress.step("Functions", Some(workspace.build_length));
    let built = build(workspace, &workspace.functions, Profile::Release, &step).await?;
    step.note("zipping");
    let zips = built.into_iter().map(|(name, binary)| {
        let content = std::fs::read(&binary).at(ZIPPING, &binary)?;
        Ok(FunctionZip { name, bytes: zip(&content)?.len() as u64 })
    });
    let zips = zips.collect::<Result<Vec<_>>>()?;
    step.done(&format!("{} built", zips.len()));
    Ok(zips)
}

/// A zip with the content as `bootstrap`, which may be executed.
fn zip(content: &[u8]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_level(Some(9))
        // A fixed time: equal binaries make equal zips, and Lambda keeps what did not change.
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o755);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .start_file("bootstrap", options)
        .and_then(|()| writer.write_all(content).map_err(Into::into))
        .and_then(|()| writer.finish())
        .map(std::io::Cursor::into_inner)
        .map_err(|error| Error::Unexpected { step: ZIPPING, problem: error.to_string() })
}

pub(crate) fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let megabytes = bytes as f64 / 1_000_000.0;
    format!("{megabytes:.1} MB")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn equal_binaries_make_equal_zips_that_hold_an_executable_bootstrap() {
        let zipped = zip(b"#!/bin/sh\n").unwrap();
        assert_eq!(zipped, zip(b"#!/bin/sh\n").unwrap());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zipped)).unwrap();
        let entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o755);
    }

    #[test]
    fn a_function_is_run_as_it_was_built_whatever_is_built_after() {
        let folder = tempfile::Builder::new().prefix("it's ").tempdir().unwrap();
        let (built, newer) = (folder.path().join("built"), folder.path().join("newer"));
        std::fs::write(&built, "#!/bin/sh\necho built\n").unwrap();
        std::fs::set_permissions(&built, std::fs::Permissions::from_mode(0o755)).unwrap();
        lay_out(&BTreeMap::from([("report".to_owned(), built.clone())]), folder.path()).unwrap();
        std::fs::write(&newer, "not what was built").unwrap();
        std::fs::rename(&newer, &built).unwrap();
        let binary = folder.path().join("functions/report/bootstrap");
        let ran = std::process::Command::new("/bin/sh").args(["-c", &launcher(&binary)]).output().unwrap();
        assert_eq!(ran.stdout, b"built\n");
    }
}
