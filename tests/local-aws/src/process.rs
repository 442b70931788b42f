//! Programs that run beside this one, each with everything it starts in a process group that ends with this program.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::{At, Error, Result, tail};

const STEP: &str = "starting the local AWS";
const START_LIMIT: Duration = Duration::from_mins(1);

/// How a program is started.
pub(crate) struct Launch<'a> {
    pub(crate) name: &'static str,
    /// The Python that runs the launcher, which ends the group when this program is gone.
    pub(crate) python: &'a Path,
    pub(crate) program: &'a Path,
    pub(crate) arguments: Vec<String>,
    /// All of its environment: nothing of the user's AWS settings gets through.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Working folder, home and temporary files.
    pub(crate) folder: &'a Path,
    pub(crate) log: PathBuf,
}

/// A running program with all its children; dropped, all of them are ended.
#[derive(Debug)]
pub(crate) struct Group {
    name: &'static str,
    child: Child,
    log: PathBuf,
    ended: bool,
}

impl Group {
    /// Starts the program. Its output goes to the log.
    pub(crate) fn start(launch: Launch<'_>) -> Result<Self> {
        let log = std::fs::File::create(&launch.log).at(STEP, &launch.log)?;
        let errors = log.try_clone().at(STEP, &launch.log)?;
        let child = Command::new(launch.python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("launch.py"))
            .arg(launch.program)
            .args(launch.arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", launch.folder)
            .env("TMPDIR", launch.folder)
            .envs(launch.environment)
            .current_dir(launch.folder)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .at(STEP, launch.python)?;
        Ok(Self { name: launch.name, child, log: launch.log, ended: false })
    }

    /// Waits until the check holds, the program ends or a minute has passed.
    pub(crate) async fn ready(&mut self, mut check: impl AsyncFnMut() -> bool) -> Result<()> {
        let started = Instant::now();
        loop {
            if self.has_ended() {
                return Err(self.failure("it ended at once"));
            }
            if check().await {
                return Ok(());
            }
            if started.elapsed() > START_LIMIT {
                return Err(self.failure("it did not answer within a minute"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the program has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.ended = self.ended || matches!(self.child.try_wait(), Ok(Some(_)));
        self.ended
    }

    /// Where its output goes.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    fn failure(&self, problem: &str) -> Error {
        Error::Start {
            name: self.name,
            problem: problem.to_owned(),
            log: self.log.clone(),
            tail: tail(&std::fs::read_to_string(&self.log).unwrap_or_default()),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.has_ended() {
            // The launcher ended its group, and the number may belong to somebody else by now.
            return;
        }
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // Nothing in it has anything to save: its files are thrown away with it.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// A port that nobody uses at this moment; whoever gets it may still find it taken and has to try again.
pub(crate) fn free_port() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .at("looking for a free port", Path::new("127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that starts a child of its own; answers once the child's id is known.
    fn with_a_child(folder: &Path) -> (Group, Pid) {
        let file = folder.join("child");
        let group = Group::start(Launch {
            name: "sh",
            python: Path::new("python3"),
            program: Path::new("sh"),
            arguments: vec!["-c".into(), format!("sleep 300 & echo $! > {}; wait", file.display())],
            environment: Vec::new(),
            folder,
            log: folder.join("log"),
        })
        .unwrap();
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(25));
            let child = std::fs::read_to_string(&file).unwrap_or_default();
            if let Ok(child) = child.trim().parse() {
                return (group, Pid::from_raw(child).unwrap());
            }
        }
        panic!("the child did not start: {}", std::fs::read_to_string(folder.join("log")).unwrap());
    }

    fn ends_soon(process: Pid) -> bool {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            rustix::process::test_kill_process(process).is_err()
        })
    }

    #[test]
    fn a_dropped_group_takes_the_programs_children_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (group, child) = with_a_child(folder.path());
        drop(group);
        assert!(ends_soon(child));
    }

    #[test]
    fn a_group_ends_when_its_parent_is_gone_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let (mut group, child) = with_a_child(folder.path());
        // What the system does with a killed parent's pipes.
        drop(group.child.stdin.take());
        assert!(ends_soon(child));
        assert!((0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            group.has_ended()
        }));
    }
}
