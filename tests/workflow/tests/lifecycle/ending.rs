//! The end of the stack. That DHMC stays unless it is to be reset is what the demo's scenario `delete` shows.

use local_aws::LocalAws;
use serde_json::json;

use crate::lifecycle::held;

const LIST_ACCOUNTS: [&str; 4] =
    ["--role-name", "patch-manager-list-accounts", "--policy-name", "nothing-of-the-organization"];
const DENIED: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "organizations:*", "Resource": "*"}]}"#;

/// The organization cannot be read: no account is entered, and functions and roles are what takes the windows down.
async fn a_deletion_that_cannot_be_done_fails_with_the_reason_and_leaves_what_it_takes(aws: &mut LocalAws) {
    let before = held::regions_with_windows(aws).await;
    let policy = ["--policy-document", DENIED];
    aws.script.aws(&[&["iam", "put-role-policy"][..], &LIST_ACCOUNTS, &policy].concat()).await.unwrap();
    let refused = aws.delete().await.unwrap_err().to_string();
    assert!(refused.contains("DELETE_FAILED") && refused.contains("OrganizationNotReadable"), "{refused}");
    assert_eq!(held::regions_with_windows(aws).await, before);
    aws.script.aws(&[&["iam", "delete-role-policy"][..], &LIST_ACCOUNTS].concat()).await.unwrap();
    let run = aws.run("still-there", &json!({"action": "plan"})).await.unwrap();
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
}

pub(crate) async fn deleting_the_stack_removes_the_windows_and_resets_dhmc_where_its_owner_chose_so(
    aws: &mut LocalAws,
) {
    let before = aws.executions().await.unwrap();
    aws.update(&[("DefaultHostManagementOnDelete", "Reset")]).await.unwrap();
    assert_eq!(aws.executions().await.unwrap(), before, "it concerns the deletion, and no run before that");
    assert!(held::dhmc_roles(aws).await.iter().any(|role| role != held::NO_DHMC));
    a_deletion_that_cannot_be_done_fails_with_the_reason_and_leaves_what_it_takes(aws).await;
    let run = aws.delete().await.unwrap();
    assert_eq!(run.summary().unwrap().totals.accounts.failed, 0);
    // What removed them is gone by now.
    assert!(aws.clients.sfn().list_state_machines().send().await.unwrap().state_machines().is_empty());
    assert_eq!(held::windows(aws).await, []);
    assert_eq!(held::dhmc_roles(aws).await, [held::NO_DHMC.to_owned()].into());
}
