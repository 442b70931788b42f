//! What may be said of a host.

use serde::{Deserialize, Serialize};

/// What is said of a host; each has just one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum Verdict {
    /// Looked at of late, and nothing approved is missing.
    Patched,
    /// Approved patches are missing, and its next window installs them.
    Due,
    /// A window reached it, or should have, and something went wrong.
    Attention,
    /// No window will patch it.
    Blocked,
    /// Stopped or not to be reached: not patched as long as it is so.
    Away,
    /// Not ours to patch: a service operates it, or it is renewed from an image. It does not count in the percentage.
    Excluded,
    /// It could not be looked at, or it is too early to say.
    Unknown,
}

/// Why a host has its verdict, or what else is to be known of it, in the order in which they come first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Reason {
    /// Its account or Region could not be looked at.
    NotInspected,
    /// An AWS service operates it.
    OperatedByService,
    /// EC2 says stopped or stopping.
    Stopped,
    /// Started, or its window made, less than half an hour ago; or whether a window finds it is shown by its next opening.
    TooEarly,
    /// Its metadata service is off, so that the agent cannot learn who it is.
    MetadataOff,
    /// Nothing gives its agent a role: no profile, and no Default Host Management Configuration.
    NoRole,
    /// Running and not managed, though Default Host Management Configuration is on.
    NotManaged,
    /// Running and not managed, with a profile of its own.
    NotManagedProfile,
    /// The agent is not heard of.
    ConnectionLost,
    /// Patch Manager, or its window's document, does not know its operating system.
    PlatformNotSupported,
    /// Its agent is too old for Patch Manager.
    AgentTooOld,
    /// It lacks the tag by which windows find hosts.
    NoTag,
    /// Its tag differs from what a window looks for by case or blanks only.
    TagMisspelt,
    /// Its tag has a value that no window looks for.
    TagUnknownValue,
    /// The window that would find it is not set up here, or not as the policy says.
    WindowMissing,
    /// The window that would find it does not open.
    WindowDisabled,
    /// The window only scans, and patches are missing.
    ScanOnly,
    /// Its baseline approves no patch, or none that came out in the last weeks.
    BaselineApprovesNothing,
    /// Something else scanned it last, or with another baseline.
    OtherBaseline,
    /// The window stopped after too many errors before it came to this host.
    SkippedByErrorLimit,
    /// It could not be reached when the window was open.
    NotReached,
    /// The window closed first.
    CutOff,
    /// The window did not open when it should have.
    WindowSkipped,
    /// The window's task was refused before it came to a host: not allowed, or its document is another one than was pinned.
    TaskNotAllowed,
    /// Patches could not be installed or were left out, or the command failed or took too long.
    InstallFailed,
    /// The scan itself failed.
    ScanFailed,
    /// Not restarted since patches were installed.
    PendingRestart,
    /// A patch is installed that the baseline rejects.
    Rejected,
    /// No patching operation was ever recorded.
    NeverScanned,
    /// The last patching operation is too long ago.
    Stale,
    /// Security updates are out that the baseline does not approve yet, or it waits for long.
    WaitingForApproval,
    /// Its tag puts it into the window of another operating system.
    WrongWindow,
    /// Renewed from an image by a group.
    Replaced,
}
