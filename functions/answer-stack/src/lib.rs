//! Answers the stack that waits for a run, when the run is over; does nothing when none waits.
//!
//! In: [`Request`], from the state machine's last states, and from the rule on executions that ended otherwise.
//! Out: [`Response`]. Errors: [`Error`], and `InvalidInput`. Asked again after an answer it does nothing.
//!
//! What is decided is written down before it is sent, so that whoever tries again sends the same: the rule knows only that the
//! execution has ended. A run without a report is judged by what the ledger has of its accounts.
//!
//! Needs `dynamodb:GetItem`, `dynamodb:Query` and `dynamodb:UpdateItem` on the ledger.

mod decide;
mod request;

use jiff::Timestamp;
use lambda::CallError;
use lambda::named_error::message;
use record::Ledger;
use record::ledger::LedgerError;
use record::stack_answer::{AnswerClient, AnswerStatus, Decided, NotDelivered, RequestType, WaitingStack};
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use decide::decide;
pub use request::{Counts, ExecutionStatus, Report, Request};

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Response {
    /// Whether a stack waited and was answered.
    pub answered: bool,
    /// What it was answered.
    pub status: Option<AnswerStatus>,
}

/// Why the stack was not answered, or not marked as answered.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The ledger was not read; its own name is the error's.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The answer did not arrive; its own name is the error's.
    #[error(transparent)]
    NotDelivered(#[from] NotDelivered),
    /// A call failed; its own name is the error's.
    #[error(transparent)]
    Call(#[from] CallError),
}

lambda::named_error!(Error, NotDelivered: NotDelivered, Ledger: LedgerError, Call: CallError);

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Reaches CloudFormation.
    pub answers: AnswerClient,
    /// What is recorded of runs.
    pub ledger: Ledger,
}

/// Answers first and marks then: two answers do no harm, none would leave the stack waiting for an hour.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, Error> {
    let Some(stack) = context.ledger.waiting_stack(&request.run).await? else {
        return Ok(Response { answered: false, status: None });
    };
    let decided = match stack.decided.clone() {
        Some(decided) => decided,
        None => decide_for_good(context, &stack, &request).await?,
    };
    context.answers.put(&stack.addressee.response_url, &decided.body).await?;
    match context.ledger.mark_answered(&request.run, decided.status, &now.to_string()).await {
        // CloudFormation goes on with the deletion as soon as it has its answer, and the ledger goes with it.
        Err(error) if stack.request_type == RequestType::Delete => {
            tracing::info!(run = %request.run, "answered the deletion; the ledger is gone or going: {error}");
        }
        marked => marked?,
    }
    Ok(Response { answered: true, status: Some(decided.status) })
}

async fn decide_for_good(context: &Context, stack: &WaitingStack, request: &Request) -> Result<Decided, CallError> {
    let is_done = request.accounts.is_some() && request.error.is_none() && request.status.is_none();
    let recorded = match request.report {
        None if is_done => Some(context.ledger.tally(&request.run).await?),
        _ => None,
    };
    let decided = decide(stack, request, recorded).to(&stack.addressee);
    if let Err(error) = context.ledger.record_decided(&request.run, &decided).await {
        tracing::warn!(run = %request.run, "what the stack is answered is not written down: {}", message(&error));
    }
    Ok(decided)
}

#[cfg(test)]
mod tests;
