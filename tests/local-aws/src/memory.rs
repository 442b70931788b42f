//! Peak memory of the functions' processes, as Linux counts it.

use std::path::Path;

/// The largest resident size, in bytes, that any running function process under this folder has had.
/// Absent where there is no `/proc`, or no such process.
pub(crate) fn peak_of_functions(folder: &Path) -> Option<u64> {
    std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .map(|process| process.path())
        .filter(|process| runs_function(process, folder))
        .filter_map(|process| high_water_mark(&std::fs::read_to_string(process.join("status")).ok()?))
        .max()
}

fn runs_function(process: &Path, folder: &Path) -> bool {
    std::fs::read_link(process.join("exe"))
        .is_ok_and(|program| program.starts_with(folder) && program.file_name().is_some_and(|name| name == "bootstrap"))
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_from_the_process_status() {
        assert_eq!(high_water_mark("Name:\tx\nVmHWM:\t   10240 kB\nVmRSS:\t 1 kB\n"), Some(10_485_760));
        assert_eq!(high_water_mark("Name:\tkthreadd\n"), None);
    }
}
