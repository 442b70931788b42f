//! Default Host Management Configuration.

use crate::reader::{choice, object};
use crate::role::RoleName;

object! {
    /// Default Host Management Configuration (the service setting
    /// `/ssm/managed-instance/default-ec2-instance-management-role`).
    #[serde(default)]
    Dhmc, "an object with enabled, role, overwrite and onDelete, each of which may be left out" {
        /// Whether to set it; `true` by default.
        enabled: bool => |dhmc, field| dhmc.or(field, true),
        /// The role that hosts get, in each account, with its path; always there when enabled, and by default
        /// `service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom`.
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<RoleName> => |dhmc, field| {
            // What is not set needs no role, and then the stack's may be any.
            dhmc.or(field, matches!(enabled, Ok(true)).then(RoleName::of_dhmc))
        },
        /// Whether to replace a role that somebody else set; `false` by default.
        overwrite: bool = default,
        /// What becomes of it when the stack is deleted; it is kept by default.
        on_delete: OnDelete = default,
    }
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
