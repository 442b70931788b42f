//! Which hosts a window works on.

use crate::owner_tag::is_tag_letter;
use crate::reader::{FromNode, Node, Read, all, read_object};
use crate::text::{Description, Name, is_text, text_type};

/// The hosts that a window works on (`RegisterTargetWithMaintenanceWindow`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The target's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What the target is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// By what hosts are chosen; `tag:InstanceOS` by default.
    #[serde(default)]
    pub key: TargetKey,
    /// What the key has to be: 1 to 50 values, any of which is enough.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub values: Vec<String>,
}

text_type! {
    /// By what a target chooses its hosts (`TargetKey`): `tag:…`, `tag-key`, `InstanceIds`, `resource-groups:Name` or
    /// `resource-groups:ResourceTypeFilters`.
    TargetKey, "tag:<key>, tag-key, InstanceIds, resource-groups:Name or resource-groups:ResourceTypeFilters", is_target_key,
    "^(tag:.{1,128}|tag-key|InstanceIds|resource-groups:(Name|ResourceTypeFilters))$"
}

impl Default for TargetKey {
    fn default() -> Self {
        Self("tag:InstanceOS".to_owned())
    }
}

/// The model's pattern, which has no `+`.
fn is_target_key(text: &str) -> bool {
    match text.strip_prefix("tag:") {
        Some(key) => is_text(key, 1..=128, |letter| is_tag_letter(letter) && letter != '+'),
        None => {
            matches!(text, "tag-key" | "InstanceIds" | "resource-groups:Name" | "resource-groups:ResourceTypeFilters")
        }
    }
}

impl TargetKey {
    /// What a value of this key may be, in words and as a check.
    fn value_rule(&self) -> (&'static str, fn(&str) -> bool) {
        match self.as_str() {
            "InstanceIds" => ("a node's id, such as \"i-0123456789abcdef0\" or \"mi-0123456789abcdef0\"", is_node),
            "tag-key" => ("a tag's key of 1 to 128 characters, as it stands: * is no wildcard", |text| {
                is_text(text, 1..=128, |_| true) && text != "*"
            }),
            "resource-groups:Name" => ("a resource group's name: 1 to 300 letters, digits, _, . and -", is_group),
            "resource-groups:ResourceTypeFilters" => {
                ("a resource type, such as \"AWS::EC2::Instance\"", is_resource_type)
            }
            // Systems Manager looks for hosts whose tag has just this value, an asterisk as well, which no host has.
            _ => (
                "a tag's value of at most 256 characters, as it stands: * is no wildcard (for hosts that have the tag, whatever \
                 its value, the key is \"tag-key\" and the value the tag's key)",
                |text| is_text(text, 0..=256, |_| true) && text != "*",
            ),
        }
    }
}

/// `(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)`, the pattern of `InstanceId`.
fn is_node(text: &str) -> bool {
    let is_word = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match text.split_once('-') {
        Some(("i", id)) => matches!(id.len(), 8 | 17) && is_word(id),
        Some(("mi", id)) => id.len() == 17 && is_word(id),
        _ => false,
    }
}

fn is_group(text: &str) -> bool {
    is_text(text, 1..=300, |letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

fn is_resource_type(text: &str) -> bool {
    let is_word = |word: &str| is_text(word, 1..=128, |letter| letter.is_ascii_alphanumeric());
    match text.split("::").collect::<Vec<_>>().as_slice() {
        ["AWS", service, resource] => is_word(service) && is_word(resource),
        _ => false,
    }
}

impl FromNode for Target {
    const EXPECTED: &'static str = "an object with values";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            name: object.optional("name"),
            description: object.optional("description"),
            key: object.or("key", TargetKey::default()),
            values: object.required_with("values", VALUES, |node| read_values(node, key.as_ref().ok())),
        })
    }
}

/// The length of `TargetValues`; none would choose no host.
const VALUES: &str = "a list of 1 to 50 texts";

fn read_values(node: &Node<'_>, key: Option<&TargetKey>) -> Read<Vec<String>> {
    let items = node.items(VALUES)?;
    if !(1..=50).contains(&items.len()) {
        return Err(node.refuse(VALUES));
    }
    all(items.iter().map(|item| {
        let value = String::from_node(item)?;
        match key.map(TargetKey::value_rule) {
            Some((allowed, is_valid)) if !is_valid(&value) => Err(item.refuse(allowed)),
            _ => Ok(value),
        }
    }))
}
