//! Which hosts a window works on.

use serde_json::Value;

use crate::reader::{FromNode, Node, Read, all, object};
use crate::text::{Description, Name};
use crate::text_type::{matches, text_type};

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

object! {
    /// A filter, with what the console shows of the target that it makes.
    NamedFilter, "an object with values" {
        /// The target's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<Name>,
        /// What the target is for.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Description>,
        /// By what hosts are chosen.
        #[serde(flatten)]
        filter: Filter => |target, _| Filter::from_fields(target),
    }
}

object! {
    /// By what hosts are chosen (`Target`).
    Filter, "an object with key and values" {
        /// By what hosts are chosen; `tag:InstanceOS` by default.
        key: TargetKey = default,
        /// What the key has to be, any of which is enough: 1 to 5 values, or 1 to 50 `InstanceIds`, or 1 `resource-groups:Name`.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
        values: Vec<String> => |filter, field| {
            let rule = key.as_ref().ok().map(TargetKey::rule);
            filter.required_with(field, &allowed_values(rule.as_ref()), |node| read_values(node, rule.as_ref()))
        },
    }
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
        let Self::One(target) = self else { return None };
        target.name.as_ref()
    }

    /// What the target is for.
    pub fn description(&self) -> Option<&Description> {
        let Self::One(target) = self else { return None };
        target.description.as_ref()
    }
}

text_type! {
    /// By what a target chooses its hosts (`TargetKey`): `tag:…`, `tag-key`, `InstanceIds`, `resource-groups:Name` or
    /// `resource-groups:ResourceTypeFilters`.
    TargetKey = "tag:InstanceOS", "tag:<key>, tag-key, InstanceIds, resource-groups:Name or resource-groups:ResourceTypeFilters",
    "^(tag:.{1,128}|tag-key|InstanceIds|resource-groups:(Name|ResourceTypeFilters))$", if is_target_key
}

/// A tag's key is of `[\p{L}\p{Z}\p{N}_.:/=\-@]`, the model's pattern, which has no `+`.
fn is_target_key(text: &str) -> bool {
    let is_letter = |letter: char| {
        letter.is_alphanumeric() || (letter.is_whitespace() && !letter.is_control()) || "_.:/=-@".contains(letter)
    };
    text.strip_prefix("tag:").is_none_or(|key| key.chars().all(is_letter))
}

/// What a key goes with: Systems Manager takes `InstanceIds` alone, and keeps tags and resource groups apart.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ids,
    Tags,
    Groups,
}

/// What goes with a key.
struct Rule {
    kind: Kind,
    /// How many values it takes. For ids and tags the service says so where there are more ("with up to 5 unique tag keys/values");
    /// for resource groups the user guide does ("Examples: Register targets with a maintenance window").
    most_values: usize,
    /// What a value may be.
    allowed: &'static str,
    pattern: &'static str,
}

impl TargetKey {
    fn rule(&self) -> Rule {
        match self.as_str() {
            "InstanceIds" => Rule {
                kind: Kind::Ids,
                most_values: 50,
                allowed: "a node's id, such as \"i-0123456789abcdef0\" or \"mi-0123456789abcdef0\"",
                pattern: r"^(i-(\w{8}|\w{17})|mi-\w{17})$",
            },
            "tag-key" => Rule {
                kind: Kind::Tags,
                most_values: 5,
                allowed: "a tag's key of 1 to 128 characters, as it stands: * is no wildcard",
                pattern: r"^([^*]|[\s\S]{2,128})$",
            },
            "resource-groups:Name" => Rule {
                kind: Kind::Groups,
                most_values: 1,
                allowed: "a resource group's name: 1 to 300 letters, digits, _, . and -",
                pattern: "^[a-zA-Z0-9_.-]{1,300}$",
            },
            "resource-groups:ResourceTypeFilters" => Rule {
                kind: Kind::Groups,
                most_values: 5,
                allowed: "a resource type, such as \"AWS::EC2::Instance\"",
                pattern: "^AWS::[a-zA-Z0-9]{1,128}::[a-zA-Z0-9]{1,128}$",
            },
            // Systems Manager looks for hosts whose tag has just this value, an asterisk as well, which no host has.
            _ => Rule {
                kind: Kind::Tags,
                most_values: 5,
                allowed: "a tag's value of at most 256 characters, as it stands: * is no wildcard (for hosts that have the tag, \
                          whatever its value, the key is \"tag-key\" and the value the tag's key)",
                pattern: r"^([^*]?|[\s\S]{2,256})$",
            },
        }
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

const FILTERS: &str = "a list of 1 to 5 filters";

/// Reads filters that go together: each key once, as it is not told what one means that comes twice.
fn read_filters(node: &Node<'_>) -> Read<Vec<Filter>> {
    let items = node.items(1..=5, FILTERS)?;
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
    let kind = key.rule().kind;
    if kind == Kind::Ids && count > 1 {
        return Some("tag:<key> or tag-key: InstanceIds goes without other filters".to_owned());
    }
    if let Some((first, _)) = before.iter().find(|(_, other)| other == key) {
        return Some(format!("a key of its own (filter [{first}] has this one)"));
    }
    let first = before.iter().map(|(_, other)| other.rule().kind).find(|kind| *kind != Kind::Ids)?;
    let of_groups = "resource-groups:Name or resource-groups:ResourceTypeFilters";
    let keys = if first == Kind::Groups { of_groups } else { "tag:<key> or tag-key" };
    (first != kind).then(|| format!("{keys}, as the filter before it"))
}

/// How many values there may be; none would choose no host.
fn allowed_values(rule: Option<&Rule>) -> String {
    match rule.map(|rule| rule.most_values) {
        None => "a list of 1 to 50 texts".to_owned(),
        Some(1) => "a list of 1 text".to_owned(),
        Some(most) => format!("a list of 1 to {most} texts"),
    }
}

fn read_values(node: &Node<'_>, rule: Option<&Rule>) -> Read<Vec<String>> {
    let items = node.items(1..=rule.map_or(50, |rule| rule.most_values), &allowed_values(rule))?;
    all(items.iter().map(|item| {
        let value = String::from_node(item)?;
        match rule {
            Some(rule) if !matches(rule.pattern, &value) => Err(item.refuse(rule.allowed)),
            _ => Ok(value),
        }
    }))
}
