//! The Lambda function of the state `InspectHosts`.

use inspect_hosts::Context;
use jiff::Timestamp;
use lambda::{clients, env};
use member::sessions::{MemberRole, MemberSessions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::RuntimeError> {
    let (role, bucket) = (MemberRole::from_env()?, env::required("BUCKET")?);
    let config = clients::patient_config().await;
    let context =
        Context { sessions: MemberSessions::new(&config, role), s3: aws_sdk_s3::Client::new(&config), bucket };
    lambda::serve(context, async |context, request| inspect_hosts::handle(context, request, Timestamp::now()).await)
        .await
}
