//! Next to a local AWS: what is passed on, and what its IAM allows.

use std::convert::Infallible;

use aws_sdk_ssm::types::{ResourceTypeForTagging, Tag};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use ssm_simulator::{DHMC_SETTING, Simulator};
use tokio::net::TcpListener;

use crate::setup::{ACCOUNT, REGION, builder, client_for, code, create_window, simulator};

const SESSION: &str = "ASIASESSIONOFTHEROLE";
const ROLE: &str = "configuration";
/// Its role has no policy.
const OTHER_SESSION: &str = "ASIASESSIONOFANOTHER";

/// An STS that says whose the session's key is, and an IAM that has one role with one policy.
async fn fake_identity_services(policy: serde_json::Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let policy = policy.to_string();
            let service = service_fn(move |request| answer(request, policy.clone()));
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

async fn answer(request: Request<Incoming>, policy: String) -> Result<Response<Full<Bytes>>, Infallible> {
    let root = request.headers()["authorization"].to_str().unwrap().contains(&format!("Credential={ACCOUNT}/"));
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8_lossy(&body);
    let text = if body.contains("Action=GetAccessKeyInfo") {
        let known = [SESSION, OTHER_SESSION].iter().any(|session| body.contains(session));
        let account = if known { ACCOUNT } else { "" };
        let other = format!("<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/inspection/run-1</Arn>");
        let arn = if body.contains(OTHER_SESSION) { other.as_str() } else { "" };
        format!("<GetAccessKeyInfoResponse><Account>{account}</Account>{arn}</GetAccessKeyInfoResponse>")
    } else {
        assert!(root, "policies are read as root of the account");
        let policy = utf8_percent_encode(&policy, NON_ALPHANUMERIC);
        format!(
            "<GetAccountAuthorizationDetailsResponse><RoleDetailList><member><RoleName>{ROLE}</RoleName><RolePolicyList>\
             <member><PolicyDocument>{policy}</PolicyDocument></member></RolePolicyList></member></RoleDetailList>\
             </GetAccountAuthorizationDetailsResponse>"
        )
    };
    Ok(Response::new(Full::new(Bytes::from(text))))
}

/// A policy as a careful administrator writes it: everything may be read, and what has the owner tag may be changed.
async fn with_authorization() -> Simulator {
    let upstream = fake_identity_services(json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["ssm:Describe*", "ssm:Get*", "ssm:UpdateServiceSetting"], "Resource": "*" },
        { "Effect": "Allow", "Action": ["ssm:CreateMaintenanceWindow", "ssm:AddTagsToResource"], "Resource": "*",
          "Condition": { "StringEquals": { "aws:RequestTag/owner": "us" } } },
        { "Effect": "Allow", "Action": "ssm:DeleteMaintenanceWindow",
          "Resource": format!("arn:aws:ssm:*:{ACCOUNT}:maintenancewindow/*"),
          "Condition": { "StringEquals": { "ssm:resourceTag/owner": "us" } } },
        { "Effect": "Allow", "Action": "iam:PassRole", "Resource": format!("arn:aws:iam::{ACCOUNT}:role/service-role/Ours"),
          "Condition": { "StringEquals": { "iam:PassedToService": "ssm.amazonaws.com" } } },
    ] }))
    .await;
    builder().upstream(upstream).member_role(ROLE).start().await.unwrap()
}

#[tokio::test]
async fn a_session_may_do_what_its_role_may() {
    let simulator = with_authorization().await;
    let session = client_for(&simulator.endpoint_url(), SESSION, REGION);
    session.describe_maintenance_windows().send().await.unwrap();
    let error = session.update_maintenance_window().window_id("mw-0123456789abcdef0").send().await.unwrap_err();
    assert_eq!(code(&error), "AccessDeniedException");
    let expected = format!(
        "User: arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/session is not authorized to perform: \
         ssm:UpdateMaintenanceWindow on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:maintenancewindow/mw-0123456789abcdef0 \
         because no identity-based policy allows the ssm:UpdateMaintenanceWindow action"
    );
    assert_eq!(error.into_service_error().meta().message(), Some(expected.as_str()));
}

#[tokio::test]
async fn a_session_is_held_against_its_own_role_where_that_is_told() {
    let simulator = with_authorization().await;
    let session = client_for(&simulator.endpoint_url(), OTHER_SESSION, REGION);
    let error = session.describe_maintenance_windows().send().await.unwrap_err().into_service_error();
    let message = error.meta().message().unwrap();
    let expected = format!("User: arn:aws:sts::{ACCOUNT}:assumed-role/inspection/run-1 is not authorized to perform");
    assert!(message.starts_with(&expected), "{message}");
}

#[tokio::test]
async fn tags_decide_which_windows_may_be_created_and_deleted() {
    let simulator = with_authorization().await;
    let session = client_for(&simulator.endpoint_url(), SESSION, REGION);
    assert!(create_window(&session, "without-tag").await.is_err());
    let tagged = session.create_maintenance_window().name("tagged").schedule("rate(7 days)").duration(2).cutoff(1);
    let tag = Tag::builder().key("owner").value("us").build().unwrap();
    let ours = tagged.allow_unassociated_targets(false).tags(tag).send().await.unwrap().window_id.unwrap();
    let root = client_for(&simulator.endpoint_url(), ACCOUNT, REGION);
    let foreign = create_window(&root, "foreign").await.unwrap();
    assert!(session.delete_maintenance_window().window_id(foreign).send().await.is_err());
    assert!(session.delete_maintenance_window().window_id(ours).send().await.is_ok());
}

#[tokio::test]
async fn a_role_that_is_handed_to_the_service_must_be_allowed_to_be_passed() {
    let simulator = with_authorization().await;
    let session = client_for(&simulator.endpoint_url(), SESSION, REGION);
    let set = |role: &str| session.update_service_setting().setting_id(DHMC_SETTING).setting_value(role).send();
    assert!(set("service-role/Ours").await.is_ok());
    let error = set("service-role/Admin").await.unwrap_err().into_service_error();
    assert!(error.meta().message().unwrap().contains("is not authorized to perform: iam:PassRole"));
}

#[tokio::test]
async fn other_operations_are_passed_on_as_the_caller_sent_them() {
    let upstream = simulator().await;
    let simulator = builder().upstream(upstream.endpoint_url()).start().await.unwrap();
    let client = client_for(&simulator.endpoint_url(), ACCOUNT, "us-west-2");
    let error = client.get_parameter().name("/a").send().await.unwrap_err();
    assert_eq!(code(&error), "UnknownOperationException", "the upstream's answer comes back");
    let passed_on = upstream.calls();
    let [call] = passed_on.0.as_slice() else { panic!("one call") };
    assert_eq!((&*call.operation, &*call.account, &*call.region), ("GetParameter", ACCOUNT, "us-west-2"));
    assert_eq!(simulator.calls().count("GetParameter"), 1);
}

#[tokio::test]
async fn tags_of_other_resources_are_the_upstreams() {
    let upstream = simulator().await;
    let simulator = builder().upstream(upstream.endpoint_url()).start().await.unwrap();
    let client = client_for(&simulator.endpoint_url(), ACCOUNT, REGION);
    let list = client.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id("/a");
    _ = list.send().await;
    assert_eq!(upstream.calls().count("ListTagsForResource"), 1);
    let window = create_window(&client, "window").await.unwrap();
    let list = client.list_tags_for_resource().resource_type(ResourceTypeForTagging::MaintenanceWindow);
    list.resource_id(window).send().await.unwrap();
    assert_eq!(upstream.calls().count("ListTagsForResource"), 1);
}
