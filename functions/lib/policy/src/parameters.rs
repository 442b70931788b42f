//! The parameters of a task's document.
//!
//! For the documents of the default windows they are checked here, as the service takes whatever it is given at registration and
//! the command fails on every host later. Other documents may have any parameters.

use std::collections::BTreeMap;

use crate::reader::{FromNode, Node, Object, Read, all};
use crate::text::DocumentName;

/// Each parameter with its values.
type Parameters = BTreeMap<String, Vec<String>>;

/// A parameter of a known document; it takes exactly one value.
struct Parameter {
    name: &'static str,
    is_required: bool,
    allowed: &'static str,
    is_valid: fn(&str) -> bool,
}

impl Parameter {
    const fn optional(name: &'static str, allowed: &'static str, is_valid: fn(&str) -> bool) -> Self {
        Self { name, is_required: false, allowed, is_valid }
    }
}

const OPERATION: Parameter = Parameter {
    name: "Operation",
    is_required: true,
    allowed: r#"["Scan"] or ["Install"]"#,
    is_valid: |value| matches!(value, "Scan" | "Install"),
};
const REBOOT_OPTION: Parameter =
    Parameter::optional("RebootOption", r#"["RebootIfNeeded"] or ["NoReboot"]"#, |value| {
        matches!(value, "RebootIfNeeded" | "NoReboot")
    });
const SNAPSHOT_ID: Parameter =
    Parameter::optional("SnapshotId", "[a GUID]; better left out in a maintenance window", is_guid);

/// The user guide's "SSM Command document for patching: AWS-RunPatchBaseline".
const RUN_PATCH_BASELINE: &[Parameter] = &[
    OPERATION,
    REBOOT_OPTION,
    Parameter::optional("AssociationId", "[an association's id]", is_guid),
    SNAPSHOT_ID,
    Parameter::optional("InstallOverrideList", r#"["https://…"] or ["s3://bucket/key"]"#, |value| {
        is_https(value) || is_s3(value)
    }),
    Parameter::optional("BaselineOverride", r#"["s3://bucket/key"]"#, is_s3),
    Parameter::optional("StepTimeoutSeconds", r#"["1"] to ["36000"]"#, is_step_timeout),
];

/// What a hook may be: a document of Run Command by its name, or by its ARN where somebody shares it.
const HOOK: &str = "[a document's name or ARN], or left out for none";

/// The user guide's "SSM Command document for patching: AWS-RunPatchBaselineWithHooks", which has six parameters and no list of
/// patches.
const RUN_PATCH_BASELINE_WITH_HOOKS: &[Parameter] = &[
    OPERATION,
    REBOOT_OPTION,
    SNAPSHOT_ID,
    Parameter::optional("PreInstallHookDocName", HOOK, is_hook),
    Parameter::optional("PostInstallHookDocName", HOOK, is_hook),
    Parameter::optional("OnExitHookDocName", HOOK, is_hook),
];

/// The document's own content, as the SSM Agent's repository has it.
const UPDATE_SSM_AGENT: &[Parameter] = &[
    Parameter::optional("version", "[a version of the agent], or left out for the latest", is_version),
    Parameter::optional("allowDowngrade", r#"["true"] or ["false"]"#, |value| matches!(value, "true" | "false")),
];

/// Reads a task's `parameters`, by the document's rules if it is a known one.
pub(super) fn read(task: &mut Object<'_>, document: Option<&DocumentName>) -> Read<Parameters> {
    match document.and_then(known) {
        None => task.or("parameters", Parameters::new()),
        Some(known) if known.iter().any(|parameter| parameter.is_required) => {
            let expected = format!("an object with {}", required(known).join(", "));
            task.required_with("parameters", &expected, |node| read_known(node, known))
        }
        Some(known) => Ok(task.optional_with("parameters", |node| read_known(node, known))?.unwrap_or_default()),
    }
}

/// The parameters of a document, which may be named by its ARN: `arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline`.
fn known(document: &DocumentName) -> Option<&'static [Parameter]> {
    match document.name() {
        "AWS-RunPatchBaseline" => Some(RUN_PATCH_BASELINE),
        "AWS-RunPatchBaselineWithHooks" => Some(RUN_PATCH_BASELINE_WITH_HOOKS),
        "AWS-UpdateSSMAgent" => Some(UPDATE_SSM_AGENT),
        _ => None,
    }
}

fn required(known: &[Parameter]) -> Vec<&'static str> {
    known.iter().filter(|parameter| parameter.is_required).map(|parameter| parameter.name).collect()
}

fn read_known(node: &Node<'_>, known: &[Parameter]) -> Read<Parameters> {
    let mut object = node.object(Parameters::EXPECTED)?;
    let read = all(known.iter().map(|parameter| parameter.read(&mut object)));
    object.finish();
    Ok(read?.into_iter().flatten().collect())
}

impl Parameter {
    fn read(&self, object: &mut Object<'_>) -> Read<Option<(String, Vec<String>)>> {
        let Some(node) = object.field(self.name) else {
            return if self.is_required { Err(object.missing(self.name, self.allowed)) } else { Ok(None) };
        };
        let values = Vec::<String>::from_node(&node)?;
        match values.as_slice() {
            [value] if (self.is_valid)(value) => Ok(Some((self.name.to_owned(), values))),
            _ => Err(node.refuse(self.allowed)),
        }
    }
}

/// The empty default, or something that the service fills in when the task runs: `{{WINDOW_EXECUTION_ID}}`.
fn is_filled_in_later(value: &str) -> bool {
    value.is_empty() || (value.starts_with("{{") && value.ends_with("}}"))
}

fn is_guid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    is_filled_in_later(value)
        || (lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()))
}

fn is_hook(value: &str) -> bool {
    value.parse::<DocumentName>().is_ok()
}

fn is_https(value: &str) -> bool {
    value.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
}

fn is_s3(value: &str) -> bool {
    let path = value.strip_prefix("s3://").and_then(|path| path.split_once('/'));
    is_filled_in_later(value)
        || path.is_some_and(|(bucket, key)| !bucket.is_empty() && !key.is_empty() && !key.ends_with('/'))
}

fn is_step_timeout(value: &str) -> bool {
    value.parse::<u32>().is_ok_and(|seconds| (1..=36_000).contains(&seconds) && value == seconds.to_string())
}

fn is_version(value: &str) -> bool {
    is_filled_in_later(value) || value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}
