//! What became of the DHMC setting.

use serde::{Deserialize, Serialize};
use strum::Display;

/// What became of the DHMC setting.
// The default is that of a policy that does not want DHMC: the setting was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DhmcOutcome {
    /// What was done.
    pub status: DhmcStatus,
    /// The role before; `null` when none was set.
    pub before: Option<String>,
    /// The role after; `null` when none is set.
    pub after: Option<String>,
    /// Why the account could not be asked whether it has our role, which was then taken to be there.
    #[serde(default)]
    pub not_looked_for: Option<String>,
}

/// What was done with the DHMC setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum DhmcStatus {
    /// Our role was written.
    Set,
    /// A role was found and left alone: somebody else's, or ours where it was to stay.
    Kept,
    /// It was as it should be.
    #[default]
    Unchanged,
    /// Our role was taken back.
    Reset,
    /// A rollout would write our role.
    WouldSet,
    /// A rollout would take our role back.
    WouldReset,
}

impl DhmcOutcome {
    /// Whether something was written.
    pub fn is_change(&self) -> bool {
        matches!(self.status, DhmcStatus::Set | DhmcStatus::Reset)
    }

    /// The role that was found and left alone.
    pub fn kept_role(&self) -> Option<&str> {
        self.before.as_deref().filter(|_| self.status == DhmcStatus::Kept)
    }

    /// What a plan says of it: that it would be set or reset, where a rollout says that it was.
    #[must_use]
    pub fn planned(self) -> Self {
        let status = match self.status {
            DhmcStatus::Set => DhmcStatus::WouldSet,
            DhmcStatus::Reset => DhmcStatus::WouldReset,
            unchanged => unchanged,
        };
        Self { status, ..self }
    }
}
