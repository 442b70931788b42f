//! What an event says of a failure.

use aws_sdk_sfn::types::HistoryEvent;

use super::Failure;

/// The error and cause that an event states, whatever kind of failure it is; none of an event that tells of none.
pub(crate) fn failure(event: &HistoryEvent) -> Option<Failure> {
    let kind = event.r#type.as_str();
    let (error, cause) = stated(event)?;
    Some(Failure { error: error.unwrap_or(kind).to_owned(), cause: cause.unwrap_or_default().to_owned() })
}

type Stated<'a> = (Option<&'a str>, Option<&'a str>);

/// Each kind has a type of its own, with the same two members.
fn stated(event: &HistoryEvent) -> Option<Stated<'_>> {
    macro_rules! first_of {
        ($($details:ident),+ $(,)?) => {
            None$(.or_else(|| event.$details().map(|details| (details.error(), details.cause()))))+
        };
    }
    first_of!(
        task_failed_event_details,
        task_timed_out_event_details,
        task_start_failed_event_details,
        task_submit_failed_event_details,
        lambda_function_failed_event_details,
        lambda_function_timed_out_event_details,
        lambda_function_start_failed_event_details,
        lambda_function_schedule_failed_event_details,
        activity_failed_event_details,
        activity_timed_out_event_details,
        activity_schedule_failed_event_details,
        evaluation_failed_event_details,
        map_run_failed_event_details,
        execution_failed_event_details,
        execution_timed_out_event_details,
        execution_aborted_event_details,
    )
}
