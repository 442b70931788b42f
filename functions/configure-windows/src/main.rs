//! The Lambda function of the state `ConfigureWindows`.

use configure_windows::Context;
use kit::clients;
use kit::member::{MemberRole, MemberSessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), kit::RuntimeError> {
    let role = MemberRole::from_env()?;
    let sessions = MemberSessions::new(&clients::shared_config().await, role.clone());
    kit::serve(Context { sessions, role }, configure_windows::handle).await
}
