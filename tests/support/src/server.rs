//! For tests: a server on this machine that answers as it is told and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use tokio::net::TcpListener;

/// A server on this machine. It answers what it was told to, in that order, and 404 when nothing is left.
#[derive(Debug)]
pub struct Server {
    url: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<(u16, String)>,
    by_request: Vec<(String, u16, String)>,
    asked: Vec<Asked>,
}

impl Script {
    fn answer(&mut self, asked: &Asked) -> Option<(u16, String)> {
        let request = format!("{} {}", asked.header("x-amz-target").unwrap_or_default(), asked.body);
        match self.by_request.iter().position(|(part, ..)| request.contains(part)) {
            Some(position) => {
                let (_, status, body) = self.by_request.remove(position);
                Some((status, body))
            }
            None => self.answers.pop_front(),
        }
    }
}

/// A request that the server got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Such as `PUT`.
    pub method: String,
    /// The path with the query.
    pub uri: String,
    /// In the order of arrival, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: String,
}

impl Asked {
    /// The header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

impl Server {
    /// Listens on a port of its own.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[expect(clippy::expect_used, reason = "for tests")]
    pub async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, script }
    }

    /// Without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the next request that has no answer yet is answered.
    pub fn answers(&self, status: u16, body: &str) {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).answers.push_back((status, body.to_owned()));
    }

    /// What the next request is answered whose `x-amz-target` and body, with a space between, contain `request`: for calls that
    /// are made at the same time, in any order.
    pub fn answers_to(&self, request: &str, status: u16, body: &str) {
        let answer = (request.to_owned(), status, body.to_owned());
        self.script.lock().unwrap_or_else(PoisonError::into_inner).by_request.push(answer);
    }

    /// All requests until now.
    pub fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }

    /// For AWS clients that call this server, and do not try again.
    pub fn sdk_config(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&self.url)
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test")))
            .retry_config(RetryConfig::disabled())
            .build()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    let asked = Asked {
        method: parts.method.to_string(),
        uri: parts.uri.to_string(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: text(&body),
    };
    let (status, body) = script.answer(&asked).unwrap_or((404, String::new()));
    script.asked.push(asked);
    (StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND), body)
}
