//! How a try ends that may have done something before it failed.

use lambda::CallError;
use patching::outcome::{Progress, Status};

/// More tries than this that each do something and not all are no progress.
const MAX_TRIES: u32 = 20;

/// What a function answers when its work, of which `progress` tells, has ended with `result`.
///
/// An error loses what was done before it, so it is raised by a try only that has written nothing: a try that has written
/// something answers that, and the state machine asks for another one, which is told of it.
pub fn answer(mut progress: Progress, result: Result<(), CallError>) -> Result<Progress, CallError> {
    progress.again = false;
    match result {
        Ok(()) => progress.status = Status::Succeeded,
        Err(error) if progress.has_written && progress.tries < MAX_TRIES => {
            tracing::warn!(
                error = lambda::named_error::message(&error),
                "something is done, and something is left to do"
            );
            (progress.status, progress.again) = (Status::Failed, true);
            progress.tries += 1;
        }
        Err(error) => return Err(error),
    }
    Ok(progress)
}
