//! Default Host Management Configuration.

use crate::reader::{FromNode, Node, Read, choice, read_object};
use crate::role::RoleName;

/// Default Host Management Configuration (the service setting
/// `/ssm/managed-instance/default-ec2-instance-management-role`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct Dhmc {
    /// Whether to set it; `true` by default.
    pub enabled: bool,
    /// The role that hosts get, in each account, with its path; always there when enabled, and by default
    /// `service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Whether to replace a role that somebody else set; `false` by default.
    pub overwrite: bool,
    /// What becomes of it when the stack is deleted; it is kept by default.
    pub on_delete: OnDelete,
}

choice! {
    /// What becomes of Default Host Management Configuration when the stack is deleted.
    OnDelete in "lowercase", "keep or reset" {
        /// It stays, so that hosts go on being managed.
        #[default]
        Keep,
        /// Where it is ours it is taken back.
        Reset,
    }
}

impl Dhmc {
    /// The role to set, unless it is not to be set at all.
    pub fn wanted_role(&self) -> Option<&RoleName> {
        self.role.as_ref().filter(|_| self.enabled)
    }
}

impl Default for Dhmc {
    fn default() -> Self {
        Self { enabled: true, role: Some(RoleName::of_dhmc()), overwrite: false, on_delete: OnDelete::default() }
    }
}

impl FromNode for Dhmc {
    const EXPECTED: &'static str =
        "an object with enabled, role, overwrite and onDelete, each of which may be left out";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            enabled: object.or("enabled", true),
            // What is not set needs no role, and then the stack's may be any.
            role: object.optional("role").map(|role| role.or(matches!(enabled, Ok(true)).then(RoleName::of_dhmc))),
            overwrite: object.or("overwrite", false),
            on_delete: object.or("onDelete", OnDelete::default()),
        })
    }
}
