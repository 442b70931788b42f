//! The end of the stack.

use local_aws::LocalAws;

use crate::held;

pub(crate) async fn deleting_the_stack_removes_the_windows_and_keeps_dhmc(aws: &mut LocalAws) {
    let roles = held::dhmc_roles(aws).await;
    assert!(roles.iter().any(|role| role != held::NO_DHMC));
    aws.delete().await.unwrap();
    // What removed them is gone by now.
    assert!(aws.clients.sfn().list_state_machines().send().await.unwrap().state_machines().is_empty());
    assert_eq!(held::windows(aws).await, []);
    assert_eq!(held::dhmc_roles(aws).await, roles);
}
