//! `ec2:DescribeInstances`.

use super::*;

fn ids(reservations: &[Value]) -> Vec<&str> {
    reservations.iter().map(|one| one["Instances"][0]["InstanceId"].as_str().unwrap()).collect()
}

fn listed(region: &mut Region, input: &Value) -> Vec<String> {
    let pages = pages(region, Operation::DescribeInstances, input, "Reservations");
    pages.iter().flat_map(|page| ids(page)).map(str::to_owned).collect()
}

#[test]
fn an_instance_is_told_as_ec2_tells_it() {
    let instance = Instance {
        state: InstanceState::Stopped,
        state_transition_reason: "User initiated (2026-11-20 08:14:11 GMT)".into(),
        launch_time: "2026-11-02T10:00:00Z".parse().unwrap(),
        platform_details: "Windows".into(),
        iam_instance_profile: Some("arn:aws:iam::111122223333:instance-profile/web".into()),
        instance_lifecycle: Some("spot".into()),
        ..Instance::default()
    };
    let mut region = region_with([tagged(Host { instance: Some(instance), ..a_host(1) }, "Name", "<web> & co")]);
    let answer = region.call_unchecked(Operation::DescribeInstances, json!({})).unwrap();
    let told = &answer["Reservations"][0]["Instances"][0];
    assert_eq!(told["State"], json!({ "Code": 80, "Name": "stopped" }));
    assert_eq!(told["StateTransitionReason"], "User initiated (2026-11-20 08:14:11 GMT)");
    assert_eq!((&told["LaunchTime"], &told["Platform"]), (&json!("2026-11-02T10:00:00.000Z"), &json!("windows")));
    assert_eq!(told["IamInstanceProfile"]["Arn"], "arn:aws:iam::111122223333:instance-profile/web");
    assert_eq!(
        (&told["InstanceLifecycle"], &told["MetadataOptions"]["HttpEndpoint"]),
        (&json!("spot"), &json!("enabled"))
    );
    assert_eq!(told["Tags"], json!([{ "Key": "Name", "Value": "<web> & co" }]));
    assert_eq!(answer.get("NextToken"), None);
}

#[test]
fn what_a_service_operates_is_told_only_when_asked_for() {
    let operated = Instance {
        operator: Some(Operator { principal: "eks.amazonaws.com".into(), hidden_by_default: true }),
        ..Instance::default()
    };
    let mut region = region_with([a_host(1), Host { instance: Some(operated), node: None, ..a_host(2) }]);
    assert_eq!(listed(&mut region, &json!({})), [id(1)]);
    assert_eq!(listed(&mut region, &json!({ "IncludeManagedResources": false })), [id(1)]);
    assert_eq!(listed(&mut region, &json!({ "IncludeManagedResources": true })), [id(1), id(2)]);
}

#[test]
fn a_filter_holds_instances_back_and_may_leave_a_page_empty() {
    let terminated = (0..10).map(|number| in_state(a_host(number), InstanceState::Terminated));
    let running = (10..14).map(a_host);
    let mut region = region_with(terminated.chain(running));
    let states = json!(["pending", "running", "stopping", "stopped"]);
    let input = json!({ "MaxResults": 5, "Filters": [{ "Name": "instance-state-name", "Values": states }] });
    let pages = pages(&mut region, Operation::DescribeInstances, &input, "Reservations");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 4]);
    assert_eq!(ids(&pages[2]), [id(10), id(11), id(12), id(13)]);
}

#[test]
fn without_a_maximum_there_is_one_page() {
    let mut region = region_with((0..60).map(a_host));
    assert_eq!(pages(&mut region, Operation::DescribeInstances, &json!({}), "Reservations").len(), 1);
}

#[test]
fn hybrid_nodes_are_not_ec2s() {
    let mut region = region_with([a_hybrid()]);
    assert_eq!(listed(&mut region, &json!({})).len(), 0);
}

#[test]
fn ids_can_be_named_but_not_with_a_maximum() {
    let mut region = region_with([a_host(1), a_host(2)]);
    assert_eq!(listed(&mut region, &json!({ "InstanceIds": [id(2)] })), [id(2)]);
    let both = json!({ "InstanceIds": [id(2)], "MaxResults": 5 });
    assert_eq!(region.refused(Operation::DescribeInstances, both).code, "InvalidParameterCombination");
    let unknown = json!({ "InstanceIds": [id(3)] });
    assert_eq!(region.refused(Operation::DescribeInstances, unknown).code, "InvalidInstanceID.NotFound");
}

#[test]
fn bounds_tokens_filters_and_a_dry_run_are_refused_with_ec2s_codes() {
    let mut region = region_with([a_host(1)]);
    let mut refused = |input: Value| region.refused(Operation::DescribeInstances, input);
    let small = refused(json!({ "MaxResults": 4 }));
    assert_eq!(small.code, "InvalidParameterValue");
    assert_eq!(small.message, "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.");
    assert_eq!(refused(json!({ "MaxResults": 1001 })).code, "InvalidParameterValue");
    assert_eq!(refused(json!({ "MaxResults": 5, "NextToken": "7" })).code, "InvalidNextToken");
    assert_eq!(refused(json!({ "Filters": [{ "Name": "state", "Values": ["x"] }] })).code, "InvalidParameterValue");
    assert_eq!(refused(json!({ "DryRun": true })).code, "DryRunOperation");
}
