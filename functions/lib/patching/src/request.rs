//! What a function that sets something up in one Region of one account is given.

use serde::Deserialize;

use crate::outcome::Progress;
use crate::token::Place;
use policy::PatchPolicy;
use policy::ids::{AccountId, Region, RunId};
use policy::input::Action;

/// Where to work, and towards what.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionRequest {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// Plan, or carry the plan out.
    pub action: Action,
    /// The account to work in.
    pub account_id: AccountId,
    /// The Region to work in.
    pub region: Region,
    /// What is wanted there.
    pub policy: PatchPolicy,
    /// What earlier tries of the run have done there.
    #[serde(default)]
    pub earlier: Progress,
}

impl RegionRequest {
    /// Where to work.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { run: self.run.clone(), account: self.account_id.clone(), region: self.region.clone() }
    }
}
