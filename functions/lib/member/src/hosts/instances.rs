//! `ec2:DescribeInstances`: page after page, the XML of each read as it comes.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use lambda::{CallError, Cause, NamedError};
use patching::hosts::observation::Instance;
use tokio::time::{Instant, sleep};

use lambda::query::{EC2, query};

const OPERATION: &str = "ec2:DescribeInstances";
/// The most that it takes.
const PAGE_SIZE: &str = "1000";
const WITH_MANAGED: &str = "IncludeManagedResources";
/// Not those that are terminated, which EC2 lists for an hour.
const STATES: [&str; 4] = ["pending", "running", "stopping", "stopped"];
/// How long a page is asked for again that EC2 throttles or fails. The function has five minutes.
const PATIENCE: Duration = Duration::from_secs(150);
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// All instances that are not terminated, with those that an AWS service operates: EC2 hides them unless they are asked for.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>
pub(super) async fn all(config: &SdkConfig) -> Result<Vec<Instance>, CallError> {
    let mut instances = Vec::new();
    let mut token = None;
    let mut with_managed = true;
    loop {
        let document = match page(config, token.as_deref(), with_managed).await {
            // Where EC2 does not know this parameter yet, it hides nothing.
            Err(error) if with_managed && does_not_know(&error) => {
                with_managed = false;
                continue;
            }
            answered => answered?,
        };
        let read = read(&document)?;
        instances.extend(read.instances);
        match read.next_token {
            Some(next) => token = Some(next),
            None => return Ok(instances),
        }
    }
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
fn does_not_know(error: &CallError) -> bool {
    error.code.as_deref() == Some("UnknownParameter") && error.message.contains(WITH_MANAGED)
}

/// What passes, passes here: the state machine would begin with the first page again.
async fn page(config: &SdkConfig, token: Option<&str>, with_managed: bool) -> Result<String, CallError> {
    let mut fields = vec![("MaxResults".to_owned(), PAGE_SIZE)];
    fields.extend(with_managed.then(|| (WITH_MANAGED.to_owned(), "true")));
    fields.push(("Filter.1.Name".to_owned(), "instance-state-name"));
    fields.extend(STATES.iter().enumerate().map(|(index, state)| (format!("Filter.1.Value.{}", index + 1), *state)));
    fields.extend(token.map(|token| ("NextToken".to_owned(), token)));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let (begun, mut pause) = (Instant::now(), FIRST_PAUSE);
    loop {
        match query(config, EC2, OPERATION, &fields).await {
            Err(error)
                if matches!(error.cause, Cause::Throttled | Cause::ServiceUnavailable)
                    && begun.elapsed() + pause < PATIENCE =>
            {
                tracing::debug!(error.name = error.name(), "asking for a page again");
                sleep(pause).await;
                pause *= 2;
            }
            answered => return answered,
        }
    }
}

#[derive(Debug, Default, PartialEq)]
struct Page {
    instances: Vec<Instance>,
    next_token: Option<String>,
}

fn read(document: &str) -> Result<Page, CallError> {
    let mut page = Page::default();
    let mut document = Document::new(document);
    let mut root = document.root_element().map_err(|_| CallError::left_out(OPERATION, "DescribeInstancesResponse"))?;
    let mut has_reservations = false;
    while let Some(mut field) = root.next_tag() {
        match field.start_el().local() {
            "nextToken" => page.next_token = text(&mut field),
            "reservationSet" => {
                has_reservations = true;
                while let Some(mut reservation) = field.next_tag() {
                    page.instances.extend(instances_of(&mut reservation)?);
                }
            }
            _ => {}
        }
    }
    if has_reservations { Ok(page) } else { Err(CallError::left_out(OPERATION, "reservationSet")) }
}

fn instances_of(reservation: &mut ScopedDecoder<'_, '_>) -> Result<Vec<Instance>, CallError> {
    let mut instances = Vec::new();
    while let Some(mut field) = reservation.next_tag() {
        if field.start_el().matches("instancesSet") {
            while let Some(mut item) = field.next_tag() {
                instances.push(instance(&mut item)?);
            }
        }
    }
    Ok(instances)
}

fn instance(item: &mut ScopedDecoder<'_, '_>) -> Result<Instance, CallError> {
    let mut found = Instance::default();
    while let Some(mut field) = item.next_tag() {
        match field.start_el().local() {
            "instanceId" => found.id = text(&mut field).unwrap_or_default(),
            "instanceState" => found.state = member(&mut field, "name").unwrap_or_default(),
            "reason" => found.state_reason = text(&mut field),
            "launchTime" => found.launched_at = text(&mut field).and_then(|moment| moment.parse().ok()),
            "platform" => {
                found.is_windows = text(&mut field).is_some_and(|platform| platform.eq_ignore_ascii_case("windows"));
            }
            "platformDetails" => found.platform_details = text(&mut field),
            "iamInstanceProfile" => found.profile = member(&mut field, "arn"),
            "metadataOptions" => {
                found.has_metadata_off = member(&mut field, "httpEndpoint").as_deref() == Some("disabled");
            }
            "vpcId" => found.vpc = text(&mut field),
            "operator" => found.operator = operator(&mut field),
            "tagSet" => found.tags = tags(&mut field)?,
            _ => {}
        }
    }
    if found.id.is_empty() {
        Err(CallError::left_out(OPERATION, "instanceId"))
    } else if found.state.is_empty() {
        Err(CallError::left_out(OPERATION, "instanceState"))
    } else {
        Ok(found)
    }
}

/// Who operates it; one that says only that somebody does has a name all the same.
fn operator(element: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    let (mut is_managed, mut principal) = (false, None);
    while let Some(mut field) = element.next_tag() {
        match field.start_el().local() {
            "managed" => is_managed = text(&mut field).as_deref() == Some("true"),
            "principal" => principal = text(&mut field),
            _ => {}
        }
    }
    is_managed.then(|| principal.unwrap_or_else(|| "an AWS service".to_owned()))
}

/// By these windows find hosts: one that cannot be read is not taken for an empty one.
fn tags(element: &mut ScopedDecoder<'_, '_>) -> Result<BTreeMap<String, String>, CallError> {
    let read = |field: &mut ScopedDecoder<'_, '_>| match try_data(field) {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(CallError::left_out(OPERATION, "tagSet")),
    };
    let mut tags = BTreeMap::new();
    while let Some(mut item) = element.next_tag() {
        let (mut key, mut value) = (String::new(), String::new());
        while let Some(mut field) = item.next_tag() {
            match field.start_el().local() {
                "key" => key = read(&mut field)?,
                "value" => value = read(&mut field)?,
                _ => {}
            }
        }
        tags.insert(key, value);
    }
    Ok(tags)
}

/// The text of the member `name`.
fn member(element: &mut ScopedDecoder<'_, '_>, name: &str) -> Option<String> {
    let mut found = None;
    while let Some(mut field) = element.next_tag() {
        if field.start_el().matches(name) {
            found = text(&mut field);
        }
    }
    found
}

/// Empty is the same as not there.
fn text(element: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    try_data(element).ok().filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use support::Server;

    use super::*;

    fn answer(content: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><DescribeInstancesResponse xmlns="x"><requestId>r</requestId>{content}</DescribeInstancesResponse>"#
        )
    }

    const ONE: &str = "<instanceId>i-0123456789abcdef0</instanceId><instanceState><code>16</code><name>running</name></instanceState>";

    fn reservation(instance: &str) -> String {
        format!("<item><ownerId>1</ownerId><instancesSet><item>{instance}</item></instancesSet></item>")
    }

    #[test]
    fn an_instance_is_read_by_its_own_fields_and_not_by_those_of_what_hangs_on_it() {
        let full = format!(
            "{ONE}<reason>User initiated (2026-11-20 08:14:11 GMT)</reason><launchTime>2026-11-02T10:00:00.000Z</launchTime>\
             <platform>windows</platform><platformDetails>Windows</platformDetails><vpcId>vpc-1</vpcId>\
             <networkInterfaceSet><item><vpcId>vpc-2</vpcId><tagSet><item><key>a</key><value>b</value></item></tagSet></item></networkInterfaceSet>\
             <iamInstanceProfile><arn>arn:aws:iam::1:instance-profile/web</arn><id>AIPA</id></iamInstanceProfile>\
             <metadataOptions><state>applied</state><httpEndpoint>disabled</httpEndpoint></metadataOptions>\
             <tagSet><item><key>Name</key><value>a &lt;b&gt; &amp; c</value></item><item><key>empty</key><value/></item></tagSet>\
             <operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>"
        );
        let page =
            read(&answer(&format!("<reservationSet>{}</reservationSet><nextToken>t</nextToken>", reservation(&full))));
        let page = page.unwrap();
        assert_eq!(page.next_token.as_deref(), Some("t"));
        let tags = BTreeMap::from([("Name".into(), "a <b> & c".into()), ("empty".into(), String::new())]);
        let expected = Instance {
            id: "i-0123456789abcdef0".into(),
            tags,
            state: "running".into(),
            state_reason: Some("User initiated (2026-11-20 08:14:11 GMT)".into()),
            launched_at: Some("2026-11-02T10:00:00Z".parse().unwrap()),
            is_windows: true,
            platform_details: Some("Windows".into()),
            profile: Some("arn:aws:iam::1:instance-profile/web".into()),
            has_metadata_off: true,
            vpc: Some("vpc-1".into()),
            operator: Some("eks.amazonaws.com".into()),
        };
        assert_eq!(page.instances, [expected]);
    }

    #[test]
    fn an_instance_that_nobody_operates_says_so_or_nothing() {
        for (operator, expected) in [
            ("", None),
            ("<operator><managed>false</managed></operator>", None),
            ("<operator><managed>true</managed></operator>", Some("an AWS service")),
        ] {
            let page = read(&answer(&format!(
                "<reservationSet>{}</reservationSet>",
                reservation(&format!("{ONE}{operator}"))
            )));
            assert_eq!(page.unwrap().instances[0].operator.as_deref(), expected);
        }
    }

    #[test]
    fn an_answer_that_lacks_what_it_always_has_is_none() {
        for (content, lacking) in [
            (String::new(), "reservationSet"),
            ("<other/>".into(), "reservationSet"),
            (
                format!(
                    "<reservationSet>{}</reservationSet>",
                    reservation("<instanceState><name>running</name></instanceState>")
                ),
                "instanceId",
            ),
            (
                format!("<reservationSet>{}</reservationSet>", reservation("<instanceId>i-1</instanceId>")),
                "instanceState",
            ),
            (
                format!(
                    "<reservationSet>{}</reservationSet>",
                    reservation(&format!("{ONE}<tagSet><item><key>a</key><value>&nobody;</value></item></tagSet>"))
                ),
                "tagSet",
            ),
        ] {
            let error = read(&answer(&content)).unwrap_err();
            assert_eq!(error.name(), "ServiceUnavailable", "{content}");
            assert_eq!(error.message, format!("the answer has no {lacking}"));
        }
        assert_eq!(read(&answer("<reservationSet/>")).unwrap(), Page::default());
    }

    #[tokio::test]
    async fn where_managed_resources_are_not_known_yet_all_is_asked_for_without_them() {
        let server = Server::start().await;
        let unknown = |name: &str| {
            format!(
                "<Response><Errors><Error><Code>UnknownParameter</Code><Message>The parameter {name} is not recognized</Message></Error></Errors></Response>"
            )
        };
        server.answers(400, &unknown("IncludeManagedResources"));
        server.answers(200, &answer(&format!("<reservationSet>{}</reservationSet>", reservation(ONE))));
        assert_eq!(all(&server.sdk_config()).await.unwrap().len(), 1);
        let asked: Vec<_> = server.asked().iter().map(|asked| asked.body.contains("IncludeManaged")).collect();
        assert_eq!(asked, [true, false]);
        server.answers(400, &unknown("Another"));
        assert_eq!(all(&server.sdk_config()).await.unwrap_err().name(), "RequestRefused");
    }

    #[tokio::test]
    async fn all_pages_are_asked_for_with_managed_resources_and_without_terminated_ones() {
        let server = Server::start().await;
        let page = |id: &str, next: &str| {
            let instance = ONE.replace("i-0123456789abcdef0", id);
            answer(&format!("<reservationSet>{}</reservationSet>{next}", reservation(&instance)))
        };
        server.answers(200, &page("i-1", "<nextToken>a/b=</nextToken>"));
        server.answers(503, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>");
        server.answers(200, &page("i-2", "<nextToken/>"));
        let found = all(&server.sdk_config()).await.unwrap();
        assert_eq!(found.iter().map(|instance| instance.id.as_str()).collect::<Vec<_>>(), ["i-1", "i-2"]);
        let asked: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
        let states =
            "Filter.1.Value.1=pending&Filter.1.Value.2=running&Filter.1.Value.3=stopping&Filter.1.Value.4=stopped";
        let first = format!(
            "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000&IncludeManagedResources=true\
             &Filter.1.Name=instance-state-name&{states}"
        );
        let next = format!("{first}&NextToken=a%2Fb%3D");
        assert_eq!(asked, [first, next.clone(), next]);
    }
}
