//! The documents that tasks run, and whether they take what a policy gives them.

use std::collections::{BTreeMap, BTreeSet};

use policy::{PatchPolicy, Problem, Task, Window};

/// What a Region says of a document (`DescribeDocument`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its SHA-256; one that another account shares has none in this answer.
    pub hash: Option<String>,
    /// The names of its parameters.
    pub parameters: BTreeSet<String>,
}

/// Documents, by name or ARN and version.
pub type Documents = BTreeMap<DocumentKey, Document>;

/// A document's name or ARN, and its version.
pub type DocumentKey = (String, String);

/// Under which a task's document is in [`Documents`].
pub fn document_key(task: &Task) -> DocumentKey {
    (task.document.to_string(), task.document_version.to_string())
}

/// The documents that have to be read: those that are given parameters, and all where hashes are pinned.
pub fn to_be_read(policy: &PatchPolicy) -> BTreeSet<DocumentKey> {
    let tasks = policy.windows.iter().map(|window| &window.task);
    tasks.filter(|task| policy.pin_document_hash || !task.parameters.is_empty()).map(document_key).collect()
}

/// The parameters that the documents do not have: the service takes any at registration, and the command fails on every host later.
pub fn unknown_parameters(policy: &PatchPolicy, documents: &Documents) -> Vec<Problem> {
    let of_window = |(index, Window { task, .. }): (usize, &Window)| {
        let known = documents.get(&document_key(task)).map(|document| &document.parameters);
        let unknown = task.parameters.iter().filter(|(name, _)| known.is_some_and(|known| !known.contains(*name)));
        let names: Vec<_> = known.into_iter().flatten().map(String::as_str).collect();
        let allowed = format!("only {}, which {} has", names.join(", "), task.document);
        let path = format!("$.windows[{index}].task.parameters");
        unknown.map(|(name, values)| Problem::new(format!("{path}.{name}"), values, &*allowed)).collect::<Vec<_>>()
    };
    policy.windows.iter().enumerate().flat_map(of_window).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy() -> PatchPolicy {
        let window = |name: &str, document: &str, parameters: serde_json::Value| {
            json!({
                "name": name, "schedule": "rate(7 days)", "target": {"key": "tag-key", "values": ["InstanceOS"]},
                "task": {"name": "Task", "document": document, "parameters": parameters}
            })
        };
        let windows = [
            window("one", "Ours", json!({"known": ["a"], "unkown": ["b"], "alsoUnknown": []})),
            window("two", "Theirs", json!({})),
        ];
        PatchPolicy::parse(&json!({"windows": windows, "dhmc": {"enabled": false}})).unwrap()
    }

    fn documents() -> Documents {
        let parameters = ["known", "added"].map(str::to_owned).into();
        [(("Ours".to_owned(), "$DEFAULT".to_owned()), Document { hash: None, parameters })].into()
    }

    #[test]
    fn every_parameter_that_the_document_does_not_have_is_named_with_those_that_it_has() {
        let problems: Vec<_> = unknown_parameters(&policy(), &documents()).iter().map(ToString::to_string).collect();
        let allowed = "allowed: only added, known, which Ours has";
        assert_eq!(
            problems,
            [
                format!("$.windows[0].task.parameters.alsoUnknown: [] — {allowed}"),
                format!("$.windows[0].task.parameters.unkown: [\"b\"] — {allowed}"),
            ]
        );
    }

    #[test]
    fn a_parameter_that_its_owner_added_is_taken() {
        let mut policy = policy();
        policy.windows[0].task.parameters = [("added".to_owned(), vec!["a".to_owned()])].into();
        assert_eq!(unknown_parameters(&policy, &documents()), []);
    }

    #[test]
    fn documents_without_parameters_are_read_only_where_they_are_pinned() {
        let key = |name: &str| (name.to_owned(), "$DEFAULT".to_owned());
        let pinned = PatchPolicy { pin_document_hash: true, ..policy() };
        assert_eq!(to_be_read(&policy()), [key("Ours")].into());
        assert_eq!(to_be_read(&pinned), [key("Ours"), key("Theirs")].into());
    }
}
