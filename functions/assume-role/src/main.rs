//! The Lambda function of the state `AssumeRole`.

use assume_role::Context;
use jiff::{SignedDuration, Timestamp};
use kit::member::{MemberRole, MemberSessions};
use kit::{clients, env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), kit::RuntimeError> {
    let sessions = MemberSessions::new(&clients::shared_config().await, MemberRole::from_env()?);
    let grace = SignedDuration::from_mins(env::required("NEW_ACCOUNT_GRACE_MINUTES")?);
    kit::serve(Context { sessions, grace }, async |context, request| {
        assume_role::handle(context, request, Timestamp::now()).await
    })
    .await
}
