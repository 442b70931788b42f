//! Where tests find botocore.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The virtual environment that `BOTOCORE_VENV` names, or the one of the local AWS, which is made if it is missing.
pub(crate) fn find() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| named().or_else(made_before).unwrap_or_else(make)).clone()
}

fn named() -> Option<PathBuf> {
    std::env::var_os("BOTOCORE_VENV").map(PathBuf::from)
}

/// A test's program stands in `<target>/debug/deps`.
fn made_before() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let venv = program.ancestors().nth(3)?.join("local-aws/venv");
    venv.join("made-from.txt").is_file().then_some(venv)
}

fn make() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // Of the whole workspace, not of one package: with other features all that it depends on would be built once more. Build scripts
    // watch cargo's word on the package that is tested, and would run again.
    cargo.args(["run", "--quiet", "--bin", "local-aws", "--", "venv"]);
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        cargo.env_remove(name);
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "no virtual environment: {}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    PathBuf::from(printed.lines().last().unwrap())
}
