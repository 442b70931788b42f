//! What the member roles of a stack are made for: a policy that names anything else would be denied in every account.

use std::str::FromStr;

use serde::Deserialize;

use crate::owner_tag::OwnerTag;
use crate::policy::PatchPolicy;
use crate::problem::{InvalidPolicy, Problem};

/// The names in `member-roles.yaml`, as the stack gives them to its functions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberRoles {
    /// `TaskRoleName`: the one role that may be passed to tasks.
    task_role: String,
    /// `DhmcRoleName` with its path: the one role that may be passed to Default Host Management Configuration.
    dhmc_role: String,
    /// `OwnerTagKey` and `OwnerTagValue`: what a window has to carry to be changed.
    owner_tag: Tag,
    /// `Documents`: what the task role may run, and the configuration role may ask for hashes.
    documents: Vec<String>,
}

/// Of any texts: a stack whose tag is not allowed has to hear of it from its policy, and not from a function that does not start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

/// From the JSON in a function's environment.
impl FromStr for MemberRoles {
    type Err = serde_json::Error;

    fn from_str(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl MemberRoles {
    /// Refuses a policy that names another role, another owner tag or another document, also in one of its waves.
    ///
    /// # Errors
    ///
    /// [`InvalidPolicy`], with a problem for each such name.
    pub fn check(&self, policy: &PatchPolicy) -> Result<(), InvalidPolicy> {
        policy.check(|policy| self.problems(policy))
    }

    fn problems(&self, policy: &PatchPolicy) -> Vec<Problem> {
        let windows = policy.windows.iter().enumerate().filter_map(|(index, window)| {
            let document = &window.task.document;
            (!self.documents.iter().any(|known| known == document.name())).then(|| {
                let allowed = format!(
                    "{}; the documents that a policy names are the stack's parameter Documents, which the member roles let tasks \
                     run and which deploy.sh makes of a policy file",
                    self.documents.join(", ")
                );
                Problem::new(format!("$.windows[{index}].task.document"), document, allowed)
            })
        });
        let OwnerTag { key, value } = &policy.owner_tag;
        let names = [
            ("$.dhmc.role", policy.dhmc.role.as_ref().map(AsRef::as_ref), &self.dhmc_role, "DhmcRoleName"),
            ("$.taskRole", policy.task_role.as_ref().map(AsRef::as_ref), &self.task_role, "TaskRoleName"),
            ("$.ownerTag.key", Some(key.as_str()), &self.owner_tag.key, "OwnerTagKey"),
            ("$.ownerTag.value", Some(value.as_str()), &self.owner_tag.value, "OwnerTagValue"),
        ];
        let names = names.into_iter().filter_map(|(path, found, wanted, parameter)| {
            let allowed = format!("\"{wanted}\", as the stack's {parameter} says, which the member roles are made for");
            Some(Problem::new(path, &found.filter(|found| found != wanted)?, allowed))
        });
        windows.chain(names).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn member_roles() -> MemberRoles {
        r#"{"taskRole": "task", "dhmcRole": "service-role/Dhmc", "ownerTag": {"key": "createdBy", "value": "us"},
            "documents": ["AWS-RunPatchBaseline", "My-Document"]}"#
            .parse()
            .unwrap()
    }

    fn policy(changes: &Value) -> PatchPolicy {
        let window = |name: &str, document: &str| {
            json!({
                "name": name, "schedule": "rate(7 days)", "durationHours": 6, "cutoffHours": 1,
                "target": {"key": "tag-key", "values": ["InstanceOS"]},
                "task": {"name": "Patch", "document": document, "parameters": {"Operation": ["Scan"]}}
            })
        };
        let mut policy = json!({
            "windows": [
                window("one", "AWS-RunPatchBaseline"),
                window("two", "arn:{partition}:ssm:{region}:111122223333:document/My-Document"),
                window("three", "AWS-RunPatchBaselineWithHooks"),
            ],
            "dhmc": {"enabled": true, "role": "service-role/Dhmc"}, "taskRole": "task",
            "ownerTag": {"key": "createdBy", "value": "us"}
        });
        policy.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        PatchPolicy::parse(&policy).unwrap()
    }

    fn problems(changes: &Value) -> Vec<String> {
        let refused = member_roles().check(&policy(changes));
        refused.err().into_iter().flat_map(|error| error.problems).map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn a_document_that_the_member_roles_do_not_name_is_refused_with_the_way_to_name_it() {
        assert_eq!(
            problems(&json!({})),
            [
                "$.windows[2].task.document: \"AWS-RunPatchBaselineWithHooks\" — allowed: AWS-RunPatchBaseline, My-Document; the \
              documents that a policy names are the stack's parameter Documents, which the member roles let tasks run and \
              which deploy.sh makes of a policy file"
            ]
        );
    }

    #[test]
    fn other_names_than_the_stacks_are_refused_each_by_its_field() {
        let changes = json!({
            "windows": [], "taskRole": "other", "dhmc": {"enabled": false, "role": "Dhmc"},
            "ownerTag": {"key": "createdBy", "value": "them"}
        });
        assert_eq!(
            problems(&changes),
            [
                "$.dhmc.role: \"Dhmc\" — allowed: \"service-role/Dhmc\", as the stack's DhmcRoleName says, which the member \
                 roles are made for",
                "$.taskRole: \"other\" — allowed: \"task\", as the stack's TaskRoleName says, which the member roles are made for",
                "$.ownerTag.value: \"them\" — allowed: \"us\", as the stack's OwnerTagValue says, which the member roles are \
                 made for",
            ]
        );
    }

    /// Systems Manager's own role then runs the tasks, and nobody manages the hosts.
    #[test]
    fn what_is_left_out_differs_from_nothing() {
        assert_eq!(problems(&json!({"windows": [], "taskRole": null, "dhmc": {"enabled": false}})), [""; 0]);
    }
}
