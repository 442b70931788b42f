//! `local-aws history`: an execution as a tree, wherever it ran.

use std::process::ExitCode;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::arguments::HistoryOf;
use super::show;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::tree;

/// Step Functions allows few calls a second: it is worth waiting for.
const ATTEMPTS: u32 = 10;

pub(super) async fn print(of: &HistoryOf) -> Result<ExitCode> {
    let client = client(&of.execution_arn).await?;
    let progress = Progress::terminal();
    let step = progress.step("Reading", None);
    step.note("histories of the execution and its accounts; Step Functions answers some 20 a second");
    let run = tree::read::run(&client, &of.execution_arn, of.all).await?;
    step.done("histories");
    // Takes the colours out where they go into a file or the user wants none (NO_COLOR).
    anstream::println!("{}", tree::text::text(&run, show::width().into(), of.all));
    Ok(ExitCode::SUCCESS)
}

/// With the credentials and the endpoint that the AWS CLI would use, in the execution's own Region.
async fn client(execution_arn: &str) -> Result<aws_sdk_sfn::Client> {
    let region = region(execution_arn).ok_or_else(|| Error::Unexpected {
        step: "reading the command line",
        problem: format!("{execution_arn} is not an execution's ARN"),
    })?;
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .region(Region::new(region.to_owned()))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await;
    Ok(aws_sdk_sfn::Client::new(&config))
}

fn region(execution_arn: &str) -> Option<&str> {
    let parts: Vec<&str> = execution_arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "states", region, _, "execution", ..] => Some(region),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_asked_for_where_it_ran() {
        assert_eq!(region("arn:aws-cn:states:cn-north-1:111122223333:execution:rollout:run"), Some("cn-north-1"));
        assert_eq!(region("arn:aws:states:eu-west-1:111122223333:execution:rollout/label:run"), Some("eu-west-1"));
        assert_eq!(region("arn:aws:states:eu-west-1:111122223333:stateMachine:rollout"), None);
    }
}
