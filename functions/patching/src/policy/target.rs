//! Which hosts a window works on.

use super::reader::{FromNode, Node, Read};
use super::text::{Description, Name, is_text, text_type};

/// The hosts that a window works on (`RegisterTargetWithMaintenanceWindow`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The target's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What the target is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// By what hosts are chosen.
    pub key: TargetKey,
    /// What the key has to be: 1 to 50 values, any of which is enough.
    pub values: Vec<String>,
}

text_type! {
    /// By what a target chooses its hosts (`TargetKey`): `tag:…`, `tag-key`, `InstanceIds`, `resource-groups:Name` or
    /// `resource-groups:ResourceTypeFilters`.
    TargetKey, "tag:<key>, tag-key, InstanceIds, resource-groups:Name or resource-groups:ResourceTypeFilters", is_target_key
}

fn is_target_key(text: &str) -> bool {
    match text.strip_prefix("tag:") {
        Some(key) => is_text(key, 1..=128, |_| true),
        None => matches!(
            text,
            "tag-key"
                | "InstanceIds"
                | "resource-groups:Name"
                | "resource-groups:ResourceTypeFilters"
        ),
    }
}

impl FromNode for Target {
    const EXPECTED: &'static str = "an object with key and values";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        let mut object = node.object(Self::EXPECTED)?;
        let name = object.optional("name");
        let description = object.optional("description");
        let key = object.required("key");
        let values = object.required("values");
        object.finish();
        Ok(Self {
            name: name?,
            description: description?,
            key: key?,
            values: values?,
        })
    }
}
