//! Hosts on the wire: put through the simulator's own interface, read as EC2 and Systems Manager tell them.

use roxmltree::Document;
use serde_json::json;
use ssm_simulator::{Admin, AdminError, Fault, Fleet, Host, Instance, Node, Operator, ScriptedFault, Simulator};

use crate::setup::{ACCOUNT, REGION, client, simulator};

fn hosts(count: usize) -> Vec<Host> {
    let tags = [("Name".to_owned(), "<web> & \"co\"".to_owned())].into();
    let instance = Instance { tags, ..Instance::default() };
    let host = |number| Host {
        id: format!("i-{number:017x}"),
        instance: Some(instance.clone()),
        node: Some(Node::default()),
        ..Host::default()
    };
    (0..count).map(host).collect()
}

fn fleet(hosts: Vec<Host>) -> Vec<Fleet> {
    vec![Fleet { account: ACCOUNT.into(), region: REGION.into(), hosts, ..Fleet::default() }]
}

/// Status and body of a request in EC2's protocol.
async fn ec2(simulator: &Simulator, account: &str, region: &str, form: &str) -> (u16, String) {
    let scope = format!("Credential={account}/20261123/{region}/ec2/aws4_request");
    let request = reqwest::Client::new().post(simulator.endpoint_url());
    let request = request.header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"));
    let request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let answer = request.body(form.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn texts<'a>(document: &'a Document<'_>, name: &str) -> Vec<&'a str> {
    let named = document.descendants().filter(|node| node.has_tag_name(name) || node.tag_name().name() == name);
    named.filter_map(|node| node.text()).collect()
}

const ASK: &str = "Action=DescribeInstances&Version=2016-11-15&IncludeManagedResources=true";

#[tokio::test]
async fn instances_are_read_in_pages_of_xml() {
    let simulator = simulator().await;
    simulator.put_hosts(&fleet(hosts(7))).unwrap();
    let (status, first) = ec2(&simulator, ACCOUNT, REGION, &format!("{ASK}&MaxResults=5")).await;
    assert_eq!(status, 200);
    let first = Document::parse(&first).unwrap();
    let root = first.root_element();
    assert_eq!(root.tag_name().name(), "DescribeInstancesResponse");
    assert_eq!(root.tag_name().namespace(), Some("http://ec2.amazonaws.com/doc/2016-11-15/"));
    assert_eq!(texts(&first, "instanceId").len(), 5);
    assert_eq!(texts(&first, "value")[0], "<web> & \"co\"");
    let token = texts(&first, "nextToken")[0];
    let (_, second) = ec2(&simulator, ACCOUNT, REGION, &format!("{ASK}&MaxResults=5&NextToken={token}")).await;
    let second = Document::parse(&second).unwrap();
    assert_eq!((texts(&second, "instanceId").len(), texts(&second, "nextToken").len()), (2, 0));
    assert_eq!(simulator.calls().of(ACCOUNT, REGION).count("DescribeInstances"), 2);
}

#[tokio::test]
async fn refusals_are_in_ec2s_words_and_in_xml() {
    let simulator = simulator().await;
    let code = |body: &str| texts(&Document::parse(body).unwrap(), "Code")[0].to_owned();
    let (status, body) = ec2(&simulator, ACCOUNT, REGION, &format!("{ASK}&MaxResult=5")).await;
    assert_eq!((status, code(&body).as_str()), (400, "UnknownParameter"));
    let (status, body) = ec2(&simulator, ACCOUNT, "eu-south-2", ASK).await;
    assert_eq!((status, code(&body).as_str()), (401, "AuthFailure"));
    simulator.script([ScriptedFault::every_call(Fault::error("ThrottlingException")).of("DescribeInstances")]);
    let (status, body) = ec2(&simulator, ACCOUNT, REGION, ASK).await;
    assert_eq!((status, code(&body).as_str()), (503, "RequestLimitExceeded"));
    assert_eq!(simulator.calls().0.last().unwrap().outcome, "RequestLimitExceeded");
}

#[tokio::test]
async fn the_sdk_reads_managed_nodes_and_their_patch_states() {
    let simulator = simulator().await;
    simulator.put_hosts(&fleet(hosts(12))).unwrap();
    let client = client(&simulator);
    let nodes = client.describe_instance_information().into_paginator().items().send();
    let nodes = nodes.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!((nodes.len(), nodes[0].platform_name()), (12, Some("Amazon Linux")));
    assert_eq!(simulator.calls().count("DescribeInstanceInformation"), 2);
    let id = nodes[0].instance_id().unwrap();
    let states = client.describe_instance_patch_states().instance_ids(id).send().await.unwrap();
    assert!(states.instance_patch_states().is_empty());
}

#[tokio::test]
async fn hosts_are_the_same_from_inside_and_outside() {
    let simulator = simulator().await;
    let admin = Admin::new(&simulator.endpoint_url());
    let mut hosts = hosts(2);
    let operator = Operator { principal: "eks.amazonaws.com".into(), hidden_by_default: true };
    hosts[1].instance = Some(Instance { operator: Some(operator), ..Instance::default() });
    let fleets = fleet(hosts);
    admin.put_hosts(&fleets).await.unwrap();
    assert_eq!(admin.hosts().await.unwrap(), fleets);
    assert_eq!(simulator.hosts(), fleets);
    admin.reset().await.unwrap();
    assert!(simulator.hosts().is_empty());
}

#[tokio::test]
async fn a_host_with_a_mistake_is_refused_and_says_which() {
    let simulator = simulator().await;
    let admin = Admin::new(&simulator.endpoint_url());
    let wrong = Host { id: "i-12".into(), instance: Some(Instance::default()), ..Host::default() };
    let AdminError::Refused(told) = admin.put_hosts(&fleet(vec![wrong])).await.unwrap_err() else { panic!() };
    assert!(told.contains("i-12: id is not i- with 8 or 17"), "{told}");
    let page = format!("{}/_simulator/hosts", simulator.endpoint_url());
    let misspelt = json!([{ "account": ACCOUNT, "region": REGION, "hosts": [{ "id": "i-12345678", "instanc": {} }] }]);
    let answer = reqwest::Client::new().post(page).json(&misspelt).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("unknown field `instanc`"));
}
