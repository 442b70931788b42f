//! The simulator's own interface, below `/_simulator/`.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::config::ConfigChange;
use crate::hosts::{Fleet, Mistakes};
use crate::play::Play;
use crate::protocol::{self, HttpResponse};
use crate::shared::Shared;

/// The paths that are not AWS's.
pub(crate) const PREFIX: &str = "/_simulator/";

pub(crate) fn answer(shared: &Shared, parts: &Parts, path: &str, body: &Bytes) -> HttpResponse {
    let query = Query::of(parts);
    match (&parts.method, path) {
        (&Method::GET, "health") => json(StatusCode::OK, &json!({ "status": "ok" })),
        (&Method::GET, "state") => json(StatusCode::OK, &shared.snapshot()),
        (&Method::GET, "config") => json(StatusCode::OK, &shared.live().config),
        (&Method::GET, "calls") if query.detail => json(StatusCode::OK, &shared.recorder.since(query.since)),
        (&Method::GET, "calls") => json(StatusCode::OK, &shared.recorder.summary_since(query.since)),
        (&Method::POST, "config") => match serde_json::from_slice::<ConfigChange>(body) {
            Ok(change) => json(StatusCode::OK, &shared.configure(change)),
            Err(error) => json(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() })),
        },
        (&Method::GET, "hosts") => json(StatusCode::OK, &shared.fleets()),
        (&Method::POST, "hosts") => match serde_json::from_slice::<Vec<Fleet>>(body) {
            Ok(fleets) => done(shared.put(&fleets)),
            Err(error) => json(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() })),
        },
        (&Method::GET, "truth") => json(StatusCode::OK, &shared.truth()),
        (&Method::POST, "play") => match serde_json::from_slice::<Play>(body) {
            Ok(play) => done(shared.play(&play)),
            Err(error) => json(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() })),
        },
        (&Method::POST, "reset") => {
            shared.reset();
            json(StatusCode::OK, &json!({ "status": "ok" }))
        }
        _ => json(StatusCode::NOT_FOUND, &json!({ "error": "no such page" })),
    }
}

fn done(result: Result<(), Mistakes>) -> HttpResponse {
    match result {
        Ok(()) => json(StatusCode::OK, &json!({ "status": "ok" })),
        Err(Mistakes(mistakes)) => json(StatusCode::BAD_REQUEST, &json!({ "error": mistakes })),
    }
}

#[derive(Default)]
struct Query {
    since: u64,
    detail: bool,
}

impl Query {
    fn of(parts: &Parts) -> Self {
        let mut query = Self::default();
        for (name, value) in parts.uri.query().unwrap_or_default().split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "since" => query.since = value.parse().unwrap_or_default(),
                "detail" => query.detail = value == "true",
                _ => {}
            }
        }
        query
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(protocol::body(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
