//! A command of Run Command, and what it did on each host.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{Command as Sent, CommandInvocation, CommandStatus};
use lambda::CallError;
use lambda::call::{Called, every};
use patching::hosts::observation::{Command, Invocation};

use super::pages::{some_text, timestamp};

const COUNTING: &str = "ssm:ListCommands";
const LISTING: &str = "ssm:ListCommandInvocations";
/// The most that it takes.
const PAGE_SIZE: i32 = 50;

/// None of one that is not kept any more. What it did on the hosts is read only where its counts say that it was not success
/// everywhere.
pub(super) async fn read(ssm: &Client, id: &str) -> Result<Option<Command>, CallError> {
    let answer = ssm.list_commands().command_id(id).send().await;
    let commands = match answer.called(COUNTING) {
        Err(error) if error.has_code(&["InvalidCommandId"]) => {
            return Ok(None);
        }
        answer => answer?.commands.unwrap_or_default(),
    };
    let Some(sent) = commands.into_iter().next() else { return Ok(None) };
    let invocations = if succeeded(&sent) { Vec::new() } else { invocations(ssm, id).await? };
    Ok(Some(Command {
        id: id.to_owned(),
        details: some_text(sent.status_details).ok_or_else(|| CallError::left_out(COUNTING, "StatusDetails"))?,
        task_details: None,
        targets: sent.target_count.try_into().unwrap_or_default(),
        max_errors: some_text(sent.max_errors),
        invocations,
    }))
}

/// On every host that it was for.
fn succeeded(sent: &Sent) -> bool {
    sent.status == Some(CommandStatus::Success)
        && sent.completed_count == sent.target_count
        && sent.error_count == 0
        && sent.delivery_timed_out_count == 0
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
