//! Programs that run to their end: cargo, python, pip.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;

use crate::error::{Error, Result, tail};

/// A line that a command wrote.
pub(crate) enum Line<'a> {
    /// To standard output.
    Output(&'a str),
    /// To standard error.
    Error(&'a str),
}

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
    // What cargo tells the program that it runs. Build scripts watch some of it: handed on, it would make each test, the
    // demo and the benchmark build the functions anew after one another.
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_of_package(name)) {
        command.inner.env_remove(name);
    }
    command
}

fn is_of_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
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

    /// Sets an environment variable.
    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Runs it to its end and answers what it wrote to standard output.
    pub(crate) async fn output(self, step: &'static str) -> Result<String> {
        let mut output = String::new();
        self.lines(step, |line| {
            if let Line::Output(line) = line {
                output.push_str(line);
                output.push('\n');
            }
        })
        .await?;
        Ok(output)
    }

    /// Runs it to its end and hands over each line as it comes.
    pub(crate) async fn lines(mut self, step: &'static str, each: impl FnMut(Line<'_>)) -> Result<()> {
        let failed = |outcome: String, output: &str| Error::Command {
            step,
            command: self.line.clone(),
            outcome,
            output: tail(output),
        };
        let mut child = self.inner.spawn().map_err(|error| failed(error.to_string(), ""))?;
        let group = GroupOf::new(&child);
        let each = RefCell::new(each);
        let output = read(child.stdout.take(), |line| (each.borrow_mut())(Line::Output(line)));
        let errors = read(child.stderr.take(), |line| (each.borrow_mut())(Line::Error(line)));
        let (output, errors) = futures::join!(output, errors);
        let status = child.wait().await.map_err(|error| failed(error.to_string(), &errors))?;
        group.forget();
        if status.success() {
            return Ok(());
        }
        Err(failed(status.to_string(), if errors.trim().is_empty() { &output } else { &errors }))
    }
}

/// Reads all lines, hands each over, and answers the end of them.
async fn read(stream: Option<impl AsyncRead + Unpin>, mut each: impl FnMut(&str)) -> String {
    // Cargo's lines of JSON are long and many; only the last are ever shown.
    const KEPT: usize = 100;
    let mut kept: VecDeque<String> = VecDeque::new();
    let Some(stream) = stream else { return String::new() };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        each(&line);
        kept.truncate(KEPT);
        kept.push_front(line);
    }
    kept.make_contiguous().reverse();
    kept.make_contiguous().join("\n")
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
