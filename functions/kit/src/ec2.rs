//! `ec2:DescribeRegions`, in one signed request: the SDK's crate for EC2 is larger than all the others together.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_xml::decode::{Document, try_data};
use patching::ids::Region;

use crate::call::{CallError, CallFailure};
use crate::clients;

const OPERATION: &str = "ec2:DescribeRegions";
const FORM: &str = "Action=DescribeRegions&Version=2016-11-15";
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
const TIMEOUT: Duration = Duration::from_secs(10);

/// The Regions that the account of these settings has enabled, asked in their Region.
///
/// Tried once: the state machine tries again what passes.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
pub async fn enabled_regions(config: &SdkConfig) -> Result<BTreeSet<Region>, CallError> {
    let request = signed(config).await?;
    let connector = clients::connector();
    let called = async {
        let response = connector.call(request).await.map_err(no_answer)?;
        let status = response.status().as_u16();
        let body = ByteStream::new(response.into_body()).collect().await.map_err(no_answer)?;
        Ok((status, String::from_utf8_lossy(&body.into_bytes()).into_owned()))
    };
    match tokio::time::timeout(TIMEOUT, called).await {
        Err(_) => Err(no_answer(format!("no answer in {TIMEOUT:?}"))),
        Ok(Err(error)) => Err(error),
        Ok(Ok((200, body))) => regions(&body).ok_or_else(|| CallError::left_out(OPERATION, "regionInfo")),
        Ok(Ok((status, body))) => Err(refusal(status, &body)),
    }
}

async fn signed(config: &SdkConfig) -> Result<HttpRequest, CallError> {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let credentials = match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.map_err(not_made)?,
        None => return Err(not_made("there are no credentials")),
    };
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name("ec2")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(not_made)?
        .into();
    let url = endpoint(config, &region);
    let headers = [("content-type", CONTENT_TYPE)].into_iter();
    let signable =
        SignableRequest::new("POST", url.as_str(), headers, SignableBody::Bytes(FORM.as_bytes())).map_err(not_made)?;
    let (signature, _) = sign(signable, &parameters).map_err(not_made)?.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(FORM));
    request.set_method("POST").map_err(not_made)?;
    request.set_uri(url).map_err(not_made)?;
    request.headers_mut().insert("content-type", CONTENT_TYPE);
    for (name, value) in signature.headers() {
        request.headers_mut().insert(name.to_owned(), value.to_owned());
    }
    Ok(request)
}

/// As the SDK finds it: what the environment names, for this service or for all of them, or else AWS's own.
fn endpoint(config: &SdkConfig, region: &str) -> String {
    let named = std::env::var("AWS_ENDPOINT_URL_EC2").ok().or_else(|| config.endpoint_url().map(ToOwned::to_owned));
    let url = named.unwrap_or_else(|| format!("https://ec2.{region}.amazonaws.com"));
    format!("{}/", url.trim_end_matches('/'))
}

/// None when one has a name that is none, or the answer ends early: a Region must not look like one that is not there. The reader
/// passes over what it cannot read.
fn regions(body: &str) -> Option<BTreeSet<Region>> {
    let named: Option<BTreeSet<Region>> = texts(body, "regionName").map(|name| name?.parse().ok()).collect();
    let is_whole = body.trim_end().ends_with("Response>");
    named.filter(|regions| is_whole && !regions.is_empty() && regions.len() == body.matches("<regionName>").count())
}

/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-response.html>
fn refusal(status: u16, body: &str) -> CallError {
    let text = |name| texts(body, name).next().flatten();
    let (code, request_id) = (text("Code"), text("RequestID"));
    let message = text("Message").unwrap_or_else(|| format!("status {status}"));
    CallError::of_code(CallFailure { operation: OPERATION, code, message, request_id }, Some(status))
}

/// What the elements of this name hold, wherever they are; none for one that holds no text.
fn texts<'a>(body: &'a str, name: &'a str) -> impl Iterator<Item = Option<String>> {
    let mut document = Document::new(body);
    std::iter::from_fn(move || {
        while !document.next_start_element()?.matches(name) {}
        Some(try_data(&mut document).ok().map(Cow::into_owned))
    })
}

fn no_answer(problem: impl fmt::Display) -> CallError {
    CallError::ServiceUnavailable(CallFailure::without_answer(OPERATION, problem.to_string()))
}

fn not_made(problem: impl fmt::Display) -> CallError {
    CallError::not_made(OPERATION, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedError;
    use crate::testing::Server;

    #[tokio::test]
    async fn the_enabled_regions_are_asked_for_with_a_signature_for_ec2() {
        let server = Server::start().await;
        let item =
            |region: &str| format!("<item><regionName>{region}</regionName><regionEndpoint>e</regionEndpoint></item>");
        server.answers(
            200,
            &format!("<Response><regionInfo>{}{}</regionInfo></Response>", item("eu-west-1"), item("af-south-1")),
        );
        let regions = enabled_regions(&server.sdk_config()).await.unwrap();
        assert_eq!(regions.iter().map(Region::as_str).collect::<Vec<_>>(), ["af-south-1", "eu-west-1"]);
        let [asked] = server.asked().try_into().unwrap();
        assert_eq!((asked.method.as_str(), asked.body.as_str()), ("POST", FORM));
        let signature = asked.header("authorization").unwrap();
        assert!(signature.contains("/ec2/aws4_request") && signature.contains("content-type;host"), "{signature}");
    }

    #[tokio::test]
    async fn a_refusal_has_the_services_code_message_and_request() {
        let server = Server::start().await;
        server.answers(
            403,
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not you, with an explicit deny in a service \
             control policy</Message></Error></Errors><RequestID>r-1</RequestID></Response>",
        );
        let error = enabled_regions(&server.sdk_config()).await.unwrap_err();
        assert_eq!(error.name(), "AccessDenied");
        assert!(error.failure().is_by_service_control_policy());
        assert_eq!(error.failure().request_id.as_deref(), Some("r-1"));
        server
            .answers(401, "<R><Errors><Error><Code>AuthFailure</Code><Message>a &lt; b</Message></Error></Errors></R>");
        let error = enabled_regions(&server.sdk_config()).await.unwrap_err();
        assert_eq!((error.name(), error.failure().message.as_str()), ("SessionExpired", "a < b"));
        for unreadable in [
            "",
            "<html><body>a proxy</body></html>",
            "<Response><regionInfo></regionInfo></Response>",
            "<Response><item><regionName>Europe!</regionName></item></Response>",
            "<Response><item><regionName>eu-west-1</regionName></item><item><regionName>eu-ce",
            "<Response><item><regionName>eu-west-1</regionName></item><<regionName>eu-west-2</regionName></Response>",
        ] {
            server.answers(200, unreadable);
            let read = enabled_regions(&server.sdk_config()).await;
            assert_eq!(read.unwrap_err().name(), "ServiceUnavailable", "{unreadable}");
        }
        server.answers(503, "");
        assert_eq!(enabled_regions(&server.sdk_config()).await.unwrap_err().name(), "ServiceUnavailable");
    }
}
