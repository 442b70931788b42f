//! What Patch Manager can patch.

use patching::hosts::Reason::*;
use patching::hosts::Verdict::*;
use patching::hosts::operating_system;

use crate::given::{all_are, text};

#[test]
fn what_patch_manager_cannot_patch_is_blocked() {
    all_are(&[
        ("Bottlerocket", |given| given.node().platform_name = text("Bottlerocket"), Blocked, &[PlatformNotSupported]),
        ("openSUSE", |given| given.node().platform_name = text("openSUSE Leap"), Blocked, &[PlatformNotSupported]),
        ("not told", |given| given.node().platform_name = None, Patched, &[]),
        ("too old for Patch Manager", |given| given.node().agent_version = text("2.0.833.9"), Blocked, &[AgentTooOld]),
        (
            "old enough for Patch Manager",
            |given| given.node().agent_version = text("2.0.834.0"),
            Attention,
            &[AgentTooOld],
        ),
        ("too old for the solution", |given| given.node().agent_version = text("3.0.501.9"), Attention, &[AgentTooOld]),
        (
            "too old for the solution, and no window finds it",
            |given| {
                given.node().agent_version = text("3.0.501.9");
                given.untagged();
            },
            Blocked,
            &[AgentTooOld, NoTag],
        ),
        ("just new enough", |given| given.node().agent_version = text("3.0.502.0"), Patched, &[]),
        ("newer in the first number", |given| given.node().agent_version = text("10.0.0.0"), Patched, &[]),
        ("a version that is none", |given| given.node().agent_version = text("latest"), Patched, &[]),
    ]);
}

#[test]
fn an_operating_system_is_known_by_how_its_name_begins() {
    let known = [
        ("Amazon Linux", Some("2023"), "AMAZON_LINUX_2023"),
        ("Amazon Linux", Some("2022"), "AMAZON_LINUX_2022"),
        ("Amazon Linux", Some("2"), "AMAZON_LINUX_2"),
        ("Amazon Linux AMI", Some("2018.03"), "AMAZON_LINUX"),
        ("Amazon Linux", None, "AMAZON_LINUX"),
        ("Ubuntu", Some("24.04"), "UBUNTU"),
        ("Debian GNU/Linux", Some("12"), "DEBIAN"),
        ("Raspbian GNU/Linux", Some("10"), "RASPBIAN"),
        ("Red Hat Enterprise Linux Server", Some("7.9"), "REDHAT_ENTERPRISE_LINUX"),
        ("CentOS Stream", Some("8"), "CENTOS"),
        ("SLES", Some("15.5"), "SUSE"),
        ("SUSE Linux Enterprise Server", Some("12.5"), "SUSE"),
        ("Oracle Linux Server", Some("9"), "ORACLE_LINUX"),
        ("Rocky Linux", Some("9"), "ROCKY_LINUX"),
        ("AlmaLinux", Some("9"), "ALMA_LINUX"),
        ("macOS", Some("14.1"), "MACOS"),
        ("Mac OS X", Some("10.15"), "MACOS"),
        ("Microsoft Windows Server 2022 Datacenter", Some("10.0.20348"), "WINDOWS"),
        ("Windows Server 2016", None, "WINDOWS"),
    ];
    for (name, version, system) in known {
        assert_eq!(operating_system(name, version), Some(system), "{name}");
    }
    for name in ["Bottlerocket", "Fedora Linux", "FreeBSD", "openSUSE Leap", "Microsoft Windows Server 2003", ""] {
        assert_eq!(operating_system(name, Some("1")), None, "{name}");
    }
}
