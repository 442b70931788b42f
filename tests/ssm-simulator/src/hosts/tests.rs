//! What is answered of hosts.

use serde_json::{Value, json};

use super::*;
use crate::operation::Operation;
use crate::testing::Region;

mod instances;
mod nodes;

fn id(number: usize) -> String {
    format!("i-{number:017x}")
}

/// A running host of EC2 that is managed.
fn a_host(number: usize) -> Host {
    Host { id: id(number), instance: Some(Instance::default()), node: Some(Node::default()), ..Host::default() }
}

fn tagged(mut host: Host, key: &str, value: &str) -> Host {
    let tag = (key.to_owned(), value.to_owned());
    match (&mut host.instance, &mut host.node) {
        (Some(instance), _) => instance.tags.extend([tag]),
        (None, Some(node)) => node.tags.extend([tag]),
        (None, None) => {}
    }
    host
}

fn in_state(mut host: Host, state: InstanceState) -> Host {
    host.instance = Some(Instance { state, ..Instance::default() });
    host
}

fn a_hybrid() -> Host {
    Host { id: "mi-0123456789abcdef0".into(), node: Some(Node::default()), ..Host::default() }
}

fn region_with(hosts: impl IntoIterator<Item = Host>) -> Region {
    let mut region = Region::new();
    region.put(hosts).unwrap();
    region
}

/// All pages of an operation: the items of each.
fn pages(region: &mut Region, operation: Operation, input: &Value, member: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut input) = (Vec::new(), input.clone());
    loop {
        let mut page = region.ok(operation, input.clone());
        pages.push(page[member].as_array().unwrap().clone());
        match page["NextToken"].take() {
            Value::String(token) if !token.is_empty() => input["NextToken"] = token.into(),
            _ => return pages,
        }
    }
}

#[test]
fn what_could_not_be_is_refused_whole_and_every_mistake_is_told() {
    let mut region = Region::new();
    let mut hybrid = a_hybrid();
    hybrid.instance = Some(Instance::default());
    let many = (0..51).map(|number| (format!("k{number}"), String::new())).collect();
    let crowded = Instance { tags: many, ..Instance::default() };
    let agent = Node { agent_version: "three".into(), ..Node::default() };
    let wrong = [
        a_host(1),
        a_host(1),
        Host { id: "i-123".into(), ..a_host(2) },
        hybrid,
        Host { id: id(3), ..Host::default() },
        Host { instance: Some(crowded), ..a_host(4) },
        Host { node: Some(agent), ..a_host(5) },
    ];
    let Mistakes(mistakes) = region.put(wrong).unwrap_err();
    for (mistake, expected) in mistakes.iter().zip([
        "i-00000000000000001 is there twice",
        "i-123: id is not i- with 8 or 17, or mi- with 17 hexadecimal digits",
        "mi-0123456789abcdef0: has an instance, but mi- is not of EC2",
        "i-00000000000000003: has neither instance nor node",
        "i-00000000000000004: instance.tags are 51, and must be 50 at most",
        "i-00000000000000005: node: 1 validation error detected: Value 'three' at 'agentVersion'",
    ]) {
        assert!(mistake.contains(expected), "{mistake}");
    }
    assert_eq!(mistakes.len(), 6);
    assert!(region.holdings.hosts.is_empty());
}

#[test]
fn a_host_that_is_put_again_takes_its_own_place() {
    let mut region = region_with([a_host(1), a_host(2)]);
    region.put([in_state(a_host(1), InstanceState::Stopped)]).unwrap();
    let states: Vec<_> = region.holdings.hosts.iter().map(|held| held.host.instance.as_ref().unwrap().state).collect();
    assert_eq!(states, [InstanceState::Stopped, InstanceState::Running]);
}

#[test]
fn hybrid_nodes_have_tags_of_their_own() {
    let mut region = region_with([a_hybrid(), a_host(1)]);
    let resource = json!({ "ResourceType": "ManagedInstance", "ResourceId": "mi-0123456789abcdef0" });
    let mut add = resource.clone();
    add["Tags"] = json!([{ "Key": "InstanceOS", "Value": "Linux" }]);
    region.ok(Operation::AddTagsToResource, add);
    let listed = region.ok(Operation::ListTagsForResource, resource);
    assert_eq!(listed["TagList"], json!([{ "Key": "InstanceOS", "Value": "Linux" }]));
    let of_ec2 = json!({ "ResourceType": "ManagedInstance", "ResourceId": id(1) });
    assert_eq!(region.refused(Operation::ListTagsForResource, of_ec2).code, "InvalidResourceId");
}
