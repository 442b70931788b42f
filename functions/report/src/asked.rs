//! What a run was asked to do.

use patching::summary::RunSummary;
use policy::input::{Action, ExecutionInput};

/// What a run was to do: also one that ended before `ListAccounts` told what it was.
pub(crate) fn action(run: &RunSummary) -> Option<Action> {
    let asked = || Some(ExecutionInput::parse(&run.input).ok()?.action.unwrap_or_default());
    run.action.or_else(asked)
}

/// Whether the run looked at everything: what narrows it is in its input, and one that could not be done looked at nothing.
pub(crate) fn is_whole(run: &RunSummary) -> bool {
    let input = ExecutionInput::parse(&run.input);
    run.error.is_none()
        && input.is_ok_and(|input| input.accounts.is_none() && input.regions.is_none() && input.retry_of.is_none())
}
