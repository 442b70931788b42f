//! Programs that run to their end: cargo, python, pip.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Child;

use crate::error::{Error, Result, tail};

/// A command in the making; its process group is ended when its future is dropped.
pub(crate) struct Command {
    inner: tokio::process::Command,
    line: String,
}

/// Cargo, the one that runs this program where one does.
pub(crate) fn cargo(folder: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.line = "cargo".into();
    command.inner.current_dir(folder);
    command
}

impl Command {
    /// A command without arguments.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut inner = tokio::process::Command::new(program.as_ref());
        inner.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).process_group(0);
        Self { inner, line: program.as_ref().to_string_lossy().into_owned() }
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        for argument in arguments {
            self.line.push(' ');
            self.line.push_str(&argument.as_ref().to_string_lossy());
            self.inner.arg(argument);
        }
        self
    }

    /// Runs it to its end and answers what it wrote to standard output.
    pub(crate) async fn output(self, step: &'static str) -> Result<String> {
        let mut output = String::new();
        self.lines(step, |line| {
            output.push_str(line);
            output.push('\n');
        })
        .await?;
        Ok(output)
    }

    /// Runs it to its end and hands over each line of standard output as it comes.
    pub(crate) async fn lines(mut self, step: &'static str, mut each: impl FnMut(&str)) -> Result<()> {
        let failed = |outcome: String, output: &str| Error::Command {
            step,
            command: self.line.clone(),
            outcome,
            output: tail(output),
        };
        let mut child = self.inner.spawn().map_err(|error| failed(error.to_string(), ""))?;
        let group = GroupOf::new(&child);
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        let read_lines = async {
            let mut last = String::new();
            if let Some(stdout) = stdout {
                let mut lines = BufReader::new(stdout).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    each(&line);
                    last = line;
                }
            }
            last
        };
        let read_errors = async {
            let mut text = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_end(&mut text).await;
            }
            String::from_utf8_lossy(&text).into_owned()
        };
        let (last, errors) = futures::join!(read_lines, read_errors);
        let status = child.wait().await.map_err(|error| failed(error.to_string(), &errors))?;
        group.forget();
        if status.success() {
            return Ok(());
        }
        Err(failed(status.to_string(), if errors.trim().is_empty() { &last } else { &errors }))
    }
}

/// Ends the command's children too (rustc, pip's builds) when its future is dropped half-way.
struct GroupOf(Option<rustix::process::Pid>);

impl GroupOf {
    fn new(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw))
    }

    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for GroupOf {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Fails only when all of it has ended already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
