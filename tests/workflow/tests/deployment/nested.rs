//! `main.yaml` with what it nests. Of `org-stacksets.yaml` only the parameters: the local AWS has no `StackSets`.

use std::time::Duration;

use aws_sdk_cloudformation::types::{Capability, Parameter, StackEvent};
use local_aws::LocalAws;
use serde_json::Value;
use workflow::{read, template};

const STACK: &str = "nested";
const POLL: Duration = Duration::from_millis(200);
const NESTED: [&str; 4] = ["MemberRoles", "OrganizationStackSets", "ControlPlane", "Inspection"];

pub(crate) async fn the_parent_creates_the_roles_first_and_deletes_them_last(aws: &LocalAws) {
    let bucket = format!("patch-manager-artifacts-{}", aws.organization.accounts[0].id);
    let prefix = lay_out(aws, &bucket).await;
    let url = format!("{}/{bucket}/{prefix}", aws.clients.endpoint);
    let cloudformation = aws.clients.cloudformation();
    let created = cloudformation
        .create_stack()
        .stack_name(STACK)
        .template_url(format!("{url}main.yaml"))
        .capabilities(Capability::CapabilityNamedIam)
        .set_parameters(Some(parameters(aws, &bucket, &prefix, &url)));
    let id = created.send().await.unwrap().stack_id.unwrap();
    assert_eq!(ended(aws, &id).await, "CREATE_COMPLETE");
    assert_eq!(order(aws, &id, "CREATE_COMPLETE").await, NESTED);
    policy_has_what_the_parent_was_given(aws).await;
    cloudformation.delete_stack().stack_name(STACK).send().await.unwrap();
    assert_eq!(ended(aws, &id).await, "DELETE_COMPLETE");
    let mut reverse = NESTED;
    reverse.reverse();
    assert_eq!(order(aws, &id, "DELETE_COMPLETE").await, reverse);
}

async fn policy_has_what_the_parent_was_given(aws: &LocalAws) {
    let policy = aws.script.aws(&["ssm", "get-parameter", "--name", "/nested/policy"]).await.unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let policy: Value = serde_json::from_str(policy["Parameter"]["Value"].as_str().unwrap()).unwrap();
    assert_eq!(policy["windows"][2]["target"]["values"], serde_json::json!(["one", "and another"]));
    assert_eq!(policy["ownerTag"]["value"], "nested");
    assert_eq!(policy["taskRole"], "nested/nested-task");
    for name in ["nested-task", "nested-configuration", "nested-inspection", "nested-rollout", "nested-inspect-hosts"] {
        let role: Value =
            serde_json::from_str(&aws.script.aws(&["iam", "get-role", "--role-name", name]).await.unwrap()).unwrap();
        assert!(role["Role"]["Arn"].as_str().unwrap().ends_with(&format!(":role/nested/{name}")), "{role}");
    }
}

/// Puts the templates beside the artifacts of the stack that is there.
async fn lay_out(aws: &LocalAws, bucket: &str) -> String {
    let listed = aws.clients.s3().list_objects_v2().bucket(bucket).send().await.unwrap();
    let key = listed.contents().iter().filter_map(|object| object.key()).find(|key| key.ends_with("/report.zip"));
    let prefix = key.unwrap().trim_end_matches("report.zip").to_owned();
    let mut parameters = template::load("org-stacksets.yaml");
    parameters["Resources"] = serde_json::json!({ "Stub": { "Type": "AWS::CloudFormation::WaitConditionHandle" } });
    for unneeded in ["Mappings", "Conditions"] {
        parameters.as_object_mut().unwrap().remove(unneeded);
    }
    for (name, content) in [("main.yaml", read("templates/main.yaml")), ("org-stacksets.yaml", parameters.to_string())]
    {
        let put = aws.clients.s3().put_object().bucket(bucket).key(format!("{prefix}{name}"));
        put.body(content.into_bytes().into()).send().await.unwrap();
    }
    prefix
}

fn parameters(aws: &LocalAws, bucket: &str, prefix: &str, url: &str) -> Vec<Parameter> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    [
        ("ArtifactsBucket", bucket),
        ("ArtifactsPrefix", prefix),
        ("TemplatesUrl", url),
        ("OrganizationId", &aws.organization.id),
        ("RootOrganizationalUnitId", &aws.organization.root),
        ("Architecture", architecture),
        ("RequireTls", "false"),
        // Beside the stack that is there; and nothing is rolled out by a stack that is disabled from the beginning.
        ("ResourcePrefix", "nested"),
        ("MemberRoleName", "nested-configuration"),
        ("TaskRoleName", "nested-task"),
        ("DhmcRoleName", "nested-dhmc"),
        ("OwnerTagValue", "nested"),
        ("RolePath", "nested/"),
        ("DisablePatchManager", "true"),
        ("WaitForRollout", "false"),
        ("LinuxTargetValues", "one,and another"),
    ]
    .map(|(name, value)| Parameter::builder().parameter_key(name).parameter_value(value).build())
    .to_vec()
}

async fn ended(aws: &LocalAws, id: &str) -> String {
    loop {
        let described = aws.clients.cloudformation().describe_stacks().stack_name(id).send().await.unwrap();
        let status = described.stacks()[0].stack_status().unwrap().to_string();
        if !status.ends_with("IN_PROGRESS") {
            return status;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The nested stacks in the order in which they came to this status.
async fn order(aws: &LocalAws, id: &str, status: &str) -> Vec<String> {
    let described = aws.clients.cloudformation().describe_stack_events().stack_name(id).send().await.unwrap();
    let is_nested = |event: &&StackEvent| {
        event.resource_status().is_some_and(|one| one.as_str() == status)
            && NESTED.contains(&event.logical_resource_id().unwrap_or_default())
    };
    let names = described.stack_events().iter().rev().filter(is_nested);
    names.map(|event| event.logical_resource_id().unwrap_or_default().to_owned()).collect()
}
