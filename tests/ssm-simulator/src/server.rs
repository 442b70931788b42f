//! From a request to its answer: who calls, what goes wrong, whether it is valid and allowed, what it does.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::authorization::check_tags_are_known;
use crate::dispatch::dispatch;
use crate::error::ServiceError;
use crate::faults::{CallKey, Fault};
use crate::identity::Identity;
use crate::operation::{Operation, Service};
use crate::protocol::{self, Credential, HttpResponse};
use crate::query::Form;
use crate::request::{Request as Asked, respond};
use crate::shared::{Live, Shared};
use crate::state::{Answer, Cell};
use crate::{account, admin, permissions, tags, validate};

/// Why a request gets no answer: its connection ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("the connection is dropped, as the faults say")]
    Dropped,
    #[error("the request did not arrive whole")]
    Request(#[from] hyper::Error),
}

/// Takes connections until it is dropped, which ends the connections too.
pub(crate) async fn run(shared: Arc<Shared>, listener: TcpListener) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(connection(Arc::clone(&shared), stream));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: TcpStream) {
    // A connection that ends in an error is the caller's to notice, or one of the faults.
    _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(Arc::clone(&shared), request));
    _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Result<HttpResponse, NoAnswer> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if let Some(path) = parts.uri.path().strip_prefix(admin::PREFIX) {
        return Ok(admin::answer(&shared, &parts, path, &body));
    }
    let start_us = shared.recorder.now_us();
    let name = protocol::operation_name(&parts);
    if name.is_empty() {
        let form = Form::of(&body);
        return match form.operation() {
            Some(operation) => serve(&shared, &parts, Asked::Form(form), operation, start_us).await,
            None => forward(&shared, &parts, body, name, start_us).await,
        };
    }
    match name.parse::<Operation>() {
        Ok(operation) if operation.service() != Service::Ec2 => {
            let parsed = serde_json::from_slice(&body).unwrap_or(Value::Null);
            if shared.upstream.is_some() && operation.is_tagging() && !tags::are_kept_here(&parsed) {
                return forward(&shared, &parts, body, name, start_us).await;
            }
            serve(&shared, &parts, Asked::Json(parsed), operation, start_us).await
        }
        _ => forward(&shared, &parts, body, name, start_us).await,
    }
}

/// Answers an operation here.
async fn serve(
    shared: &Shared,
    parts: &Parts,
    asked: Asked,
    operation: Operation,
    start_us: u64,
) -> Result<HttpResponse, NoAnswer> {
    let request_id = shared.request_id();
    let (credential, identity) = match authenticate(shared, parts).await {
        Ok(caller) => caller,
        Err(error) => {
            let unknown = || Arc::from("unknown");
            let record = shared.recorder.begin(unknown(), unknown(), unknown(), operation.name().into(), start_us);
            let error = error.in_words_of(operation);
            record.finish(error.code.clone());
            return Ok(respond(shared, operation, &Err(error), &request_id));
        }
    };
    let cell = shared.state.cell(&identity.account, credential.region);
    let record = shared.recorder.begin(
        Arc::clone(&cell.account),
        Arc::clone(&cell.region),
        credential.access_key.into(),
        operation.name().into(),
        start_us,
    );
    let live = shared.live();
    let fault = live.config.faults.decide(shared.seed, &live.matches, call_key(&cell, operation));
    pause(live.config.latency_ms).await;
    if fault == Some(Fault::DropBefore) {
        record.finish("ConnectionDropped");
        return Err(NoAnswer::Dropped);
    }
    let is_known = shared.identities.counts_call(credential.access_key, live.config.calls_per_session);
    let answer = match (&fault, asked.into_input(shared, operation)) {
        _ if !is_known => Err(ServiceError::with_usual_message("UnrecognizedClientException")),
        (Some(Fault::Error(code)), _) => Err(ServiceError::with_usual_message(code)),
        (_, Err(error)) => Err(error),
        (fault, Ok(input)) => {
            if *fault == Some(Fault::DeleteWindowFirst) {
                cell.holdings.lock().delete_window_of(&input);
            }
            effect(shared, &live, &cell, &identity, operation, input).await
        }
    };
    let answer = answer.map_err(|error| error.in_words_of(operation));
    let response = respond(shared, operation, &answer, &request_id);
    match fault {
        Some(Fault::DropAfter) => {
            record.finish("ConnectionDropped");
            return Err(NoAnswer::Dropped);
        }
        Some(Fault::Truncate) => {
            record.finish("Truncated");
            return Ok(protocol::truncated(response));
        }
        Some(Fault::Late(milliseconds)) => pause(milliseconds).await,
        _ => {}
    }
    record.finish(answer.err().map_or_else(|| "ok".to_owned(), |error| error.code));
    Ok(response)
}

async fn pause(milliseconds: u64) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

fn call_key(cell: &Cell, operation: Operation) -> CallKey<'_> {
    let number = cell.count(operation);
    CallKey { account: &cell.account, region: &cell.region, operation: operation.name(), number }
}

async fn authenticate<'a>(shared: &Shared, parts: &'a Parts) -> Result<(Credential<'a>, Identity), ServiceError> {
    let credential = protocol::credential(parts)?;
    let identity = shared.identities.resolve(credential.access_key).await?;
    Ok((credential, identity))
}

/// In the order in which AWS refuses: credentials, then the request's form, then permissions, then the operation's rules.
async fn effect(
    shared: &Shared,
    live: &Live,
    cell: &Cell,
    identity: &Identity,
    operation: Operation,
    body: Value,
) -> Answer {
    let context = shared.context(&live.config, cell);
    if !operation.is_about_regions() {
        account::check_region(&live.config, &cell.account, &cell.region)?;
    }
    let model = shared.model_of(operation)?;
    if let Some(input) = model.input(operation) {
        validate::validate(&model, input, &body)?;
    }
    let policies = live.service_control.get(&*cell.account);
    let authorizer = shared.authorizer.as_ref().filter(|_| !identity.is_root);
    let needed = if policies.is_some() || authorizer.is_some() {
        permissions::needed(operation, cell, &body)
    } else {
        Vec::new()
    };
    if let Some(policies) = policies {
        policies.check(&cell.account, &cell.region, &needed)?;
    }
    if let Some(authorizer) = authorizer {
        authorizer.check(cell, identity.session.as_deref(), &needed).await?;
    }
    if shared.authorizer.is_none() || !identity.is_root {
        check_tags_are_known(live.config.tag_lag, cell, operation, &body)?;
    }
    dispatch(&mut cell.holdings.lock(), context, operation, body)
}

/// Passes a request on, and takes it down under the caller's account if that is known.
async fn forward(
    shared: &Shared,
    parts: &Parts,
    body: Bytes,
    name: String,
    start_us: u64,
) -> Result<HttpResponse, NoAnswer> {
    let (access_key, region, account) = match authenticate(shared, parts).await {
        Ok((credential, identity)) => (credential.access_key, credential.region, identity.account),
        Err(_) => ("unknown", "unknown", "unknown".into()),
    };
    let record = shared.recorder.begin(account, region.into(), access_key.into(), name.into(), start_us);
    let Some(upstream) = &shared.upstream else {
        let error =
            ServiceError::new("UnknownOperationException", "The operation is not known, and there is no upstream");
        record.finish(error.code.clone());
        return Ok(protocol::refuse(&error, &shared.request_id()));
    };
    match upstream.forward(parts, body).await {
        Ok(answer) => {
            record.finish(if answer.status.is_success() { "ok".to_owned() } else { error_code(&answer.body) });
            let mut response = HttpResponse::new(protocol::body(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        Err(error) => {
            let error = ServiceError::new("ServiceUnavailable", format!("The upstream does not answer: {error}"));
            record.finish(error.code.clone());
            Ok(protocol::refuse(&error, &shared.request_id()))
        }
    }
}

fn error_code(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = body.get("__type").and_then(Value::as_str).unwrap_or("Unknown");
    code.rsplit('#').next().unwrap_or(code).to_owned()
}
