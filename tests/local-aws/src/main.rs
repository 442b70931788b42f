//! `cargo demo`: see [`local_aws::demo`].

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    local_aws::demo::main(std::env::args_os()).await
}
