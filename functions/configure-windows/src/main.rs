//! The Lambda function of the state `ConfigureWindows`.

use configure_windows::{Context, handle};
use jiff::Timestamp;
use lambda::clients;
use member::sessions::{MemberRole, MemberSessions};
use member::windows::KeptDocuments;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let sessions = MemberSessions::new(&clients::shared_config().await, MemberRole::from_env()?);
    let context = Context { sessions, documents: KeptDocuments::default() };
    lambda::serve(context, async |context, request| handle(context, request, Timestamp::now()).await).await
}
