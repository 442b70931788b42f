//! What an environment keeps.

use jiff::SignedDuration;
use policy::ids::RunId;
use policy::member_roles::MemberRoles;
use record::{Ledger, ObjectKey};

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the management account; made by `organizations_client`.
    pub organizations: aws_sdk_organizations::Client,
    /// In the home Region.
    pub ssm: aws_sdk_ssm::Client,
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// In this account.
    pub account: aws_sdk_account::Client,
    /// The bucket of targets and reports.
    pub bucket: String,
    /// What is recorded of runs.
    pub ledger: Ledger,
    /// How long a run's items stay in the ledger.
    pub history: SignedDuration,
    /// What the roles in the accounts are made for.
    pub member_roles: MemberRoles,
}

impl Context {
    /// Where the targets of a run are.
    pub(crate) fn targets_of(&self, run: &RunId) -> ObjectKey {
        ObjectKey { bucket: self.bucket.clone(), key: format!("runs/{run}/targets.json") }
    }
}
