//! Which hosts a window works on.

use serde_json::Value;

use crate::owner_tag::is_tag_letter;
use crate::reader::{FromNode, Node, Object, Read, all, read_object};
use crate::text::{Description, Name, is_text, text_type};

/// The hosts that a window works on (`RegisterTargetWithMaintenanceWindow`): those that a filter finds, or those that all filters of a
/// list find, as Systems Manager takes them together.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Target {
    /// Those that a filter finds.
    One(NamedFilter),
    /// Those that each one of 1 to 5 filters finds.
    Every(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 5)))] Vec<Filter>),
}

/// A filter, with what the console shows of the target that it makes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct NamedFilter {
    /// The target's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What the target is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// By what hosts are chosen.
    #[serde(flatten)]
    pub filter: Filter,
}

/// By what hosts are chosen (`Target`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Filter {
    /// By what hosts are chosen; `tag:InstanceOS` by default.
    #[serde(default)]
    pub key: TargetKey,
    /// What the key has to be, any of which is enough: 1 to 5 values, or 1 to 50 `InstanceIds`, or 1 `resource-groups:Name`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub values: Vec<String>,
}

impl Target {
    /// The filters, all of which have to find a host.
    pub fn filters(&self) -> &[Filter] {
        match self {
            Self::One(NamedFilter { filter, .. }) => std::slice::from_ref(filter),
            Self::Every(filters) => filters,
        }
    }

    /// The target's name.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::One(NamedFilter { name, .. }) => name.as_ref(),
            Self::Every(_) => None,
        }
    }

    /// What the target is for.
    pub fn description(&self) -> Option<&Description> {
        match self {
            Self::One(NamedFilter { description, .. }) => description.as_ref(),
            Self::Every(_) => None,
        }
    }
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

/// What a key goes with: Systems Manager takes `InstanceIds` alone, and keeps tags and resource groups apart.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ids,
    Tags,
    Groups,
}

impl TargetKey {
    fn kind(&self) -> Kind {
        match self.as_str() {
            "InstanceIds" => Kind::Ids,
            key if key.starts_with("resource-groups:") => Kind::Groups,
            _ => Kind::Tags,
        }
    }

    /// How many values this key takes. For ids and tags the service says so where there are more ("with up to 5 unique tag keys/values");
    /// for resource groups the user guide does ("Examples: Register targets with a maintenance window").
    fn most_values(&self) -> usize {
        match self.as_str() {
            "InstanceIds" => 50,
            "resource-groups:Name" => 1,
            _ => 5,
        }
    }

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
    const EXPECTED: &'static str = "an object with values, or a list of 1 to 5 such filters";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        match node.value() {
            Value::Object(_) => NamedFilter::from_node(node).map(Self::One),
            Value::Array(_) => read_filters(node).map(Self::Every),
            _ => Err(node.refuse(Self::EXPECTED)),
        }
    }
}

impl FromNode for NamedFilter {
    const EXPECTED: &'static str = "an object with values";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            name: object.optional("name"),
            description: object.optional("description"),
            filter: Filter::from_fields(&mut object),
        })
    }
}

impl FromNode for Filter {
    const EXPECTED: &'static str = "an object with key and values";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        let mut object = node.object(Self::EXPECTED)?;
        let read = Self::from_fields(&mut object);
        object.finish();
        read
    }
}

impl Filter {
    /// Reads `key` and `values`.
    fn from_fields(object: &mut Object<'_>) -> Read<Self> {
        let key = object.or("key", TargetKey::default());
        let known = key.as_ref().ok();
        let values = object.required_with("values", &allowed_values(known), |node| read_values(node, known));
        Ok(Self { key: key?, values: values? })
    }
}

const FILTERS: &str = "a list of 1 to 5 filters";

/// Reads filters that go together: each key once, as it is not told what one means that comes twice.
fn read_filters(node: &Node<'_>) -> Read<Vec<Filter>> {
    let items = node.items(FILTERS)?;
    if !(1..=5).contains(&items.len()) {
        return Err(node.refuse(FILTERS));
    }
    let mut found: Vec<(usize, TargetKey)> = Vec::new();
    all(items.iter().enumerate().map(|(index, item)| {
        let filter = Filter::from_node(item)?;
        let allowed = beside(&filter.key, items.len(), &found);
        found.push((index, filter.key.clone()));
        match allowed {
            Some(allowed) => Err(item.member("key").as_ref().unwrap_or(item).refuse(allowed)),
            None => Ok(filter),
        }
    }))
}

/// What a key has to be that does not go with those of the filters before it.
fn beside(key: &TargetKey, count: usize, before: &[(usize, TargetKey)]) -> Option<String> {
    if key.kind() == Kind::Ids && count > 1 {
        return Some("tag:<key> or tag-key: InstanceIds goes without other filters".to_owned());
    }
    if let Some((first, _)) = before.iter().find(|(_, other)| other == key) {
        return Some(format!("a key of its own (filter [{first}] has this one)"));
    }
    let (_, first) = before.iter().find(|(_, other)| other.kind() != Kind::Ids)?;
    (first.kind() != key.kind()).then(|| match first.kind() {
        Kind::Groups => {
            "resource-groups:Name or resource-groups:ResourceTypeFilters, as the filter before it".to_owned()
        }
        Kind::Ids | Kind::Tags => "tag:<key> or tag-key, as the filter before it".to_owned(),
    })
}

/// How many values there may be; none would choose no host.
fn allowed_values(key: Option<&TargetKey>) -> String {
    match key.map(TargetKey::most_values) {
        None => "a list of 1 to 50 texts".to_owned(),
        Some(1) => "a list of 1 text".to_owned(),
        Some(most) => format!("a list of 1 to {most} texts"),
    }
}

fn read_values(node: &Node<'_>, key: Option<&TargetKey>) -> Read<Vec<String>> {
    let allowed = allowed_values(key);
    let items = node.items(&allowed)?;
    if !(1..=key.map_or(50, TargetKey::most_values)).contains(&items.len()) {
        return Err(node.refuse(allowed));
    }
    all(items.iter().map(|item| {
        let value = String::from_node(item)?;
        match key.map(TargetKey::value_rule) {
            Some((allowed, is_valid)) if !is_valid(&value) => Err(item.refuse(allowed)),
            _ => Ok(value),
        }
    }))
}
