//! What Patch Manager can patch.

/// The oldest agent with which Patch Manager works at all.
pub(super) const OLDEST_AGENT: &str = "2.0.834.0";
/// The oldest agent that this solution is meant for.
pub(super) const OLD_AGENT: &str = "3.0.502.0";

/// Names of operating systems as the agent reports them, with the one that they have for a patch baseline (`OperatingSystem` of
/// `GetDefaultPatchBaseline`). Which of their versions Patch Manager knows, the service does not say.
const KNOWN: &[(&str, &str)] = &[
    ("almalinux", "ALMA_LINUX"),
    ("amazon linux", "AMAZON_LINUX"), // by version
    ("centos", "CENTOS"),
    ("debian", "DEBIAN"),
    ("mac os", "MACOS"),
    ("macos", "MACOS"),
    ("microsoft windows", "WINDOWS"),
    ("oracle linux", "ORACLE_LINUX"),
    ("raspbian", "RASPBIAN"),
    ("red hat enterprise linux", "REDHAT_ENTERPRISE_LINUX"),
    ("rocky linux", "ROCKY_LINUX"),
    ("sles", "SUSE"),
    ("suse linux enterprise", "SUSE"),
    ("ubuntu", "UBUNTU"),
    ("windows", "WINDOWS"),
];

/// Releases of Windows before Windows Server 2008.
const OLD_WINDOWS: &[&str] = &[" nt ", " 2000", " xp", " 2003", " vista"];

/// The operating system that Patch Manager has patch baselines for; none for what it cannot patch, such as Bottlerocket and Fedora.
///
/// `name` is `PlatformName` and `version` `PlatformVersion` of `DescribeInstanceInformation`; the answer is an `OperatingSystem` of
/// `GetDefaultPatchBaseline`.
pub fn operating_system(name: &str, version: Option<&str>) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let (_, known) = KNOWN.iter().find(|(begin, _)| name.starts_with(begin))?;
    let major = version.and_then(|version| version.split('.').next());
    match (*known, major) {
        ("AMAZON_LINUX", Some("2")) => Some("AMAZON_LINUX_2"),
        ("AMAZON_LINUX", Some("2022")) => Some("AMAZON_LINUX_2022"),
        ("AMAZON_LINUX", Some("2023")) => Some("AMAZON_LINUX_2023"),
        ("WINDOWS", _) if OLD_WINDOWS.iter().any(|old| name.contains(old)) => None,
        (known, _) => Some(known),
    }
}

/// Whether a version, numbers with dots between them, comes before another; one that cannot be read does not.
pub(super) fn is_before(version: &str, other: &str) -> bool {
    let numbers =
        |version: &str| version.split('.').map(|number| number.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    matches!((numbers(version), numbers(other)), (Some(version), Some(other)) if version < other)
}
