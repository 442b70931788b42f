//! What a host can be made to be.

use patching::hosts::{Reason, Verdict};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// What a host is made to be; what becomes of it is the simulator's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A Linux host that is well.
    Linux,
    /// A Windows host that is well.
    Windows,
    /// A hybrid node that is well.
    Hybrid,
    /// A machine in Azure that is well.
    Azure,
    /// A host with an id of eight digits, fifty tags, and a name that wants to be markup.
    Odd,
    /// Stopped weeks ago.
    Stopped,
    /// Stopped when the windows came, running now.
    StoppedInWindows,
    /// Its metadata service is off, and no agent has reported.
    MetadataOff,
    /// No agent has reported, and it has no profile.
    NotManaged,
    /// One of a VPC without endpoints: no agent has reported.
    WithoutEndpoints,
    /// No agent has reported, although it has a profile.
    NotManagedProfile,
    /// Launched a few minutes ago.
    Young,
    /// Its agent was last heard of hours ago.
    Lost,
    /// Its agent was last heard of weeks ago.
    LongLost,
    /// A hybrid node that is off.
    HybridLost,
    /// Bottlerocket, which Patch Manager does not patch.
    Bottlerocket,
    /// A Mac, for which there is no window.
    Mac,
    /// Its agent is old, and no window finds it.
    OldAgent,
    /// Without the tag.
    NoTag,
    /// The tag's value or key in other letters.
    MisspeltTag,
    /// The tag with a value that no window looks for.
    UnknownTag,
    /// Windows with the tag of Linux.
    WrongTag,
    /// In a patch group whose baseline approves nothing.
    Frozen,
    /// In a patch group whose baseline rejects something.
    Pinned,
    /// Windows in a patch group whose baseline waits for two months.
    Waiting,
    /// Scanned by something else after the windows.
    ScannedByOthers,
    /// Answers pings and takes no commands.
    TakesNoCommands,
    /// Commands do not end.
    Hangs,
    /// Slower than a window is long.
    Slow,
    /// The document fails.
    Fails,
    /// Failed for weeks: what is known of it is old.
    FailsForWeeks,
    /// Its scan fails.
    FailsToScan,
    /// Some patches do not install.
    FailsToInstall,
    /// Does not restart.
    DoesNotRestart,
    /// One of an Auto Scaling group.
    Replaced,
    /// A node of a managed group of EKS, found by no window.
    EksNode,
    /// Run by a service.
    Operated,
    /// Terminated a few minutes ago.
    Terminated,
}

impl Kind {
    /// What an inspection says of it after a week in which all windows install, and no limit of errors stops one: its verdict, and the
    /// reason that gives it. Windows may cancel at their cutoff what still runs.
    pub fn verdict(self, are_cut_off: bool) -> (Verdict, Option<Reason>) {
        match self {
            Self::Slow if !are_cut_off => (Verdict::Patched, None),
            Self::Linux
            | Self::Windows
            | Self::Hybrid
            | Self::Azure
            | Self::Odd
            | Self::WrongTag
            | Self::Replaced
            | Self::Waiting => (Verdict::Patched, None),
            Self::Stopped => (Verdict::Away, Some(Reason::Stopped)),
            Self::StoppedInWindows => (Verdict::Attention, Some(Reason::NeverScanned)),
            Self::MetadataOff => (Verdict::Blocked, Some(Reason::MetadataOff)),
            Self::NotManaged | Self::WithoutEndpoints => (Verdict::Blocked, Some(Reason::NotManaged)),
            Self::NotManagedProfile => (Verdict::Blocked, Some(Reason::NotManagedProfile)),
            Self::Young => (Verdict::Unknown, Some(Reason::TooEarly)),
            Self::Lost | Self::HybridLost => (Verdict::Away, Some(Reason::ConnectionLost)),
            Self::LongLost => (Verdict::Blocked, Some(Reason::ConnectionLost)),
            Self::Bottlerocket => (Verdict::Blocked, Some(Reason::PlatformNotSupported)),
            Self::OldAgent => (Verdict::Blocked, Some(Reason::AgentTooOld)),
            Self::NoTag | Self::Mac => (Verdict::Blocked, Some(Reason::NoTag)),
            Self::MisspeltTag => (Verdict::Blocked, Some(Reason::TagMisspelt)),
            Self::UnknownTag => (Verdict::Blocked, Some(Reason::TagUnknownValue)),
            Self::Frozen => (Verdict::Blocked, Some(Reason::BaselineApprovesNothing)),
            Self::Pinned => (Verdict::Attention, Some(Reason::Rejected)),
            // What is known of one that failed for weeks is of before the windows.
            Self::ScannedByOthers | Self::FailsForWeeks => (Verdict::Attention, Some(Reason::OtherBaseline)),
            Self::TakesNoCommands => (Verdict::Attention, Some(Reason::NotReached)),
            Self::Slow => (Verdict::Attention, Some(Reason::CutOff)),
            // A scan that fails fails its command.
            Self::Fails | Self::FailsToScan | Self::FailsToInstall | Self::Hangs => {
                (Verdict::Attention, Some(Reason::InstallFailed))
            }
            Self::DoesNotRestart => (Verdict::Attention, Some(Reason::PendingRestart)),
            Self::EksNode => (Verdict::Excluded, Some(Reason::Replaced)),
            Self::Operated => (Verdict::Excluded, Some(Reason::OperatedByService)),
            // EC2 lists it no more.
            Self::Terminated => (Verdict::Unknown, None),
        }
    }

    /// What else it says of it, in the same week. Of a Windows host that is well it may say too that it waits for approval: in the week
    /// after a second Tuesday.
    pub const fn also(self, are_cut_off: bool) -> &'static [Reason] {
        match self {
            Self::Slow if are_cut_off => &[Reason::NeverScanned],
            Self::LongLost | Self::HybridLost => &[Reason::NotReached, Reason::NeverScanned],
            Self::Bottlerocket => &[Reason::InstallFailed, Reason::NeverScanned],
            Self::OldAgent => &[Reason::NoTag, Reason::NeverScanned],
            Self::Mac
            | Self::NoTag
            | Self::MisspeltTag
            | Self::UnknownTag
            | Self::TakesNoCommands
            | Self::Hangs
            | Self::Fails => &[Reason::NeverScanned],
            Self::FailsForWeeks => &[Reason::InstallFailed, Reason::Stale],
            Self::FailsToScan => &[Reason::ScanFailed],
            Self::Waiting => &[Reason::WaitingForApproval],
            Self::WrongTag => &[Reason::WrongWindow],
            Self::Replaced => &[Reason::Replaced],
            _ => &[],
        }
    }

    /// How often it occurs, in parts of their sum.
    pub(super) fn weight(self) -> usize {
        match self {
            Self::Linux => 330,
            Self::Windows => 120,
            Self::NoTag => 40,
            Self::Replaced => 30,
            Self::Stopped | Self::WithoutEndpoints => 25,
            Self::EksNode | Self::Hybrid | Self::MisspeltTag | Self::Operated => 15,
            Self::NotManaged | Self::StoppedInWindows | Self::UnknownTag => 12,
            Self::DoesNotRestart | Self::FailsToInstall | Self::NotManagedProfile => 10,
            Self::Fails | Self::Lost | Self::OldAgent | Self::ScannedByOthers | Self::TakesNoCommands => 8,
            Self::Azure | Self::Bottlerocket | Self::Frozen | Self::LongLost | Self::Pinned | Self::WrongTag => 5,
            _ => 3,
        }
    }
}
