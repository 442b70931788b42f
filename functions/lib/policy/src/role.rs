//! IAM roles, by name and by ARN.

use crate::ids::{AccountId, id_type, is_account};
use crate::text::{is_text, text_type};

text_type! {
    /// The name of an IAM role, with its path where it has one, and without a leading slash: `service-role/Name`.
    RoleName, "a role's name of 1 to 64 letters, digits and +=,.@_-, with its path in front if it has one, such as \"service-role/Name\", and no ARN", is_role, "^(?!arn:)([!-~]{1,510}/)?[a-zA-Z0-9+=,.@_-]{1,64}$"
}

/// The role of Default Host Management Configuration, as `dhmc-role.yaml` names it by default.
pub const DHMC_ROLE: &str = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";

impl RoleName {
    pub(crate) fn of_dhmc() -> Self {
        Self(DHMC_ROLE.to_owned())
    }
}

id_type! {
    /// An IAM role's ARN, in any partition: `arn:aws:iam::111122223333:role/service-role/Name`.
    RoleArn is "a role's ARN": "a role's ARN, such as \"arn:aws:iam::111122223333:role/Name\"", is_role_arn
}

impl RoleArn {
    /// The role `name` of `account`; `partition` is `aws`, `aws-cn`, `aws-us-gov` or the like.
    pub fn new(partition: &str, account: &AccountId, name: &RoleName) -> Self {
        Self(format!("arn:{partition}:iam::{account}:role/{name}"))
    }
}

fn is_role(text: &str) -> bool {
    let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
    is_text(name, 1..=64, |letter| letter.is_ascii_alphanumeric() || "+=,.@_-".contains(letter))
        && !text.starts_with('/')
        && !text.starts_with("arn:")
        && is_text(path, 0..=510, |letter| letter.is_ascii_graphic())
}

fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return false;
    };
    partition.starts_with("aws")
        && is_account(account)
        && resource.strip_prefix("role/").is_some_and(|name| name.parse::<RoleName>().is_ok())
}
