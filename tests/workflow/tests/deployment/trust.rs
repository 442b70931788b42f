//! Who may assume the roles in a member account.

use local_aws::LocalAws;
use serde_json::{Value, json};

const SESSION: [&str; 2] = ["--role-session-name", "test"];
const CONFIGURATION: &str = "patch-manager-configuration";
const INSPECTION: &str = "patch-manager-inspection";

pub(crate) async fn the_member_role_cannot_be_assumed_by_another_role_of_the_management_account(aws: &LocalAws) {
    create_role(aws, "administrator").await;
    assert_refused(aws, "administrator").await;
}

/// A stack with another prefix names its functions' roles after it; and no name that only begins or ends like one of ours will do.
pub(crate) async fn nor_by_a_function_role_of_another_stack(aws: &LocalAws) {
    for name in ["second-configure-windows", "patch-manager-teardown-too", "my-patch-manager-teardown"] {
        create_role(aws, name).await;
        assert_refused(aws, name).await;
    }
}

/// Of this stack's functions too, only those that work in accounts.
pub(crate) async fn nor_by_a_function_that_has_nothing_to_do_there(aws: &LocalAws) {
    let (name, before) = ("patch-manager-report", trust_of(aws, "patch-manager-report").await);
    set_trust(aws, name, &trust(aws)).await;
    assert_refused(aws, name).await;
    set_trust(aws, name, &before).await;
}

/// Or the refusals above would say nothing. Each function is let into one of the two roles, whatever its own role allows it.
pub(crate) async fn but_each_function_role_of_this_stack_assumes_its_own(aws: &LocalAws) {
    for (function, own, other) in [
        ("assume-role", CONFIGURATION, INSPECTION),
        ("configure-dhmc", CONFIGURATION, INSPECTION),
        ("configure-windows", CONFIGURATION, INSPECTION),
        ("teardown", CONFIGURATION, INSPECTION),
        ("inspect-hosts", INSPECTION, CONFIGURATION),
    ] {
        let name = format!("patch-manager-{function}");
        let before = trust_of(aws, &name).await;
        set_trust(aws, &name, &trust(aws)).await;
        enter(aws, &name, own).await.unwrap();
        let refused = enter(aws, &name, other).await.unwrap_err().to_string();
        assert!(refused.contains("AccessDenied"), "{function}: {refused}");
        allow_all(aws, &name).await;
        let refused = enter(aws, &name, other).await.unwrap_err().to_string();
        assert!(refused.contains("AccessDenied"), "{function}, by the role's trust: {refused}");
        aws.script.aws(&["iam", "delete-role-policy", "--role-name", &name, "--policy-name", "all"]).await.unwrap();
        set_trust(aws, &name, &before).await;
    }
}

/// Tried with the role itself, in an account that has windows; answers the access key of the session that was refused.
pub(crate) async fn who_looks_cannot_change_anything(aws: &LocalAws) -> String {
    let name = "patch-manager-inspect-hosts";
    let before = trust_of(aws, name).await;
    set_trust(aws, name, &trust(aws)).await;
    let session: Value = serde_json::from_str(&enter(aws, name, INSPECTION).await.unwrap()).unwrap();
    set_trust(aws, name, &before).await;
    let credentials = credentials(&session);
    let member = aws.organization.ready().nth(1).unwrap();
    let place = ["--region", &member.regions[0], "--endpoint-url", &aws.clients.ssm_endpoint];
    let try_to = async |command: &str| {
        let arguments: Vec<_> = command.split(' ').chain(place).collect();
        aws.script.aws_as(&credentials, &[&["ssm"], &arguments[..]].concat()).await
    };
    let windows = try_to("describe-maintenance-windows").await.unwrap();
    let windows: Value = serde_json::from_str(&windows).unwrap();
    let window = windows["WindowIdentities"][0]["WindowId"].as_str().unwrap();
    let setting = "--setting-id /ssm/managed-instance/default-ec2-instance-management-role";
    let tagged = "--tags Key=createdBy,Value=SRA_Patch_Management";
    let a_window = "--name www --schedule at(2030-01-01T00:00:00) --duration 2 --cutoff 1 --allow-unassociated-targets";
    for command in [
        format!("create-maintenance-window {a_window} {tagged}"),
        format!("update-maintenance-window --window-id {window} --no-enabled"),
        format!("delete-maintenance-window --window-id {window}"),
        format!("add-tags-to-resource --resource-type MaintenanceWindow --resource-id {window} {tagged}"),
        format!("update-service-setting {setting} --setting-value other"),
        format!("reset-service-setting {setting}"),
    ] {
        let refused = try_to(&command).await.unwrap_err().to_string();
        assert!(refused.contains("AccessDenied"), "{command}: {refused}");
    }
    credentials[0].clone()
}

async fn trust_of(aws: &LocalAws, name: &str) -> String {
    let role = aws.script.aws(&["iam", "get-role", "--role-name", name]).await.unwrap();
    let role: Value = serde_json::from_str(&role).unwrap();
    role["Role"]["AssumeRolePolicyDocument"].to_string()
}

async fn set_trust(aws: &LocalAws, name: &str, trust: &str) {
    let update = ["iam", "update-assume-role-policy", "--role-name", name, "--policy-document", trust];
    aws.script.aws(&update).await.unwrap();
}

async fn assert_refused(aws: &LocalAws, name: &str) {
    for role in [CONFIGURATION, INSPECTION] {
        let error = enter(aws, name, role).await.unwrap_err().to_string();
        assert!(error.contains("AccessDenied"), "{name}, {role}: {error}");
    }
}

/// Takes the role of the management account, and with it one in a member account.
async fn enter(aws: &LocalAws, name: &str, member_role: &str) -> local_aws::Result<String> {
    let management = &aws.organization.accounts[0].id;
    let role = format!("arn:aws:iam::{management}:role/{name}");
    let session = aws.script.aws(&[&["sts", "assume-role", "--role-arn", &role][..], &SESSION].concat()).await.unwrap();
    let session: Value = serde_json::from_str(&session).unwrap();
    let member = &aws.organization.ready().nth(1).unwrap().id;
    let member_role = format!("arn:aws:iam::{member}:role/{member_role}");
    aws.script
        .aws_as(&credentials(&session), &[&["sts", "assume-role", "--role-arn", &member_role][..], &SESSION].concat())
        .await
}

fn credentials(session: &Value) -> [String; 3] {
    ["AccessKeyId", "SecretAccessKey", "SessionToken"]
        .map(|name| session["Credentials"][name].as_str().unwrap().to_owned())
}

/// A role that may assume any other, as far as those let it.
async fn create_role(aws: &LocalAws, name: &str) {
    let trust = trust(aws);
    aws.script
        .aws(&["iam", "create-role", "--role-name", name, "--assume-role-policy-document", &trust])
        .await
        .unwrap();
    allow_all(aws, name).await;
}

async fn allow_all(aws: &LocalAws, name: &str) {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }],
    });
    let policy = policy.to_string();
    aws.script
        .aws(&["iam", "put-role-policy", "--role-name", name, "--policy-name", "all", "--policy-document", &policy])
        .await
        .unwrap();
}

fn trust(aws: &LocalAws) -> String {
    let root = format!("arn:aws:iam::{}:root", aws.organization.accounts[0].id);
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": root } }],
    })
    .to_string()
}
