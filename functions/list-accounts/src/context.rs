//! What an environment keeps.

use jiff::SignedDuration;
use policy::member_roles::MemberRoles;
use record::Ledger;

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// In the management account; made by [`organizations_client`](crate::organizations_client).
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
