//! Which hosts a target finds.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html>: all keys must match, any of a key's
//! values. Keys and values are compared letter by letter, which for Systems Manager is not confirmed.

use serde_json::Value;

use crate::hosts::Host;
use crate::state::Fields;
use crate::targets::entries;

/// Whether a target of a window, or of a task, finds a host by its id and its tags, be it managed or not.
pub(super) fn finds(target: &Fields, host: &Host) -> bool {
    let mut keys = entries(target).peekable();
    keys.peek().is_some() && keys.all(|(key, values)| has(host, key, values))
}

fn has(host: &Host, key: &str, values: &[Value]) -> bool {
    let among = |text: &str| values.iter().any(|value| value == text);
    match key {
        "InstanceIds" => among(&host.id),
        "tag-key" => host.tags().keys().any(|key| among(key)),
        _ => {
            let tag = key.strip_prefix("tag:").and_then(|key| host.tags().get(key));
            tag.is_some_and(|value| among(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hosts::Instance;

    fn host(tags: &[(&str, &str)]) -> Host {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Host { id: "i-12345678".into(), instance: Some(Instance { tags, ..Instance::default() }), ..Host::default() }
    }

    fn found(targets: &Value, tags: &[(&str, &str)]) -> bool {
        finds(json!({ "Targets": targets }).as_object().unwrap(), &host(tags))
    }

    #[test]
    fn one_of_the_values_of_every_key_must_match() {
        let target = json!([
            { "Key": "tag:InstanceOS", "Values": ["Linux", "Windows"] },
            { "Key": "tag-key", "Values": ["Stage"] },
        ]);
        assert!(found(&target, &[("InstanceOS", "Windows"), ("Stage", "prod")]));
        assert!(!found(&target, &[("InstanceOS", "Windows")]));
        assert!(!found(&target, &[("InstanceOS", "BSD"), ("Stage", "prod")]));
    }

    #[test]
    fn letters_must_be_the_same_in_case_too() {
        let target = json!([{ "Key": "tag:InstanceOS", "Values": ["Linux"] }]);
        assert!(!found(&target, &[("InstanceOS", "linux")]));
        assert!(!found(&target, &[("instanceos", "Linux")]));
        assert!(!found(&target, &[("InstanceOS", "Linux ")]));
    }

    #[test]
    fn hosts_can_be_named_and_no_target_finds_nobody() {
        assert!(found(&json!([{ "Key": "InstanceIds", "Values": ["i-12345678"] }]), &[]));
        assert!(!found(&json!([{ "Key": "InstanceIds", "Values": ["i-87654321"] }]), &[]));
        assert!(!found(&json!([]), &[]));
    }
}
