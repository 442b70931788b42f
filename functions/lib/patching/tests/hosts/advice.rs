//! What to do about each reason.

use std::collections::BTreeSet;

use patching::hosts::{Finding, Host, HostKind, Reason, Tag};
use strum::VariantArray as _;

use crate::given::Given;

#[test]
fn each_reason_has_a_sentence_of_its_own() {
    let advice: BTreeSet<_> = Reason::VARIANTS.iter().map(|reason| reason.advice()).collect();
    assert_eq!(advice.len(), Reason::VARIANTS.len());
    assert_eq!(Reason::VARIANTS.len(), 33);
    for sentence in advice {
        assert!(sentence.len() > 30 && sentence.ends_with(['.', ')']), "{sentence}");
    }
}

fn command(reason: Reason, tag: Option<(&str, &str)>, kind: HostKind) -> Option<String> {
    let id = if kind == HostKind::Ec2 { "i-1" } else { "mi-1" };
    let host = Host { id: id.to_owned(), kind, ..Given::healthy().host() };
    let tag = tag.map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() });
    Finding { name: reason, detail: None, tag }.command(&host, &"eu-west-1".parse().unwrap())
}

#[test]
fn the_command_that_mends_it_names_host_and_region() {
    let on_ec2 = [
        (Reason::Stopped, "aws ec2 start-instances --instance-ids i-1 --region eu-west-1"),
        (
            Reason::MetadataOff,
            "aws ec2 modify-instance-metadata-options --instance-id i-1 --http-endpoint enabled --http-tokens required \
             --region eu-west-1",
        ),
        (Reason::PendingRestart, "aws ec2 reboot-instances --instance-ids i-1 --region eu-west-1"),
        (
            Reason::AgentTooOld,
            "aws ssm send-command --document-name AWS-UpdateSSMAgent --instance-ids i-1 --region eu-west-1",
        ),
    ];
    for (reason, expected) in on_ec2 {
        assert_eq!(command(reason, None, HostKind::Ec2).as_deref(), Some(expected));
    }
    for reason in [Reason::OtherBaseline, Reason::ScanFailed, Reason::NeverScanned, Reason::Stale] {
        let scan = "aws ssm send-command --document-name AWS-RunPatchBaseline --parameters Operation=Scan --instance-ids mi-1 \
                    --region eu-west-1";
        assert_eq!(command(reason, None, HostKind::Hybrid).as_deref(), Some(scan));
    }
    for reason in [Reason::NoTag, Reason::TagMisspelt, Reason::TagUnknownValue, Reason::WrongWindow] {
        assert_eq!(
            command(reason, Some(("InstanceOS", "Linux")), HostKind::Ec2).as_deref(),
            Some(
                r#"aws ec2 create-tags --resources i-1 --tags '[{"Key":"InstanceOS","Value":"Linux"}]' --region eu-west-1"#
            )
        );
        assert_eq!(command(reason, None, HostKind::Ec2), None, "which tag it lacks is not known");
    }
}

#[test]
fn a_machine_elsewhere_is_tagged_by_systems_manager_and_not_started_by_ec2() {
    let tag = Some(("InstanceOS", "Linux"));
    assert_eq!(
        command(Reason::NoTag, tag, HostKind::Hybrid).as_deref(),
        Some(
            "aws ssm add-tags-to-resource --resource-type ManagedInstance --resource-id mi-1 \
             --tags '[{\"Key\":\"InstanceOS\",\"Value\":\"Linux\"}]' --region eu-west-1"
        )
    );
    for reason in [Reason::Stopped, Reason::MetadataOff, Reason::PendingRestart] {
        assert_eq!(command(reason, None, HostKind::Hybrid), None);
    }
}

/// Whoever may tag a host must not have a say in what somebody else's shell runs.
#[test]
fn a_tag_stays_a_tag_in_a_shell() {
    let command = command(Reason::NoTag, Some(("it's", "a\"; $(reboot) `reboot`")), HostKind::Ec2).unwrap();
    assert!(command.contains(r#"'[{"Key":"it'\''s","Value":"a\"; $(reboot) `reboot`"}]'"#), "{command}");
}

#[test]
fn a_tag_is_seen_as_it_is_run() {
    let command = command(Reason::TagMisspelt, Some(("os", "\u{202e}xuniL\u{200b}")), HostKind::Ec2).unwrap();
    assert!(command.contains(r#"'[{"Key":"os","Value":"\u202exuniL\u200b"}]'"#), "{command}");
}

/// Run Command refuses them.
#[test]
fn a_host_that_is_not_reached_or_not_known_is_not_to_be_scanned() {
    let command = |host: Host, reason| {
        Finding { name: reason, detail: None, tag: None }.command(&host, &"eu-west-1".parse().unwrap())
    };
    let healthy = || Given::healthy().host();
    let unsupported = Finding { name: Reason::PlatformNotSupported, detail: None, tag: None };
    assert!(command(healthy(), Reason::Stale).is_some());
    for host in [
        Host { ping_status: Some("ConnectionLost".into()), ..healthy() },
        Host { ping_status: None, ..healthy() },
        Host { state: Some("stopped".into()), ..healthy() },
    ] {
        assert_eq!(command(host.clone(), Reason::Stale), None);
        assert_eq!(command(host, Reason::AgentTooOld), None);
    }
    assert_eq!(command(Host { reasons: vec![unsupported], ..healthy() }, Reason::NeverScanned), None);
}

#[test]
fn what_no_command_mends_has_none() {
    for reason in [Reason::NoRole, Reason::Replaced, Reason::SkippedByErrorLimit, Reason::WindowMissing] {
        assert_eq!(command(reason, None, HostKind::Ec2), None);
    }
}
