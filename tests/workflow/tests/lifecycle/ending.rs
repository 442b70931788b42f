//! The end of the stack. That DHMC stays unless it is to be reset is what the demo's scenario `delete` shows.

use local_aws::LocalAws;

use crate::lifecycle::held;

pub(crate) async fn deleting_the_stack_removes_the_windows_and_resets_dhmc_where_its_owner_chose_so(
    aws: &mut LocalAws,
) {
    let before = aws.executions().await.unwrap();
    aws.update(&[("DefaultHostManagementOnDelete", "Reset")]).await.unwrap();
    assert_eq!(aws.executions().await.unwrap(), before, "it concerns the deletion, and no run before that");
    assert!(held::dhmc_roles(aws).await.iter().any(|role| role != held::NO_DHMC));
    let run = aws.delete().await.unwrap();
    assert_eq!(run.summary().unwrap().totals.accounts.failed, 0);
    // What removed them is gone by now.
    assert!(aws.clients.sfn().list_state_machines().send().await.unwrap().state_machines().is_empty());
    assert_eq!(held::windows(aws).await, []);
    assert_eq!(held::dhmc_roles(aws).await, [held::NO_DHMC.to_owned()].into());
}
