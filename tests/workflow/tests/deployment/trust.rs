//! Who may assume the role in a member account.

use local_aws::LocalAws;
use serde_json::{Value, json};

const SESSION: [&str; 2] = ["--role-session-name", "test"];

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

/// Or the refusals above would say nothing.
pub(crate) async fn but_by_a_function_role_of_this_stack(aws: &LocalAws) {
    let (name, before) = ("patch-manager-teardown", trust_of(aws, "patch-manager-teardown").await);
    set_trust(aws, name, &trust(aws)).await;
    enter(aws, name).await.unwrap();
    set_trust(aws, name, &before).await;
}

async fn trust_of(aws: &LocalAws, name: &str) -> String {
    let role = aws.aws_cli(&["iam", "get-role", "--role-name", name]).await.unwrap();
    let role: Value = serde_json::from_str(&role).unwrap();
    role["Role"]["AssumeRolePolicyDocument"].to_string()
}

async fn set_trust(aws: &LocalAws, name: &str, trust: &str) {
    let update = ["iam", "update-assume-role-policy", "--role-name", name, "--policy-document", trust];
    aws.aws_cli(&update).await.unwrap();
}

async fn assert_refused(aws: &LocalAws, name: &str) {
    let error = enter(aws, name).await.unwrap_err().to_string();
    assert!(error.contains("AccessDenied"), "{name}: {error}");
}

/// Takes the role of the management account, and with it the member role.
async fn enter(aws: &LocalAws, name: &str) -> local_aws::Result<String> {
    let management = &aws.organization.accounts[0].id;
    let role = format!("arn:aws:iam::{management}:role/{name}");
    let session = aws.aws_cli(&[&["sts", "assume-role", "--role-arn", &role][..], &SESSION].concat()).await.unwrap();
    let session: Value = serde_json::from_str(&session).unwrap();
    let key = |name: &str| session["Credentials"][name].as_str().unwrap().to_owned();
    let member = &aws.organization.ready().nth(1).unwrap().id;
    let member_role = format!("arn:aws:iam::{member}:role/patch-manager-configuration");
    let credentials = [key("AccessKeyId"), key("SecretAccessKey"), key("SessionToken")];
    aws.aws_cli_as(&credentials, &[&["sts", "assume-role", "--role-arn", &member_role][..], &SESSION].concat()).await
}

/// A role that may assume any other, as far as those let it.
async fn create_role(aws: &LocalAws, name: &str) {
    let trust = trust(aws);
    aws.aws_cli(&["iam", "create-role", "--role-name", name, "--assume-role-policy-document", &trust]).await.unwrap();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }],
    });
    let policy = policy.to_string();
    aws.aws_cli(&["iam", "put-role-policy", "--role-name", name, "--policy-name", "all", "--policy-document", &policy])
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
