//! Putting an answer where CloudFormation waits for it.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use lambda::clients;
use lambda::named_error::message;
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::addressee::ResponseUrl;

const TRIES: u32 = 4;
/// One try; all of them with the pauses between take at most 24 s.
const TRY_TIMEOUT: Duration = Duration::from_secs(5);
/// Before the second try; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Puts answers where CloudFormation waits for them: a signed URL, so without any credentials.
#[derive(Debug)]
pub struct AnswerClient {
    connector: Connector,
    first_pause: Duration,
}

/// An answer that did not arrive.
#[derive(Debug, Error, IntoStaticStr, VariantNames)]
pub enum NotDelivered {
    /// The address does not take it: it was used up or has expired.
    #[error("CloudFormation's address refused the answer: {0}")]
    AnswerRefused(String),
    /// The address was not to be reached, several times.
    #[error("CloudFormation's address could not be reached: {0}")]
    AnswerNotDelivered(String),
}

lambda::named_error!(NotDelivered);

impl Default for AnswerClient {
    fn default() -> Self {
        Self { connector: clients::connector(), first_pause: FIRST_PAUSE }
    }
}

impl AnswerClient {
    /// Puts the body of an answer, again when the address is not to be reached or at fault.
    pub async fn put(&self, to: &ResponseUrl, body: &str) -> Result<(), NotDelivered> {
        let mut pause = self.first_pause;
        for _ in 1..TRIES {
            match self.try_once(to, body).await {
                Err(NotDelivered::AnswerNotDelivered(_)) => {}
                delivered_or_refused => return delivered_or_refused,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.try_once(to, body).await
    }

    async fn try_once(&self, to: &ResponseUrl, body: &str) -> Result<(), NotDelivered> {
        let request = request(to, body)
            // The error of an address that is none may quote it.
            .map_err(|_| NotDelivered::AnswerRefused("the response URL is not one".to_owned()))?;
        let response = match tokio::time::timeout(TRY_TIMEOUT, self.connector.call(request)).await {
            Ok(called) => called.map_err(|error| NotDelivered::AnswerNotDelivered(message(&error)))?,
            Err(_) => return Err(NotDelivered::AnswerNotDelivered(format!("no answer in {TRY_TIMEOUT:?}"))),
        };
        match response.status().as_u16() {
            200..300 => Ok(()),
            status @ (408 | 429 | 500..) => Err(NotDelivered::AnswerNotDelivered(format!("status {status}"))),
            status => Err(NotDelivered::AnswerRefused(format!("status {status}"))),
        }
    }
}

fn request(to: &ResponseUrl, body: &str) -> Result<HttpRequest, HttpError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("PUT")?;
    request.set_uri(to.reveal())?;
    // CloudFormation signs the URL for an empty content type.
    request.headers_mut().insert("content-type", "");
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda::NamedError;
    use support::Server;

    fn client() -> AnswerClient {
        AnswerClient { first_pause: Duration::from_millis(1), ..AnswerClient::default() }
    }

    async fn put(url: &str, body: &str) -> Result<(), NotDelivered> {
        client().put(&ResponseUrl::new(url), body).await
    }

    #[tokio::test]
    async fn an_answer_is_put_with_its_length_and_an_empty_content_type() {
        let server = Server::start().await;
        server.answers(200, "");
        put(&format!("{}/bucket/key?X-Amz-Signature=secret", server.url()), "{\"Status\": \"SUCCESS\"}").await.unwrap();
        let [asked] = server.asked().try_into().unwrap();
        assert_eq!((asked.method.as_str(), asked.uri.as_str()), ("PUT", "/bucket/key?X-Amz-Signature=secret"));
        assert_eq!(asked.body, "{\"Status\": \"SUCCESS\"}");
        assert_eq!(asked.header("content-type"), Some(""));
        assert_eq!(asked.header("content-length"), Some(asked.body.len().to_string().as_str()));
        assert_eq!(asked.header("transfer-encoding"), None);
    }

    #[tokio::test]
    async fn an_address_at_fault_is_tried_again() {
        let server = Server::start().await;
        for status in [500, 503, 200] {
            server.answers(status, "");
        }
        put(server.url(), "{}").await.unwrap();
        assert_eq!(server.asked().len(), 3);
    }

    #[tokio::test]
    async fn an_address_that_stays_at_fault_is_given_up() {
        let server = Server::start().await;
        for _ in 0..5 {
            server.answers(500, "");
        }
        let error = put(server.url(), "{}").await.unwrap_err();
        assert_eq!((error.name(), server.asked().len()), ("AnswerNotDelivered", 4));
    }

    #[tokio::test]
    async fn a_refusal_is_final_and_does_not_tell_the_address() {
        let server = Server::start().await;
        server.answers(403, "");
        let error = put(&format!("{}/key?X-Amz-Signature=secret", server.url()), "{}").await.unwrap_err();
        assert_eq!((error.name(), server.asked().len()), ("AnswerRefused", 1));
        assert!(!message(&error).contains("secret"));
    }

    #[tokio::test]
    async fn an_address_that_is_none_or_does_not_listen_is_not_told_either() {
        for (url, name) in [
            ("not a url, secret", "AnswerRefused"),
            ("http://127.0.0.1:1/key?X-Amz-Signature=secret", "AnswerNotDelivered"),
        ] {
            let error = put(url, "{}").await.unwrap_err();
            assert_eq!(error.name(), name);
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
}
