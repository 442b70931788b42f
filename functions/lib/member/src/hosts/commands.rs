//! A command of Run Command, and what it did on each host.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::CommandInvocation;
use lambda::CallError;
use lambda::call::{Called, every};
use patching::hosts::observation::{Command, Invocation};

use super::pages::{some_text, timestamp};

const COUNTING: &str = "ssm:ListCommands";
const LISTING: &str = "ssm:ListCommandInvocations";
/// The most that it takes.
const PAGE_SIZE: i32 = 50;

/// `None` for a command that Systems Manager keeps no more. No count tells whether it was success everywhere: hosts to which it could not be delivered
/// count as completed, and a command is a success without them.
pub(super) async fn read(ssm: &Client, id: &str) -> Result<Option<Command>, CallError> {
    let answer = ssm.list_commands().command_id(id).send().await;
    let commands = match answer.called(COUNTING) {
        Err(error) if error.has_code(&["InvalidCommandId"]) => {
            return Ok(None);
        }
        answer => answer?.commands.unwrap_or_default(),
    };
    let Some(sent) = commands.into_iter().next() else { return Ok(None) };
    let invocations = invocations(ssm, id).await?;
    Ok(Some(Command {
        id: id.to_owned(),
        details: some_text(sent.status_details).ok_or_else(|| CallError::left_out(COUNTING, "StatusDetails"))?,
        task_details: None,
        targets: sent.target_count.try_into().unwrap_or_default(),
        max_errors: some_text(sent.max_errors),
        invocations,
        is_gone: false,
    }))
}

async fn invocations(ssm: &Client, id: &str) -> Result<Vec<Invocation>, CallError> {
    let pages = ssm.list_command_invocations().command_id(id).max_results(PAGE_SIZE).into_paginator().items().send();
    let invocations = every(pages, LISTING).await?;
    invocations.into_iter().map(invocation).collect()
}

fn invocation(invocation: CommandInvocation) -> Result<Invocation, CallError> {
    let left_out = |member| move || CallError::left_out(LISTING, member);
    Ok(Invocation {
        host: some_text(invocation.instance_id).ok_or_else(left_out("InstanceId"))?,
        status_details: some_text(invocation.status_details).ok_or_else(left_out("StatusDetails"))?,
        requested_at: invocation.requested_date_time.and_then(timestamp),
    })
}
