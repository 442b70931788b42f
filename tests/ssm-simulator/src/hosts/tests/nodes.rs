//! `ssm:DescribeInstanceInformation` and `ssm:DescribeInstancePatchStates`.

use super::*;

fn listed(region: &mut Region, input: &Value) -> Vec<String> {
    let operation = Operation::DescribeInstanceInformation;
    let pages = pages(region, operation, input, "InstanceInformationList");
    pages.concat().iter().map(|one| one["InstanceId"].as_str().unwrap().to_owned()).collect()
}

fn by_tag(key: &str, value: &str) -> Value {
    json!({ "Filters": [{ "Key": format!("tag:{key}"), "Values": [value] }] })
}

#[test]
fn hosts_that_are_stopped_terminated_or_without_an_agent_are_not_listed() {
    let unmanaged = Host { node: None, ..a_host(3) };
    let stopped = in_state(a_host(1), InstanceState::Stopped);
    let terminated = in_state(a_host(2), InstanceState::Terminated);
    // An instance that was terminated a short while ago may be left as a node alone.
    let left = Host { instance: None, ..a_host(4) };
    let mut region = region_with([stopped, terminated, unmanaged, left, a_host(5), a_hybrid()]);
    assert_eq!(listed(&mut region, &json!({})), [id(4), id(5), "mi-0123456789abcdef0".into()]);
}

#[test]
fn a_page_holds_ten_unless_asked_and_fifty_at_most() {
    let mut region = region_with((0..60).map(a_host));
    let mut sizes = |input: Value| {
        let operation = Operation::DescribeInstanceInformation;
        let pages = pages(&mut region, operation, &input, "InstanceInformationList");
        pages.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(sizes(json!({})), [10; 6]);
    assert_eq!(sizes(json!({ "MaxResults": 50 })), [50, 10]);
    for size in [4, 51] {
        let input = json!({ "MaxResults": size });
        assert_eq!(region.refused(Operation::DescribeInstanceInformation, input).code, "ValidationException");
    }
}

#[test]
fn hosts_are_found_by_tag_in_exact_letters_whoever_keeps_the_tag() {
    let hosts = [
        tagged(a_host(1), "InstanceOS", "Linux"),
        tagged(a_host(2), "InstanceOS", "linux"),
        tagged(a_host(3), "instanceos", "Linux"),
        tagged(a_hybrid(), "InstanceOS", "Linux"),
    ];
    let mut region = region_with(hosts);
    assert_eq!(listed(&mut region, &by_tag("InstanceOS", "Linux")), [id(1), "mi-0123456789abcdef0".into()]);
}

#[test]
fn filters_by_tag_stand_alone_and_unknown_ones_are_refused() {
    let mut region = region_with([a_host(1)]);
    let operation = Operation::DescribeInstanceInformation;
    let mut mixed = by_tag("a", "b");
    mixed["Filters"].as_array_mut().unwrap().push(json!({ "Key": "PingStatus", "Values": ["Online"] }));
    assert_eq!(region.refused(operation, mixed).code, "InvalidInstanceInformationFilterValue");
    let unknown = json!({ "Filters": [{ "Key": "Colour", "Values": ["red"] }] });
    assert_eq!(region.refused(operation, unknown).code, "InvalidFilterKey");
    let stranger = json!({ "Filters": [{ "Key": "InstanceIds", "Values": [id(9)] }] });
    assert_eq!(region.refused(operation, stranger).code, "InvalidInstanceId");
    assert_eq!(region.refused(operation, json!({ "NextToken": "7" })).code, "InvalidNextToken");
}

#[test]
fn a_host_that_was_never_scanned_has_no_patch_state() {
    let scanned = PatchState { missing_count: 3, ..PatchState::default() };
    let failed = PatchState { missing_count: -1, installed_count: -1, ..PatchState::default() };
    let mut region = region_with([
        Host { patch_state: Some(PatchState { patch_group: "web".into(), ..scanned }), ..a_host(1) },
        a_host(2),
        Host { patch_state: Some(PatchState { patch_group: "web".into(), ..failed }), ..a_host(3) },
    ]);
    let input = json!({ "InstanceIds": [id(1), id(2), id(3), id(4)] });
    let states = region.ok(Operation::DescribeInstancePatchStates, input);
    let states = states["InstancePatchStates"].as_array().unwrap();
    let told: Vec<_> = states.iter().map(|one| (one["InstanceId"].clone(), one["MissingCount"].clone())).collect();
    assert_eq!(told, [(json!(id(1)), json!(3)), (json!(id(3)), json!(-1))]);
    let many: Vec<_> = (0..51).map(id).collect();
    let refused = region.refused(Operation::DescribeInstancePatchStates, json!({ "InstanceIds": many }));
    assert_eq!(refused.code, "ValidationException");
}
