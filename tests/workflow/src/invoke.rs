//! A function as Lambda invokes it, with its log.

#![expect(clippy::expect_used, reason = "only tests use this")]

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use lambda::{NamedError, logs, serve};
use lambda_runtime::{Config, Context, Diagnostic, LambdaEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Level;
use tracing::instrument::WithSubscriber;

/// What an invocation came to.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What it answered, or its error's name.
    pub answer: Result<Value, String>,
    /// What it logged from `info` upward, a line each.
    pub lines: Vec<Value>,
}

/// Invokes `function`.
///
/// # Panics
///
/// When what it logs is no JSON.
pub async fn invoke<Function, Request, Response, Error>(
    function: &str,
    context: &Function,
    handle: impl AsyncFn(&Function, Request) -> Result<Response, Error>,
    payload: &Value,
) -> Invoked
where
    Request: DeserializeOwned,
    Response: Serialize,
    Error: NamedError,
{
    let mut lambda = Context::default();
    "invocation-1".clone_into(&mut lambda.request_id);
    lambda.env_config = Arc::new(Config { function_name: function.to_owned(), ..Config::default() });
    let payload = serde_json::value::to_raw_value(payload).expect("it is JSON");
    let log = Log::default();
    let written = log.clone();
    let answer = serve::answer(context, &handle, LambdaEvent { payload, context: lambda });
    let answer = answer.with_subscriber(logs::subscriber(Level::INFO, move || log.clone())).await;
    let text = written.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lines = String::from_utf8_lossy(&text).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    Invoked { answer: answer.map_err(|Diagnostic { error_type, .. }| error_type), lines }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
