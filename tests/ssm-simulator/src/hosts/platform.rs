//! Which operating system of Patch Manager a host has.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchBaselineIdentity.html> has the values; which
//! `PlatformName` belongs to which is taken from what agents report.

use super::{Host, Node, PlatformType};

/// What names begin with, in lower case.
const NAMES: [(&str, &str); 16] = [
    ("almalinux", "ALMA_LINUX"),
    ("amazon linux ami", "AMAZON_LINUX"),
    ("centos", "CENTOS"),
    ("debian", "DEBIAN"),
    ("mac os", "MACOS"),
    ("macos", "MACOS"),
    ("microsoft windows", "WINDOWS"),
    ("oracle linux", "ORACLE_LINUX"),
    ("raspbian", "RASPBIAN"),
    ("red hat enterprise linux", "REDHAT_ENTERPRISE_LINUX"),
    ("rhel", "REDHAT_ENTERPRISE_LINUX"),
    ("rocky linux", "ROCKY_LINUX"),
    ("sles", "SUSE"),
    ("suse", "SUSE"),
    ("ubuntu", "UBUNTU"),
    ("windows", "WINDOWS"),
];

impl Node {
    /// None for what Patch Manager does not patch, such as Bottlerocket.
    pub(crate) fn operating_system(&self) -> Option<&'static str> {
        let name = self.platform_name.to_lowercase();
        if name == "amazon linux" {
            return Some(match self.platform_version.split('.').next().unwrap_or_default() {
                "2" => "AMAZON_LINUX_2",
                "2022" => "AMAZON_LINUX_2022",
                "2023" => "AMAZON_LINUX_2023",
                _ => "AMAZON_LINUX",
            });
        }
        NAMES.iter().find(|(begin, _)| name.starts_with(begin)).map(|(_, system)| *system)
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.platform_type == PlatformType::Windows
    }
}

impl Host {
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html>
    pub(crate) fn patch_group(&self) -> Option<&str> {
        let tags = self.tags();
        tags.get("Patch Group").or_else(|| tags.get("PatchGroup")).map(String::as_str)
    }
}
