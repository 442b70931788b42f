//! One signed request in AWS's Query protocol, for a service of which one or two operations are needed: the SDK's crate for EC2
//! is larger than all the others together.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_http_client::Connector;
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_xml::decode::{Document, try_data};

use crate::{CallError, Cause, clients};

const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// A page of a thousand instances with fifty tags each has some 20 MB.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Kept, as reading the root certificates and a handshake take longer than a call.
static CONNECTOR: LazyLock<Connector> = LazyLock::new(clients::connector);

/// A service that takes the Query protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name that requests are signed for.
    name: &'static str,
    version: &'static str,
    /// A partition has one, in one of its Regions; else each Region has one of its own.
    is_global: bool,
}

/// Amazon EC2.
pub const EC2: Service = Service { name: "ec2", version: "2016-11-15", is_global: false };
/// AWS CloudFormation.
pub const CLOUDFORMATION: Service = Service { name: "cloudformation", version: "2010-05-15", is_global: false };
/// AWS Identity and Access Management.
pub const IAM: Service = Service { name: "iam", version: "2010-05-08", is_global: true };

/// Asks the service of the settings' Region with the settings' credentials, and answers the whole document: one that ends early or
/// is no XML is an error.
///
/// `operation` is written as in an IAM policy, such as `ec2:DescribeInstances`; `fields` are its parameters, such as
/// `("Filter.1.Name", "instance-state-name")`. Tried once: the state machine tries again what passes.
///
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-query-api.html>
pub async fn query(
    config: &SdkConfig,
    service: Service,
    operation: &'static str,
    fields: &[(&str, &str)],
) -> Result<String, CallError> {
    let request = signed(config, service, form(service, operation, fields))
        .await
        .map_err(|problem| CallError::not_made(operation, problem))?;
    match tokio::time::timeout(TIMEOUT, send(request)).await {
        Err(_) => Err(no_answer(operation, format!("no answer in {TIMEOUT:?}"))),
        Ok(Err(problem)) => Err(no_answer(operation, problem)),
        Ok(Ok((200, body))) if is_whole(&body) => Ok(body),
        Ok(Ok((200, _))) => Err(no_answer(operation, "the answer ends early, or is no XML")),
        Ok(Ok((status, body))) => Err(refusal(operation, status, &body)),
    }
}

/// What the elements of this name hold, wherever they are in the document; none for one that holds no text.
pub fn texts<'a>(document: &'a str, name: &'a str) -> impl Iterator<Item = Option<String>> {
    let mut document = Document::new(document);
    std::iter::from_fn(move || {
        while !document.next_start_element()?.matches(name) {}
        Some(try_data(&mut document).ok().map(Cow::into_owned))
    })
}

impl Service {
    /// AWS's own endpoint for who is in `region`, and the Region that requests to it are signed for.
    ///
    /// <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>
    fn endpoint(self, region: &str) -> (String, &str) {
        let name = self.name;
        let (host, signed_for) = match region {
            region if !self.is_global => (format!("{name}.{region}"), region),
            region if region.starts_with("cn-") => (format!("{name}.cn-north-1"), "cn-north-1"),
            region if region.starts_with("us-gov-") => (format!("{name}.us-gov"), "us-gov-west-1"),
            _ => (name.to_owned(), "us-east-1"),
        };
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        (format!("https://{host}.amazonaws.com{suffix}"), signed_for)
    }
}

fn form(service: Service, operation: &str, fields: &[(&str, &str)]) -> String {
    let action = operation.split_once(':').map_or(operation, |(_, action)| action);
    let mut form = String::new();
    let mut writer = QueryWriter::new(&mut form, action, service.version);
    for (name, value) in fields {
        writer.prefix(name).string(value);
    }
    writer.finish();
    form
}

type Problem = Box<dyn std::error::Error + Send + Sync>;

async fn signed(config: &SdkConfig, service: Service, form: String) -> Result<HttpRequest, Problem> {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let provider = config.credentials_provider().ok_or("there are no credentials")?;
    let identity = provider.provide_credentials().await?.into();
    let (url, signing_region) = service.endpoint(&region);
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(signing_region)
        .name(service.name)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    // As the SDK does: what the environment names for this service, or else for all of them.
    let named = std::env::var(format!("AWS_ENDPOINT_URL_{}", service.name.to_uppercase())).ok();
    let url = named.or_else(|| config.endpoint_url().map(ToOwned::to_owned)).unwrap_or(url);
    let url = format!("{}/", url.trim_end_matches('/'));
    let headers = [("content-type", CONTENT_TYPE)].into_iter();
    let signable = SignableRequest::new("POST", url.as_str(), headers, SignableBody::Bytes(form.as_bytes()))?;
    let (signature, _) = sign(signable, &parameters)?.into_parts();
    let mut request = http::Request::post(url).header("content-type", CONTENT_TYPE).body(SdkBody::from(form))?;
    signature.apply_to_request_http1x(&mut request);
    Ok(request.try_into()?)
}

async fn send(request: HttpRequest) -> Result<(u16, String), Problem> {
    let response = CONNECTOR.call(request).await?;
    let status = response.status().as_u16();
    let body = ByteStream::new(response.into_body()).collect().await?;
    Ok((status, String::from_utf8_lossy(&body.into_bytes()).into_owned()))
}

/// Whether everything can be read, to the end of the outermost element: the reader passes over what it cannot read.
fn is_whole(body: &str) -> bool {
    let depths: Result<Vec<_>, _> = Document::new(body).map(|token| token.map(|(_, depth)| depth)).collect();
    depths.is_ok_and(|depths| depths.last() == Some(&0))
}

/// `<Error>` in `<Errors>` from EC2, by itself from the others; the request's id is `RequestID` or `RequestId`.
///
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-response.html>
fn refusal(operation: &'static str, status: u16, body: &str) -> CallError {
    let text = |name| texts(body, name).next().flatten();
    let (code, request_id) = (text("Code"), text("RequestID").or_else(|| text("RequestId")));
    let message = text("Message").unwrap_or_else(|| format!("status {status}"));
    CallError::answered(operation, code, message, request_id, Some(status))
}

fn no_answer(operation: &'static str, problem: impl fmt::Display) -> CallError {
    CallError::new(Cause::ServiceUnavailable, operation, problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedError;
    use support::Server;

    #[tokio::test]
    async fn a_request_says_what_is_asked_and_is_signed_for_its_service() {
        let server = Server::start().await;
        server.answers(200, "<R/>");
        let fields = [("Filter.1.Name", "tag:a b"), ("Filter.1.Value.1", "ä&=")];
        query(&server.sdk_config(), EC2, "ec2:DescribeInstances", &fields).await.unwrap();
        let [asked] = server.asked().try_into().unwrap();
        assert_eq!(asked.method, "POST");
        assert_eq!(
            asked.body,
            "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Aa%20b&Filter.1.Value.1=%C3%A4%26%3D"
        );
        let signature = asked.header("authorization").unwrap();
        assert!(signature.contains("/us-east-1/ec2/aws4_request"), "{signature}");
        assert!(signature.contains("content-type;host"), "{signature}");
    }

    /// botocore: data/partitions.json, data/iam/2010-05-08/endpoint-rule-set-1.json.gz
    #[test]
    fn a_partition_has_one_iam_and_each_region_an_ec2_of_its_own() {
        for (region, iam, signed_for, ec2) in [
            ("eu-west-1", "https://iam.amazonaws.com", "us-east-1", "https://ec2.eu-west-1.amazonaws.com"),
            (
                "us-gov-east-1",
                "https://iam.us-gov.amazonaws.com",
                "us-gov-west-1",
                "https://ec2.us-gov-east-1.amazonaws.com",
            ),
            (
                "cn-northwest-1",
                "https://iam.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
                "https://ec2.cn-northwest-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(IAM.endpoint(region), (iam.to_owned(), signed_for));
            assert_eq!(EC2.endpoint(region), (ec2.to_owned(), region));
        }
    }

    #[tokio::test]
    async fn a_refusal_has_the_services_code_message_and_request() {
        let server = Server::start().await;
        let config = server.sdk_config();
        let refused = async |status, body: &str| {
            server.answers(status, body);
            query(&config, IAM, "iam:GetRole", &[]).await.unwrap_err()
        };
        let error = refused(
            403,
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not you, with an explicit deny in a service \
             control policy</Message></Error></Errors><RequestID>r-1</RequestID></Response>",
        )
        .await;
        assert_eq!(error.name(), "AccessDenied");
        assert!(error.is_by_service_control_policy());
        assert_eq!(error.request_id.as_deref(), Some("r-1"));
        let error = refused(
            404,
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>a &lt; b</Message></Error>\
             <RequestId>r-2</RequestId></ErrorResponse>",
        )
        .await;
        let CallError { operation, code, message, request_id, .. } = error;
        assert_eq!((operation, code.as_deref()), ("iam:GetRole", Some("NoSuchEntity")));
        assert_eq!((message.as_str(), request_id.as_deref()), ("a < b", Some("r-2")));
        let error = refused(401, "<R><Errors><Error><Code>AuthFailure</Code></Error></Errors></R>").await;
        assert_eq!((error.name(), error.message.as_str()), ("SessionExpired", "status 401"));
        assert_eq!(refused(503, "").await.name(), "ServiceUnavailable");
    }

    #[tokio::test]
    async fn what_cannot_be_read_to_its_end_is_no_answer() {
        let server = Server::start().await;
        for (body, is_whole) in [
            ("<?xml version=\"1.0\"?>\n<R><a>1</a><b/></R>\n", true),
            ("<R><a>1</a>", false),
            ("<R><a>1</a><b>eu-ce", false),
            ("<R><a>1</a><<b>2</b></R>", false),
            ("{}", false),
            ("", false),
        ] {
            server.answers(200, body);
            let answer = query(&server.sdk_config(), IAM, "iam:GetRole", &[]).await;
            assert_eq!(answer.as_deref().ok(), is_whole.then_some(body), "{body}");
            assert!(answer.is_ok() || answer.unwrap_err().name() == "ServiceUnavailable");
        }
    }
}
