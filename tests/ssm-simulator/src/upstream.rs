//! The local AWS that has what is missing here.

use hyper::HeaderMap;
use hyper::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use jiff::Timestamp;

/// Where IAM, STS and the other operations of SSM are.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    url: String,
    client: reqwest::Client,
}

/// An answer of the upstream, to be passed on as it is.
pub(crate) struct UpstreamAnswer {
    pub(crate) status: hyper::StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
}

impl Upstream {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), client: reqwest::Client::new() }
    }

    /// Passes a request on as it came, with all its headers, so that its signature stays valid.
    pub(crate) async fn forward(
        &self,
        request: &hyper::http::request::Parts,
        body: bytes::Bytes,
    ) -> Result<UpstreamAnswer, reqwest::Error> {
        let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = request.headers.clone();
        for header in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(header);
        }
        let sent = self.client.request(request.method.clone(), format!("{}{path}", self.url));
        let answer = sent.headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for header in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(header);
        }
        Ok(UpstreamAnswer { status, headers, body: answer.bytes().await? })
    }

    /// Calls an operation of a query service as root of an account; the upstream takes any signature of root.
    pub(crate) async fn query(
        &self,
        root_access_key: &str,
        service: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, reqwest::Error> {
        let now = Timestamp::now();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={root_access_key}/{}/us-east-1/{service}/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={:064}",
            now.strftime("%Y%m%d"),
            0
        );
        let request = self.client.post(&self.url).header("authorization", authorization);
        let request = request.header("x-amz-date", now.strftime("%Y%m%dT%H%M%SZ").to_string());
        request.form(parameters).send().await?.text().await
    }
}
