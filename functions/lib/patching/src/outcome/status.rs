//! How something ended.

use serde::{Deserialize, Serialize};
use strum::Display;

/// How an account, a Region or a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Display, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum Status {
    /// Everything is as the policy wants it.
    Succeeded,
    /// Nothing was changed, as asked; what a rollout would change is known.
    Planned,
    /// Nothing was done and nothing failed: the reason says why.
    Skipped,
    /// Nothing is known to have been done: the run was halted before.
    NotReached,
    /// Something is not as the policy wants it.
    #[default]
    Failed,
}
