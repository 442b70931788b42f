//! The Lambda function of the state `Teardown`.

use kit::clients;
use kit::member::{MemberRole, MemberSessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), kit::RuntimeError> {
    let role = MemberRole::from_env()?;
    let sessions = MemberSessions::new(&clients::shared_config().await, role);
    kit::serve(sessions, teardown::handle).await
}
