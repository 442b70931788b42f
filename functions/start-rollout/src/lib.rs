//! Starts a rollout when the stack is created, updated or deleted: the function behind the stack's custom resource.
//!
//! In: CloudFormation's request, with the properties `Policy` (JSON), `Disabled`, `WaitForRollout` and
//! `FailureTolerancePercent`; others only make CloudFormation ask again when they change. CloudFormation is answered at
//! its response URL: here when nothing is started or CloudFormation is not to wait, else by `answer-stack` when the run is over.
//! Out: [`Response`], for the log. Errors: [`Error`]; any other failure is answered to CloudFormation.
//!
//! Runs that are still going are stopped first, and their Map Runs waited for: they would go on with what the stack no longer asks
//! for; an inspection only before a deletion. The owner tag and the DHMC role stay what they are until a run has taken down what they are for.
//!
//! Needs `dynamodb:GetItem` and `dynamodb:PutItem` on the ledger, `states:ListExecutions` and `states:StartExecution` on the state machine and
//! `states:DescribeExecution`, `states:ListMapRuns` and `states:StopExecution` on its executions; `cloudformation:DescribeStacks` on its own stack.

mod context;
mod decide;
mod event;
mod replace;

use std::collections::BTreeSet;

use aws_sdk_sfn::operation::RequestId;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use jiff::Timestamp;
use lambda::call::Called;
use lambda::named_error::message;
use lambda::query::{CLOUDFORMATION, query, texts};
use lambda::{CallError, Cause, NamedError, logs};
use patching::names::Names;
use policy::ids::RunId;
use policy::input::{Action, ExecutionInput};
use record::ledger::LedgerError;
use record::settled_names::SettledNames;
use record::stack_answer::{Answer, AnswerStatus, Attributes, NotDelivered, Reason, RequestType, WaitingStack};
use serde::Serialize;
use serde_json::Value;
use strum::{IntoStaticStr, VariantNames};

pub use context::{Context, Patience};
pub use decide::{Decision, Start, decide};
pub use event::Event;
use replace::stop_running;

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The run that was started.
    pub run: Option<RunId>,
    /// What CloudFormation was answered; `null` when it waits for the run.
    pub answered: Option<AnswerStatus>,
}

/// Why CloudFormation was not answered.
#[derive(Debug, thiserror::Error, IntoStaticStr, VariantNames)]
pub enum Error {
    /// The event does not say where to answer.
    #[error("the event has no ResponseURL: it is not a custom resource's request")]
    InvalidInput,
    /// The answer did not arrive; its own name is the error's.
    #[error(transparent)]
    NotDelivered(#[from] NotDelivered),
}

lambda::named_error!(Error, NotDelivered: NotDelivered);

/// Decides, then starts an execution or answers.
pub async fn handle(context: &Context, event: Value, now: Timestamp) -> Result<Response, Error> {
    let mut event = Event::read(&event).ok_or(Error::InvalidInput)?;
    if event.request_type == Some(RequestType::Update) && context.goes_back(&event).await {
        event.request_type = Some(RequestType::Rollback);
    }
    let set_up = match event.request_type {
        Some(RequestType::Update | RequestType::Rollback) => context.set_up().await,
        _ => Ok(None),
    };
    let decision = match &set_up {
        Ok(set_up) => decide(&event, &context.member_roles, set_up.as_ref(), now),
        Err(error) => Decision::Answer(Answer::failed(Reason::of_text(&message(error)))),
    };
    let (run, answer) = match decision {
        Decision::Answer(answer) => (None, answer),
        Decision::Start(start) => match begin(context, &event, &start, now).await {
            Ok(()) if start.waits => return Ok(Response { run: Some(start.run), answered: None }),
            Ok(()) => {
                let execution_arn = Some(context.execution_arn(&start.run));
                (Some(start.run), Answer::success(Attributes { execution_arn, ..Attributes::default() }))
            }
            Err(error) => (None, not_started(start.request_type, &error)),
        },
    };
    let decided = answer.to(&event.addressee);
    context.answers.put(&event.addressee.response_url, &decided.body).await?;
    Ok(Response { run, answered: Some(decided.status) })
}

const STARTING: &str = "states:StartExecution";

/// The address goes into the ledger first: the run may be over before this function is.
async fn begin(context: &Context, event: &Event<'_>, start: &Start, now: Timestamp) -> Result<(), CallError> {
    if start.waits {
        let stack = WaitingStack {
            addressee: event.addressee.clone(),
            request_type: start.request_type,
            tolerance_percent: start.tolerance_percent,
            execution_arn: context.execution_arn(&start.run),
            decided: None,
        };
        let expires_at = (now + context.history).as_second();
        context.ledger.record_waiting(&start.run, &stack, expires_at).await?;
    }
    let is_deletion = start.request_type == RequestType::Delete;
    let replaces = match stop_running(context, &start.run, !is_deletion).await {
        // A deletion comes first: what it may leave behind in some account, nothing else will ever remove.
        Err(error) if is_deletion => {
            tracing::warn!(error.name = error.name(), "runs that are still going are not stopped: {}", message(&error));
            BTreeSet::new()
        }
        stopped => stopped?,
    };
    let is_disable = start.input.action == Some(Action::Disable);
    if !is_disable {
        context.note_names(start).await?;
    }
    let input = ExecutionInput { replaces, ..start.input.clone() };
    let input = serde_json::to_string(&input).map_err(|error| CallError::not_made(STARTING, error))?;
    let started = context
        .states
        .start_execution()
        .state_machine_arn(&context.state_machine_version_arn)
        .name(start.run.as_str())
        .input(input)
        .send()
        .await;
    match started {
        // An earlier invocation for this request started it.
        Err(error) if error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists) => {}
        started => logs::written(STARTING, &start.run, started.called(STARTING)?.request_id()),
    }
    if is_disable {
        context.note_names(start).await?;
    }
    Ok(())
}

/// A deletion fails too: the windows are still there, and functions and roles are what takes them down.
fn not_started(request_type: RequestType, error: &CallError) -> Answer {
    let reason = message(error);
    tracing::warn!(request_type = %request_type, error.name = error.name(), "the rollout was not started: {reason}");
    let reason = Reason::of_text(&format!("the rollout was not started: {reason}"));
    // Without an answer it may have been started all the same.
    let is_not_begun = request_type == RequestType::Create && error.cause != Cause::ServiceUnavailable;
    if is_not_begun { Answer::not_begun(reason) } else { Answer::failed(reason) }
}

impl Context {
    /// Whether CloudFormation takes an update back: its request does not say so, its stack does. Where it cannot be asked, it is taken to go on.
    async fn goes_back(&self, event: &Event<'_>) -> bool {
        let stack = [("StackName", event.addressee.stack_id.as_str())];
        match query(&self.config, CLOUDFORMATION, "cloudformation:DescribeStacks", &stack).await {
            Ok(document) => {
                texts(&document, "StackStatus").flatten().any(|status| status == "UPDATE_ROLLBACK_IN_PROGRESS")
            }
            Err(error) => {
                tracing::warn!(
                    error.name = error.name(),
                    "whether the stack goes back is not known: {}",
                    message(&error)
                );
                false
            }
        }
    }

    /// The names of what is set up; none when nothing is, or when a run has taken it down, except where that failed.
    async fn set_up(&self) -> Result<Option<Names>, LedgerError> {
        let Some(settled) = self.ledger.settled_names().await? else { return Ok(None) };
        let is_gone = match &settled.taken_down_by {
            Some(execution_arn) => replace::has_done_all_it_could(&self.states, execution_arn).await?,
            None => false,
        };
        Ok((!is_gone).then_some(settled.names))
    }

    /// Before a rollout, so that the windows and the DHMC role that it sets up are known by them; after a disable was started, which may not be believed in
    /// before.
    async fn note_names(&self, start: &Start) -> Result<(), CallError> {
        let Some(names) = start.names.clone() else { return Ok(()) };
        let is_disable = start.input.action == Some(Action::Disable);
        let taken_down_by = is_disable.then(|| self.execution_arn(&start.run));
        self.ledger.settle_names(&SettledNames { names, taken_down_by }).await
    }

    fn execution_arn(&self, run: &RunId) -> String {
        format!("{}:{run}", self.state_machine_arn.replacen(":stateMachine:", ":execution:", 1))
    }
}

#[cfg(test)]
mod tests;
