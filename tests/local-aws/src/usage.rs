//! What the functions' processes hold, as Linux counts it.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::local_aws::LocalAws;

/// What one process of a function holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The function's name.
    pub function: String,
    process: Pid,
    /// Resident bytes.
    pub resident_bytes: u64,
    /// The most that there ever were.
    pub peak_bytes: u64,
    /// Open files, sockets among them.
    pub open_files: usize,
}

impl Usage {
    /// Ends the process at once, as a crash does; whether there still was one to end.
    pub fn kill(&self) -> bool {
        kill_process(self.process, Signal::KILL).is_ok()
    }
}

impl LocalAws {
    /// What each running process of a function holds; none where there is no `/proc`.
    pub fn function_processes(&self) -> Vec<Usage> {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|process| process.path());
        processes
            .filter(|process| runs_function(process, self.folder()))
            .filter_map(|process| usage(&process))
            .collect()
    }
}

fn runs_function(process: &Path, folder: &Path) -> bool {
    std::fs::read_link(process.join("exe"))
        .is_ok_and(|program| program.starts_with(folder) && program.file_name().is_some_and(|name| name == "bootstrap"))
}

/// Absent when the process ends meanwhile.
fn usage(process: &Path) -> Option<Usage> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let environment = std::fs::read(process.join("environ")).ok()?;
    Some(Usage {
        function: variable(&environment, "AWS_LAMBDA_FUNCTION_NAME")?,
        process: Pid::from_raw(process.file_name()?.to_str()?.parse().ok()?)?,
        resident_bytes: bytes(&status, "VmRSS:")?,
        peak_bytes: bytes(&status, "VmHWM:")?,
        open_files: std::fs::read_dir(process.join("fd")).ok()?.count(),
    })
}

/// From `NAME=value` after `NAME=value`, each with a zero after it.
fn variable(environment: &[u8], name: &str) -> Option<String> {
    let environment = String::from_utf8_lossy(environment);
    let mut variables = environment.split('\0').filter_map(|variable| variable.split_once('='));
    variables.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

fn bytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_process_status() {
        let status = "Name:\tx\nVmHWM:\t   10240 kB\nVmRSS:\t 1 kB\n";
        assert_eq!((bytes(status, "VmHWM:"), bytes(status, "VmRSS:")), (Some(10_485_760), Some(1024)));
        assert_eq!(bytes("Name:\tkthreadd\n", "VmRSS:"), None);
    }

    #[test]
    fn a_functions_name_is_read_from_its_environment() {
        let environment = b"PATH=/bin\0NAME=report\0EMPTY=\0";
        assert_eq!(variable(environment, "NAME").as_deref(), Some("report"));
        assert_eq!(variable(environment, "AME"), None);
    }
}
