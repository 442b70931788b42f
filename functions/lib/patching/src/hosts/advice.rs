//! What to do about a host, in a plain sentence and, where there is one, as a command.

use super::{Finding, Host, HostKind, Reason, Tag};
use policy::ids::Region;

impl Reason {
    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotInspected => {
                "It could not be looked at: mend the error that its account or Region has, then inspect again."
            }
            Self::OperatedByService => "The service that operates it keeps it up to date: nothing to do.",
            Self::Stopped => {
                "Stopped hosts are not patched, and windows that find hosts by tag do not start them: start it before the window, \
                 or terminate it if nobody needs it."
            }
            Self::TooEarly => {
                "It, or its windows, began less than half an hour ago, or a window that finds hosts by a resource group has not shown \
                 yet whether it finds it: inspect again later."
            }
            Self::MetadataOff => {
                "Its instance metadata service is off, so its agent cannot learn who it is: turn it on, for version 2 only."
            }
            Self::NoRole => {
                "Nothing gives its agent a role: run a rollout, which sets Default Host Management Configuration, or give the \
                 instance a profile."
            }
            Self::NotManaged => {
                "Its agent is missing, stopped, older than 3.2.582.0, or cannot reach Systems Manager. If all hosts of its VPC are \
                 like this it is the network: HTTPS to the endpoints ssm, ssmmessages and ec2messages. Systems Manager's \
                 \"Diagnose and remediate\" and the runbook AWSSupport-TroubleshootManagedInstance tell more."
            }
            Self::NotManagedProfile => {
                "Its agent is missing or stopped, cannot reach Systems Manager, or its profile's role lets it register and do \
                 nothing else. Default Host Management Configuration steps in only where that role denies \
                 ssm:UpdateInstanceInformation: attach AmazonSSMManagedInstanceCore to the role, or take that permission away."
            }
            Self::ConnectionLost => "Its agent is not heard of any more: look at its disk and network, or restart it.",
            Self::PlatformNotSupported => {
                "Patch Manager, or the document of its window, does not know its operating system: replace it with a newer image \
                 instead (Bottlerocket has an update operator of its own)."
            }
            Self::AgentTooOld => {
                "Update its agent; the window that updates agents does it for hosts that carry its tag."
            }
            Self::NoTag => "No window finds it: give it the tag that windows look for.",
            Self::TagMisspelt => "Tags are case-sensitive: write its tag as the windows look for it.",
            Self::TagUnknownValue => {
                "No window looks for the value of its tag: correct it, or give the policy a window for it."
            }
            Self::WindowMissing => {
                "Its window is not set up here as the policy says: look at the last rollout, and run one."
            }
            Self::WindowDisabled => {
                "Its window does not open: turn it on in the policy, or run a rollout, which turns it on again."
            }
            Self::ScanOnly => "The policy only looks for patches: set PatchOperation to Install to install them.",
            Self::BaselineApprovesNothing => {
                "Its patch baseline approves nothing that came out of late: give it rules, or move their date on."
            }
            Self::OtherBaseline => {
                "Something else scanned it last, and what is known is of that scan: find it in State Manager, in other maintenance \
                 windows or in Quick Setup, or scan it again."
            }
            Self::SkippedByErrorLimit => {
                "Its window stopped before it came to this host, as too many others had failed: repair those, or raise MaxErrors."
            }
            Self::NotReached => {
                "Its window was open and did not reach it: look at its agent and at its profile's permissions for ssmmessages and \
                 ec2messages. A host that was tagged since is found next time."
            }
            Self::CutOff => "Its window closed first: let it stay open for longer, or raise MaxConcurrency.",
            Self::WindowSkipped => {
                "Its window did not open: the opening before was not over, or more than five windows opened at once, which is what \
                 AWS runs in a Region."
            }
            Self::TaskNotAllowed => {
                "The window's task was refused before it came to a host: bring the account's member roles up to date with the StackSet, \
                 and look for a service control policy that denies ssm:SendCommand. Where the document is another one than was \
                 pinned, run a rollout, which pins the present one."
            }
            Self::InstallFailed => {
                "The command, or the installation of patches, failed, left some out, or took too long: look at its output in Run \
                 Command. The commonest causes are a full disk, no way to the repositories or to Amazon S3, another package manager \
                 that holds the lock, and packages that are held back on the host."
            }
            Self::ScanFailed => {
                "The scan itself failed: look at its output in Run Command, and whether Windows Update or Amazon S3 is reached."
            }
            Self::PendingRestart => {
                "It was not restarted since patches were installed: restart it. Until its next scan nobody sees that it was."
            }
            Self::Rejected => "A patch is installed that its baseline rejects: remove it, or approve it.",
            Self::NeverScanned => "It was never scanned: wait for its next window, or scan it now.",
            Self::Stale => {
                "Its last scan is too long ago to tell anything: look at its window's last openings, or scan it now."
            }
            Self::WaitingForApproval => {
                "Its baseline does not approve yet what is out: it is installed after the baseline's waiting period, which begins \
                 anew with each new version of an update. Make it shorter where that is too long."
            }
            Self::WrongWindow => {
                "Its tag names another operating system: it is patched all the same, at that one's time."
            }
            Self::Replaced => "It is renewed from an image by its group: patch the image.",
        }
    }
}

impl Finding {
    /// The command of the AWS CLI that mends it for a host, to be run in its account; none where there is no single one.
    pub fn command(&self, host: &Host, region: &Region) -> Option<String> {
        let id = host.id.as_str();
        let is_ec2 = host.kind == HostKind::Ec2;
        // Run Command refuses a host that it does not reach, and Patch Manager one that it does not know.
        let is_reached =
            host.ping_status.as_deref() == Some("Online") && matches!(host.state.as_deref(), None | Some("running"));
        let is_scanned = is_reached && host.reasons.iter().all(|finding| finding.name != Reason::PlatformNotSupported);
        let scan = "send-command --document-name AWS-RunPatchBaseline --parameters Operation=Scan --instance-ids";
        let (service, call) = match self.name {
            Reason::Stopped if is_ec2 => ("ec2", format!("start-instances --instance-ids {id}")),
            Reason::MetadataOff if is_ec2 => (
                "ec2",
                format!(
                    "modify-instance-metadata-options --instance-id {id} --http-endpoint enabled --http-tokens required"
                ),
            ),
            Reason::PendingRestart if is_ec2 => ("ec2", format!("reboot-instances --instance-ids {id}")),
            Reason::AgentTooOld if is_reached => {
                ("ssm", format!("send-command --document-name AWS-UpdateSSMAgent --instance-ids {id}"))
            }
            Reason::OtherBaseline | Reason::ScanFailed | Reason::NeverScanned | Reason::Stale if is_scanned => {
                ("ssm", format!("{scan} {id}"))
            }
            Reason::NoTag | Reason::TagMisspelt | Reason::TagUnknownValue | Reason::WrongWindow => {
                let tags = quoted(self.tag.as_ref()?);
                if is_ec2 {
                    ("ec2", format!("create-tags --resources {id} --tags {tags}"))
                } else {
                    (
                        "ssm",
                        format!(
                            "add-tags-to-resource --resource-type ManagedInstance --resource-id {id} --tags {tags}"
                        ),
                    )
                }
            }
            _ => return None,
        };
        Some(format!("aws {service} {call} --region {region}"))
    }
}

/// A tag as JSON, for a shell: keys and values may hold anything. What turns the direction of a text or is not seen is written as its
/// number, so that what is read is what is run.
fn quoted(tag: &Tag) -> String {
    let json = serde_json::json!([{"Key": tag.key, "Value": tag.value}]).to_string();
    let shown = |letter: char| match letter {
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            format!("\\u{:04x}", u32::from(letter))
        }
        _ => letter.to_string(),
    };
    let shown: String = json.chars().map(shown).collect();
    format!("'{}'", shown.replace('\'', r"'\''"))
}
