//! Stacks: their tags, and why one failed.

use serde_json::json;

use crate::script::stand_in::StandIn;

#[test]
fn everything_that_is_created_has_the_tags() {
    let stand_in = StandIn::new();
    let artifacts = stand_in.built().display().to_string();
    let ended = stand_in.run(&["--artifacts", &artifacts, "--tags", "owner=us", "--tags", "Cost center=4=7 1"]);
    assert!(ended.succeeded, "{}", ended.said);
    let tags = json!([{"Key": "owner", "Value": "us"}, {"Key": "Cost center", "Value": "4=7 1"}]);
    let word_after = |words: &[String], option: &str| {
        let at = words.iter().position(|word| word == option).unwrap_or_else(|| panic!("no {option} in {words:?}"));
        serde_json::from_str::<serde_json::Value>(&words[at + 1]).unwrap()
    };
    let stacks = ended.of("create-change-set");
    assert_eq!(stacks.len(), 3, "roles for DHMC, main.yaml, and the organization's events");
    assert!(stacks.iter().all(|words| word_after(words, "--tags") == tags), "{stacks:?}");
    let buckets = ended.of("put-bucket-tagging");
    assert_eq!((ended.of("create-bucket").len(), buckets.len()), (1, 1));
    assert_eq!(word_after(buckets[0], "--tagging"), json!({ "TagSet": tags }));
}

#[test]
fn a_tag_without_a_value_is_refused() {
    let ended = StandIn::new().run(&["--tags", "owner"]);
    assert!(
        !ended.succeeded && ended.asked.is_empty() && ended.said.contains("--tags owner: KEY=VALUE"),
        "{}",
        ended.said
    );
}

#[test]
fn each_call_of_the_bucket_says_whose_it_is() {
    let stand_in = StandIn::new();
    let artifacts = stand_in.built().display().to_string();
    let ended = stand_in.run(&["--artifacts", &artifacts]);
    let calls = ended.asked.iter().filter(|words| words[0] == "s3api" && words[1] != "create-bucket");
    let calls: Vec<_> = calls.collect();
    assert!(calls.len() > 10);
    for words in calls {
        assert!(words.windows(2).any(|pair| pair == ["--expected-bucket-owner", "111122223333"]), "{words:?}");
    }
}

/// An event of a stack.
fn event(
    stack: &str,
    id: &str,
    kind: &str,
    physical: &str,
    status: &str,
    reason: &str,
    time: u32,
) -> serde_json::Value {
    json!({
        "StackId": stack, "LogicalResourceId": id, "ResourceType": kind, "PhysicalResourceId": physical,
        "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": format!("2026-11-23T10:00:{time:02}Z"),
    })
}

#[test]
fn a_failure_is_told_with_the_reason_of_the_nested_stack_and_of_this_operation_only() {
    const STACK: &str = "AWS::CloudFormation::Stack";
    let outer = [
        event("outer", "outer", STACK, "outer", "UPDATE_ROLLBACK_COMPLETE", "", 50),
        event("outer", "ControlPlane", STACK, "inner", "UPDATE_FAILED", "Embedded stack failed", 40),
        event("outer", "MemberRoles", STACK, "roles", "UPDATE_FAILED", "Resource update cancelled", 40),
        event("outer", "outer", STACK, "outer", "UPDATE_IN_PROGRESS", "User Initiated", 20),
        event("outer", "Old", "AWS::SQS::Queue", "old", "CREATE_FAILED", "of last year", 10),
    ];
    let inner = [
        event("inner", "Rollout", "Custom::PatchManagerRollout", "r", "UPDATE_FAILED", "7 of 8 accounts failed", 30),
        event("inner", "Old", "AWS::SQS::Queue", "old", "UPDATE_FAILED", "of last year", 10),
    ];
    let ended = StandIn::new()
        .answer("cloudformation describe-stacks patch-manager", "UPDATE_ROLLBACK_COMPLETE")
        .answer("cloudformation describe-stacks patch-manager Stacks[0].Parameters", "[]")
        .answer("cloudformation describe-stack-events patch-manager", json!({ "StackEvents": outer }).to_string())
        .answer("cloudformation describe-stack-events inner", json!({ "StackEvents": inner }).to_string());
    let artifacts = ended.built().display().to_string();
    let ended = ended.run(&["--artifacts", &artifacts]);
    assert!(!ended.succeeded, "{}", ended.said);
    let reasons = "stack patch-manager: UPDATE_ROLLBACK_COMPLETE\n  ControlPlane: Embedded stack failed\n    Rollout: 7 of 8 \
                   accounts failed\n";
    assert!(ended.said.contains(reasons) && !ended.said.contains("last year"), "{}", ended.said);
}

#[test]
fn a_lost_connection_is_that_and_no_stack_that_is_gone() {
    let lost = "Could not connect to the endpoint URL";
    for arguments in [&["--delete", "keep"][..], &[]] {
        let ended = StandIn::new().refuse("cloudformation describe-stacks", lost).run(arguments);
        assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
        assert!(ended.said.contains(lost) && ended.said.contains("Run the same command again"), "{}", ended.said);
    }
}
