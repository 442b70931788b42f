//! AWS JSON 1.1 on HTTP: what a request says of itself, and how an answer looks.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Body as _;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::error::ServiceError;

pub(crate) type HttpResponse = Response<BoxBody<Bytes, Infallible>>;

pub(crate) fn body(bytes: impl Into<Bytes>) -> BoxBody<Bytes, Infallible> {
    Full::new(bytes.into()).boxed()
}

/// What the `Authorization` header tells of the caller; the signature is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) region: &'a str,
}

/// Reads the credential scope: `Credential=<access key>/<date>/<Region>/<service>/aws4_request`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>
pub(crate) fn credential(parts: &Parts) -> Result<Credential<'_>, ServiceError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let header = header.ok_or_else(|| ServiceError::with_usual_message("MissingAuthenticationTokenException"))?;
    scope(header).ok_or_else(|| ServiceError::with_usual_message("IncompleteSignatureException"))
}

fn scope(header: &str) -> Option<Credential<'_>> {
    let (_, scope) = header.split_once("Credential=")?;
    let mut parts = scope.split([',', ' ']).next()?.split('/');
    let access_key = parts.next().filter(|key| !key.is_empty())?;
    let region = parts.nth(1).filter(|region| !region.is_empty())?;
    parts.nth(1).map(|_| Credential { access_key, region })
}

/// The operation's name: from `X-Amz-Target`, or from the path for services that speak REST.
pub(crate) fn operation_name(parts: &Parts) -> String {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((_, name)) = target.and_then(|target| target.split_once('.')) {
        return name.to_owned();
    }
    let path = parts.uri.path().trim_matches('/');
    let mut name = path.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

pub(crate) fn answer(value: &Value, request_id: &str) -> HttpResponse {
    response(StatusCode::OK, value, request_id)
}

pub(crate) fn refuse(error: &ServiceError, request_id: &str) -> HttpResponse {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = response(status, &error.body(), request_id);
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// The first half of an answer that announces the whole: hyper ends the connection there.
pub(crate) fn truncated(response: HttpResponse) -> HttpResponse {
    let (mut parts, body) = response.into_parts();
    let announced = body.size_hint().exact().unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, announced.into());
    let half = body.map_frame(|frame| frame.map_data(|data| data.slice(..data.len() / 2)));
    HttpResponse::from_parts(parts, half.boxed())
}

fn response(status: StatusCode, value: &Value, request_id: &str) -> HttpResponse {
    let mut response = Response::new(body(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_scope_names_the_key_and_the_region() {
        let header = "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261123/eu-west-1/ssm/aws4_request, SignedHeaders=host";
        let expected = Credential { access_key: "ASIAEXAMPLE", region: "eu-west-1" };
        assert_eq!(scope(header), Some(expected));
    }

    #[test]
    fn half_a_credential_scope_is_none() {
        assert_eq!(scope("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261123, SignedHeaders=host"), None);
        assert_eq!(scope("Basic dXNlcg=="), None);
    }
}
