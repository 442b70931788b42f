//! The parameters of a task's document.
//!
//! What a document takes, only the Region's own document tells, which is held against them before anything is changed there. `Operation` and
//! `RebootOption`, which the stack's parameters set, are checked here.

use std::collections::BTreeMap;

use crate::reader::{FromNode, Node, Object, Read};
use crate::text::DocumentName;

/// Each parameter with its values.
type Parameters = BTreeMap<String, Vec<String>>;

/// The values of `Operation`, of which there has to be one; the stack's `PatchOperation`.
const OPERATION: (&str, [&str; 2]) = ("Operation", ["Scan", "Install"]);
/// The values of `RebootOption`; the stack's parameter of this name.
const REBOOT_OPTION: (&str, [&str; 2]) = ("RebootOption", ["RebootIfNeeded", "NoReboot"]);

/// Reads a task's `parameters`.
pub(crate) fn read(task: &mut Object<'_>, field: &str, document: Option<&DocumentName>) -> Read<Parameters> {
    let patches = ["AWS-RunPatchBaseline", "AWS-RunPatchBaselineWithHooks"];
    if !document.is_some_and(|document| patches.contains(&document.name())) {
        return task.or(field, Parameters::new());
    }
    task.required_with(field, "an object with Operation", |node| {
        let read = Parameters::from_node(node)?;
        let operation = match node.member(OPERATION.0) {
            Some(operation) => one_of(&operation, &OPERATION.1),
            None => Err(node.missing(OPERATION.0, allowed(&OPERATION.1))),
        };
        let reboot = node.member(REBOOT_OPTION.0).map(|option| one_of(&option, &REBOOT_OPTION.1)).transpose();
        operation.and(reboot).map(|_| read)
    })
}

fn one_of(node: &Node<'_>, values: &[&str]) -> Read<()> {
    let is_one = values.iter().any(|value| *node.value() == serde_json::json!([value]));
    if is_one { Ok(()) } else { Err(node.refuse(allowed(values))) }
}

fn allowed(values: &[&str]) -> String {
    values.iter().map(|value| format!("[\"{value}\"]")).collect::<Vec<_>>().join(" or ")
}
