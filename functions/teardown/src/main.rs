//! The Lambda function of the state `Teardown`.

use lambda::clients;
use member::sessions::{MemberRole, MemberSessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let sessions = MemberSessions::new(&clients::shared_config().await, MemberRole::from_env()?);
    lambda::serve(sessions, teardown::handle).await
}
