//! What a function that works in one Region of one account is given.

use policy::PatchPolicy;
use policy::ids::{AccountId, Region, RunId};
use policy::input::Action;
use serde::Deserialize;

use crate::outcome::Progress;
use crate::place::Place;

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
    /// What is wanted there; to be torn down, what was wanted.
    pub policy: PatchPolicy,
    /// Whether the DHMC setting stays, where all else is torn down.
    #[serde(default)]
    pub keep_dhmc: bool,
    /// What earlier tries of the run have done there.
    #[serde(default)]
    pub earlier: Progress,
}

impl RegionRequest {
    /// Where to work.
    pub fn place(&self) -> Place {
        Place { run: self.run.clone(), account: self.account_id.clone(), region: self.region.clone() }
    }
}
