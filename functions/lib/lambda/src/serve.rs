//! From the Runtime API to a function's `handle` and back.

use std::any::Any;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tracing::Instrument;

use crate::named_error::{NamedError, message};
use crate::{invocation, logs};

/// Answers one invocation after the other with `handle` until the environment is taken down.
///
/// A payload that is not a `Request` is answered with the error `InvalidInput`, which names the field; an error of
/// `handle` with its [name](NamedError::name) and the whole chain of its causes; a panic as the error `Panicked`, with its message.
pub async fn serve<Context, Request: DeserializeOwned, Response: Serialize, Error: NamedError>(
    context: Context,
    handle: impl AsyncFn(&Context, Request) -> Result<Response, Error>,
) -> Result<(), lambda_runtime::Error> {
    logs::start();
    let (context, handle) = (&context, &handle);
    lambda_runtime::run(service_fn(|event| answer(context, handle, event))).await
}

/// Answers one invocation. What is logged meanwhile says whose it is, and one line how it ended.
pub async fn answer<Context, Request: DeserializeOwned, Response: Serialize, Error: NamedError>(
    context: &Context,
    handle: &impl AsyncFn(&Context, Request) -> Result<Response, Error>,
    LambdaEvent { payload, context: lambda }: LambdaEvent<Box<RawValue>>,
) -> Result<serde_json::Value, Diagnostic> {
    let span = invocation::span(&lambda.env_config.function_name, &lambda.request_id, &payload);
    let attempt = async {
        let request = parse(&payload)?;
        // Boxed: the futures of SDK calls are deeply nested types, and rustc limits how deep. What a panic leaves behind is caches of
        // sessions, which are whole at any time.
        let handled = AssertUnwindSafe(Box::pin(handle(context, request))).catch_unwind().await;
        let response = handled
            .map_err(|panic| diagnostic("Panicked", text_of(panic.as_ref())))?
            .map_err(|error| diagnostic(error.name(), message(&error)))?;
        serde_json::to_value(response).map_err(|error| diagnostic("Unserializable", error))
    };
    let invocation = async {
        let begun = Instant::now();
        let result = attempt.await;
        invocation::ended(&result, begun.elapsed());
        result
    };
    invocation.instrument(span).await
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message")
}

/// The payload is deserialized here and not in the runtime, which would name the error after a Rust type: also what is JSON for
/// Step Functions and not for `serde_json`, half of a surrogate pair and lists in lists without end.
fn parse<Request: DeserializeOwned>(payload: &RawValue) -> Result<Request, Diagnostic> {
    let mut deserializer = serde_json::Deserializer::from_str(payload.get());
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| diagnostic("InvalidInput", error))
}

/// The runtime would name it after a Rust type.
fn diagnostic(name: &str, message: impl Display) -> Diagnostic {
    Diagnostic { error_type: name.to_owned(), error_message: cut(message.to_string()) }
}

/// A longer one would not fit into what Step Functions keeps of a cause, 32,768 characters, or even end the execution with
/// `States.DataLimitExceeded`, which no catcher for all errors catches.
const LONGEST_MESSAGE: usize = 16_384;

/// The message, cut where it gets longer than any that says something: it may quote what the caller sent.
fn cut(mut message: String) -> String {
    if message.len() > LONGEST_MESSAGE {
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Request {
        accounts: Vec<u8>,
    }

    fn refused(payload: &str) -> Diagnostic {
        let payload: Box<RawValue> = serde_json::from_str(payload).unwrap();
        parse::<Request>(&payload).unwrap_err()
    }

    #[test]
    fn what_only_other_readers_take_for_json_is_refused_by_name() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for value in [r#""\ud800""#, "1e999", &deep] {
            let error = refused(&format!(r#"{{"accounts": [1, {value}]}}"#));
            assert_eq!(error.error_type, "InvalidInput");
            assert!(error.error_message.contains("line 1 column"), "{}", error.error_message);
        }
    }

    #[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
    enum Never {}

    crate::named_error!(Never);

    #[tokio::test]
    async fn a_panic_is_an_error_of_its_own_with_its_message() {
        async fn handle((): &(), request: Request) -> Result<(), Never> {
            assert!(request.accounts.is_empty(), "{} accounts are too many", request.accounts.len());
            Ok(())
        }
        let payload = serde_json::from_str(r#"{"accounts": [1, 2]}"#).unwrap();
        let event = LambdaEvent { payload, context: lambda_runtime::Context::default() };
        let error = answer(&(), &handle, event).await.unwrap_err();
        assert_eq!((error.error_type.as_str(), error.error_message.as_str()), ("Panicked", "2 accounts are too many"));
    }

    #[test]
    fn a_payload_that_does_not_parse_names_its_field() {
        let error = refused(&json!({"accounts": [1, "two"]}).to_string());
        assert_eq!(error.error_type, "InvalidInput");
        assert!(error.error_message.starts_with("accounts[1]: "), "{}", error.error_message);
    }

    #[test]
    fn a_message_that_quotes_a_long_payload_is_cut() {
        let error = refused(&json!({"accounts": "ä".repeat(100_000)}).to_string());
        assert!(error.error_message.len() < 17_000 && error.error_message.ends_with('…'));
        assert!(error.error_message.starts_with("accounts: "), "{}", &error.error_message[..100]);
    }
}
