//! The Lambda function of the state `AssumeRole`.

use assume_role::{Context, handle};
use jiff::{SignedDuration, Timestamp};
use lambda::{clients, env};
use member::sessions::{MemberRole, MemberSessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let sessions = MemberSessions::new(&clients::shared_config().await, MemberRole::from_env()?);
    let grace = SignedDuration::from_mins(env::required("NEW_ACCOUNT_GRACE_MINUTES")?);
    let context = Context { sessions, grace };
    lambda::serve(context, async |context, request| handle(context, request, Timestamp::now()).await).await
}
