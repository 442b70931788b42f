//! Stacks: their tags, and why one failed.

use serde_json::{Value, json};

use crate::script::stand_in::{Ended, StandIn};

#[test]
fn everything_that_is_created_has_the_tags() {
    let stand_in = StandIn::new();
    let artifacts = stand_in.built().display().to_string();
    let ended = stand_in.run(&["--artifacts", &artifacts, "--tags", "owner=us", "--tags", "Cost center=4=7 1"]);
    assert!(ended.succeeded, "{}", ended.said);
    let tags = json!([{"Key": "owner", "Value": "us"}, {"Key": "Cost center", "Value": "4=7 1"}]);
    let word_after = |words: &[String], option: &str| {
        let at = words.iter().position(|word| word == option).unwrap_or_else(|| panic!("no {option} in {words:?}"));
        serde_json::from_str::<Value>(&words[at + 1]).unwrap()
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
fn event(stack: &str, id: &str, kind: &str, physical: &str, status: &str, reason: &str, time: u32) -> Value {
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

/// What the change sets of a stack say of a parameter.
fn values(ended: &Ended, stack: &str, parameter: &str) -> Vec<Value> {
    let of_stack = ended.of("create-change-set").into_iter().filter(|words| words.iter().any(|word| word == stack));
    let parameters = of_stack.map(|words| {
        let at = words.iter().position(|word| word == "--parameters").unwrap();
        serde_json::from_str::<Vec<Value>>(&words[at + 1]).unwrap()
    });
    let value = |of: Vec<Value>| of.into_iter().find(|one| one["ParameterKey"] == parameter).unwrap_or_default();
    parameters.map(|of| value(of)["ParameterValue"].take()).collect()
}

/// A stack that is there, with these parameters.
fn deployed(stack: &str, parameters: &[(&str, &str)]) -> StandIn {
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| json!({"ParameterKey": name, "ParameterValue": value})).collect();
    StandIn::new()
        .answer(&format!("cloudformation describe-stacks {stack}"), "UPDATE_COMPLETE")
        .answer(&format!("cloudformation describe-stacks {stack} Stacks[0].Parameters"), json!(parameters).to_string())
}

#[test]
fn what_the_script_finds_out_at_first_is_kept_later_unless_it_is_named() {
    let there = [("RootOrganizationalUnitId", "ou-ab12-11111111"), ("Architecture", "x86_64")];
    let deploy = |arguments: &[&str]| {
        let stand_in = deployed("patch-manager", &there);
        let artifacts = stand_in.built().display().to_string();
        let ended = stand_in.run(&[&["--artifacts", &artifacts], arguments].concat());
        assert!(ended.succeeded, "{}", ended.said);
        ended
    };
    let ended = deploy(&[]);
    assert_eq!(values(&ended, "patch-manager", "Architecture"), ["x86_64"]);
    for stack in ["patch-manager", "patch-manager-dhmc-roles"] {
        assert_eq!(values(&ended, stack, "RootOrganizationalUnitId"), ["ou-ab12-11111111"], "{stack}");
    }
    let ended = deploy(&["--architecture", "arm64", "RootOrganizationalUnitId=r-ab12"]);
    assert_eq!(values(&ended, "patch-manager", "Architecture"), ["arm64"]);
    assert_eq!(values(&ended, "patch-manager-dhmc-roles", "RootOrganizationalUnitId"), ["r-ab12"]);
    let ended = StandIn::new().run(&["Architecture=mips"]);
    assert!(!ended.succeeded && ended.changed_nothing() && ended.said.contains("arm64 or x86_64"), "{}", ended.said);
}

#[test]
fn what_a_policy_that_is_deployed_makes_useless_is_named() {
    let said = deployed("patch-manager", &[("PatchPolicy", r#"{"windows":[]}"#)]).run_to_the_functions(&[
        "PatchOperation=Install",
        "Timezone=Europe/Berlin",
        "WindowsEnabled=false",
    ]);
    assert!(said.contains("takes it away:\n   PatchOperation\n   WindowsEnabled\n"), "{said}");
    let said = deployed("patch-manager", &[("PatchPolicy", "{}")])
        .run_to_the_functions(&["PatchPolicy=", "PatchOperation=Install"]);
    assert!(!said.contains("not used"), "{said}");
}

#[test]
fn documents_that_fit_into_no_function_are_refused_before_anything_is_built() {
    let documents = format!("Documents={}", vec!["Own-".repeat(30); 21].join(","));
    let ended = StandIn::new().run(&[&documents]);
    let refused = "Documents: 2540 characters, of which 2500 are allowed: Own-";
    assert!(!ended.succeeded && ended.changed_nothing() && ended.said.contains(refused), "{}", ended.said);
}

#[test]
fn hosts_may_write_where_the_windows_of_a_wave_let_them_write() {
    let policy = json!({
        "windows": [
            {"name": "Linux", "task": {"output": {"s3Bucket": "all", "s3Prefix": "linux"}}},
            {"name": "Windows", "task": {}},
        ],
        "waves": [
            {"name": "pilot", "windows": {
                "Linux": {"task": {"output": {"s3Prefix": "pilot"}}},
                "Windows": null,
                "Own": {"task": {"output": {"s3Bucket": "own", "cloudWatchLogGroup": "/pilot"}}},
            }},
            {"name": "rest", "windows": null},
        ],
    });
    let stand_in = StandIn::new().answer("ssm get-parameter", policy.to_string());
    let ended = stand_in.run(&["--artifacts", stand_in.built().to_str().unwrap()]);
    assert!(ended.succeeded, "{}", ended.said);
    let of = |parameter| values(&ended, "patch-manager-dhmc-roles", parameter).pop().unwrap();
    assert_eq!(of("OutputObjectArns"), "arn:aws:s3:::all/linux/*,arn:aws:s3:::all/pilot/*,arn:aws:s3:::own/*");
    assert_eq!(of("OutputLogGroupArns"), "arn:aws:logs:*:*:log-group:/pilot,arn:aws:logs:*:*:log-group:/pilot:*");
}

#[test]
fn a_stack_that_takes_no_more_than_its_deletion_is_deleted() {
    for status in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"] {
        let ended = deployed("patch-manager", &[])
            .answer("cloudformation describe-stacks patch-manager Stacks[0].StackStatus", status)
            .answer("cloudformation describe-stacks patch-manager Stacks[0].StackId", "the-stack")
            .refuse("cloudformation list-stack-instances", "StackSetNotFoundException")
            .run(&["--delete", "keep"]);
        assert!(ended.succeeded && ended.of("update-stack").is_empty(), "{status}: {}", ended.said);
        let deletions = ended.of("delete-stack");
        assert!(deletions.len() == 1 && deletions[0].iter().any(|word| word == "the-stack"), "{status}: {deletions:?}");
    }
}

#[test]
fn a_role_that_the_setting_for_dhmc_names_is_not_deleted() {
    let reset = |setting: &str| {
        deployed(
            "patch-manager-dhmc-roles",
            &[("ResourcePrefix", "ours"), ("RolePath", "it/"), ("DhmcRoleName", "Hosts")],
        )
        .answer("cloudformation describe-stacks patch-manager-dhmc-roles Stacks[0].StackId", "the-roles")
        .refuse("cloudformation list-stack-instances", "StackSetNotFoundException")
        .answer("ssm get-service-setting", setting)
        .run(&["--delete", "reset"])
    };
    let ended = reset("it/Hosts");
    let line = "still has the role it/Hosts here, and maybe elsewhere, so the stack patch-manager-dhmc-roles stays";
    assert!(!ended.succeeded && ended.changed_nothing() && ended.said.contains(line), "{}", ended.said);
    let ended = reset("$None");
    assert!(ended.succeeded && ended.of("delete-stack").len() == 1, "{}", ended.said);
    assert!(ended.of("list-stack-instances").iter().any(|words| words.iter().any(|word| word == "ours-dhmc-roles")));
}

#[test]
fn a_check_deletes_nothing_and_neither_does_a_deployment_that_may_have_left_something() {
    let checked = deployed("patch-manager", &[])
        .answer("cloudformation describe-stacks patch-manager Stacks[0].StackStatus", "ROLLBACK_COMPLETE")
        .answer("stepfunctions validate-state-machine-definition", "OK")
        .run(&["--validate"]);
    assert!(
        checked.succeeded && checked.said.contains("not checked: the stack patch-manager was rolled back"),
        "{}",
        checked.said
    );
    let deletes_the =
        |ended: &Ended, stack| ended.of("delete-stack").iter().any(|words| words.iter().any(|word| word == stack));
    assert!(!deletes_the(&checked, "patch-manager"), "{:?}", checked.asked);
    for status in ["ROLLBACK_FAILED", "DELETE_FAILED"] {
        let stand_in = deployed("patch-manager", &[("ResourcePrefix", "ours")])
            .answer("cloudformation describe-stacks patch-manager Stacks[0].StackStatus", status);
        let ended = stand_in.run(&["--artifacts", stand_in.built().to_str().unwrap()]);
        let line = format!(
            "stack patch-manager is {status} and takes no more than its deletion: --delete keep, then deploy again"
        );
        assert!(
            !ended.succeeded && ended.said.contains(&line) && !deletes_the(&ended, "patch-manager"),
            "{}",
            ended.said
        );
    }
}
