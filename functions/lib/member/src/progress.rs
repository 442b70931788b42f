//! How a try ends that may have done something before it failed.

use lambda::CallError;
use lambda::named_error::{NamedError, message};
use patching::outcome::{Left, Progress, Status};
use policy::input::Action;

/// What the function of the state `step` answers when its work, of which `progress` tells, has ended with `result`.
///
/// An error loses what was done before it, so it is raised by a try only that has written nothing: a try that has written
/// something answers that, and the state machine asks for another one, which is told of it.
pub fn answer(
    step: &'static str,
    action: Action,
    mut progress: Progress,
    result: Result<(), CallError>,
) -> Result<Progress, CallError> {
    (progress.again, progress.left) = (false, None);
    match result {
        Ok(()) if action.changes() => progress.status = Status::Succeeded,
        Ok(()) => progress.status = Status::Planned,
        Err(error) if progress.has_written => {
            let cause = message(&error);
            tracing::warn!(error = error.name(), "something is done, and something is left to do: {cause}");
            (progress.status, progress.again) = (Status::Failed, true);
            progress.tries += 1;
            progress.left = Some(Left { step: step.to_owned(), name: error.name().to_owned(), cause });
        }
        Err(error) => return Err(error),
    }
    Ok(progress)
}
