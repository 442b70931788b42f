//! IAM roles, by name and by ARN.

use crate::ids::AccountId;
use crate::text_type::text_type;

text_type! {
    /// The name of an IAM role, with its path where it has one, and without a leading slash: `service-role/Name`.
    RoleName, "a role's name of 1 to 64 letters, digits and +=,.@_-, with its path in front if it has one, such as \"service-role/Name\", and no ARN",
    "^([!-.0-~][!-~]{0,509}/)?[a-zA-Z0-9+=,.@_-]{1,64}$", not "^arn:"
}

/// The role of Default Host Management Configuration, as `dhmc-role.yaml` names it by default.
pub const DHMC_ROLE: &str = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";

impl RoleName {
    pub(crate) fn of_dhmc() -> Self {
        Self(DHMC_ROLE.to_owned())
    }
}

text_type! {
    /// An IAM role's ARN, in any partition: `arn:aws:iam::111122223333:role/service-role/Name`.
    RoleArn, "a role's ARN, such as \"arn:aws:iam::111122223333:role/Name\"",
    "^arn:aws[^:]*:iam::[0-9]{12}:role/([!-.0-~][!-~]{0,509}/)?[a-zA-Z0-9+=,.@_-]{1,64}$"
}

impl RoleArn {
    /// The role `name` of `account`; `partition` is `aws`, `aws-cn`, `aws-us-gov` or the like.
    pub fn new(partition: &str, account: &AccountId, name: &RoleName) -> Self {
        Self(format!("arn:{partition}:iam::{account}:role/{name}"))
    }
}
