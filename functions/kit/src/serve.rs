//! From the Runtime API to a function's `handle` and back.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::logs;
use crate::named_error::{NamedError, message};

/// Answers one invocation after the other with `handle` until the environment is taken down.
///
/// A payload that is not a `Request` is answered with the error `InvalidInput`, which names the field; an error of
/// `handle` with its [name](NamedError::name) and the whole chain of its causes.
pub async fn serve<Context, Request, Response, Error>(
    context: Context,
    handle: impl AsyncFn(&Context, Request) -> Result<Response, Error>,
) -> Result<(), lambda_runtime::Error>
where
    Request: DeserializeOwned,
    Response: Serialize,
    Error: NamedError,
{
    logs::start();
    let (context, handle) = (&context, &handle);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let request = parse(event.payload)?;
        // Boxed: the futures of SDK calls are deeply nested types, and rustc limits how deep.
        let response = Box::pin(handle(context, request)).await.map_err(|error| diagnostic(&error))?;
        serde_json::to_value(response).map_err(|error| unfit("Unserializable", &error))
    }))
    .await
}

/// The payload is deserialized here and not in the runtime, which would name the error after a Rust type.
fn parse<Request: DeserializeOwned>(payload: Value) -> Result<Request, Diagnostic> {
    serde_path_to_error::deserialize(payload).map_err(|error| unfit("InvalidInput", &error))
}

fn diagnostic<Error: NamedError>(error: &Error) -> Diagnostic {
    Diagnostic { error_type: error.name().to_owned(), error_message: message(error) }
}

fn unfit(name: &str, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic { error_type: name.to_owned(), error_message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Request {
        #[expect(dead_code, reason = "only its parsing is looked at")]
        accounts: Vec<u8>,
    }

    #[test]
    fn a_payload_that_does_not_parse_names_its_field() {
        let error = parse::<Request>(json!({"accounts": [1, "two"]})).unwrap_err();
        assert_eq!(error.error_type, "InvalidInput");
        assert!(error.error_message.starts_with("accounts[1]: "), "{}", error.error_message);
    }
}
