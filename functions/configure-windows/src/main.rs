//! The Lambda function of the state `ConfigureWindows`.

use configure_windows::Context;
use lambda::clients;
use member::sessions::{MemberRole, MemberSessions};
use member::windows::KeptDocuments;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let role = MemberRole::from_env()?;
    let sessions = MemberSessions::new(&clients::shared_config().await, role.clone());
    let documents = KeptDocuments::default();
    lambda::serve(Context { sessions, role, documents }, configure_windows::handle).await
}
