//! What is looked at before anything is built or created.

use crate::script::stand_in::StandIn;

#[test]
fn what_is_to_be_done_first_is_said_all_at_once_and_nothing_is_created() {
    let ended = StandIn::new()
        .answer("cloudformation describe-organizations-access", "DISABLED")
        .answer("lambda get-account-settings", "10")
        .refuse("s3api head-bucket", "An error occurred (403) when calling the HeadBucket operation: Forbidden")
        .answer("iam list-roles", "Admin\npatch-manager-report\npatch-manager-task")
        .answer("cloudformation describe-stack-resources patch-manager-report", "somebodys-stack")
        .refuse("cloudformation describe-stack-resources patch-manager-task", "does not exist")
        .run(&[]);
    assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
    for said in [
        "to do: StackSets may not put roles into the organization's accounts: aws cloudformation activate-organizations-access",
        "to do: AccountConcurrency=50 times RegionConcurrency=5 is more than the 10 functions that may run at once in eu-west-1",
        "to do: bucket patch-manager-artifacts-111122223333-eu-west-1-an belongs to another account, or may not be used by you",
        "to do: the role patch-manager-report is there already, of somebodys-stack",
        "to do: the role patch-manager-task is there already, of no stack",
        "nothing was created: 5 of the above",
    ] {
        assert!(ended.said.contains(said), "no {said:?} in {}", ended.said);
    }
}

#[test]
fn a_region_that_accounts_have_to_turn_on_is_noted() {
    let opt_in = || StandIn::new().answer("account get-region-opt-status", "ENABLED");
    let note = "note: eu-west-1 is off in an account until it is turned on there";
    let said = opt_in().run_to_the_functions(&[]);
    assert!(said.contains(note), "{said}");
    let said = opt_in().run_to_the_functions(&["ManageMemberRoles=false"]);
    assert!(!said.contains(note), "{said}");
}

#[test]
fn smaller_numbers_fit_a_smaller_quota() {
    let stand_in = StandIn::new().answer("lambda get-account-settings", "10");
    let said = stand_in.run_to_the_functions(&["AccountConcurrency=2", "RegionConcurrency=4"]);
    assert!(said.contains("well: 8 of 10 concurrent functions"), "{said}");
}

#[test]
fn a_bucket_in_another_region_is_said_before_anything_is_built() {
    let stand_in = StandIn::new().answer("s3api head-bucket", "").answer("s3api get-bucket-location", "None");
    let ended = stand_in.run(&["--bucket", "mine"]);
    assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
    assert!(ended.said.contains("to do: bucket mine is in us-east-1;"), "{}", ended.said);
}

#[test]
fn what_may_not_be_looked_at_is_said_and_keeps_nothing_from_being_deployed() {
    let denied = "An error occurred (AccessDenied): no";
    let stand_in = [
        "cloudformation describe-organizations-access",
        "account get-region-opt-status",
        "lambda get-account-settings",
        "cloudtrail describe-trails",
        "iam list-roles",
        "organizations list-policies",
    ]
    .into_iter()
    .fold(StandIn::new(), |stand_in, words| stand_in.refuse(words, denied));
    let said = stand_in.run_to_the_functions(&[]);
    for what in [
        "organizations access of StackSets",
        "whether each account has eu-west-1",
        "quota of concurrent functions",
        "a trail in us-east-1",
        "a trail in eu-west-1",
        "names of roles",
        "service control policies",
    ] {
        let line = format!("not checked: {what}: {denied}");
        assert!(said.contains(&line), "no {line:?} in {said}");
    }
}

#[test]
fn a_trail_that_does_not_log_and_one_of_another_region_are_no_trail() {
    let trails = "arn:aws:cloudtrail:us-west-2:111122223333:trail/far\tFalse\tus-west-2";
    for stand_in in [
        StandIn::new().answer("cloudtrail describe-trails", trails),
        StandIn::new().answer("cloudtrail get-trail-status", "False"),
    ] {
        let said = stand_in.run_to_the_functions(&[]);
        for region in ["us-east-1", "eu-west-1"] {
            let line = format!("note: no trail is known to log in {region}: ");
            assert!(said.contains(&line), "no {line:?} in {said}");
        }
    }
}

#[test]
fn a_policy_that_denies_regions_is_named_unless_regions_are() {
    let denying = r#"{"Condition": {"StringNotEquals": {"aws:RequestedRegion": []}}}"#;
    let said = |arguments: &[&str]| {
        let stand_in = StandIn::new()
            .answer("organizations list-policies", "p-1\tFull access\np-2\tRegion deny")
            .answer("organizations describe-policy p-1", r#"{"Statement": []}"#)
            .answer("organizations describe-policy p-2", denying);
        stand_in.run_to_the_functions(arguments)
    };
    let note = "note: service control policy Region deny looks at Regions";
    let without = said(&[]);
    assert!(without.contains(note) && !without.contains("Full access looks"), "{without}");
    for named in ["Regions=eu-west-1", "ControlTowerRegionsOnly=true"] {
        assert!(!said(&[named]).contains(note), "{named}");
    }
}

#[test]
fn what_is_there_already_may_be_updated_whatever_the_quota_is() {
    let stand_in = StandIn::new()
        .answer("lambda get-account-settings", "10")
        .answer("cloudformation describe-stacks patch-manager", "UPDATE_COMPLETE")
        .answer("cloudformation describe-stacks patch-manager Stacks[0].Parameters", "[]");
    let said = stand_in.run_to_the_functions(&["DisablePatchManager=true"]);
    assert!(
        said.contains("note: AccountConcurrency=50 times RegionConcurrency=5 is more than the 10 functions"),
        "{said}"
    );
}

#[test]
fn numbers_that_are_not_whole_are_not_multiplied() {
    let said = StandIn::new().run_to_the_functions(&["AccountConcurrency=50.0"]);
    let line = "not checked: quota of concurrent functions: AccountConcurrency=50.0 and RegionConcurrency=5 are no whole numbers";
    assert!(said.contains(line), "{said}");
    let said = StandIn::new().run_to_the_functions(&["AccountConcurrency=010"]);
    assert!(said.contains("well: 50 of 1000 concurrent functions"), "{said}");
}

#[test]
fn the_role_of_the_stack_for_events_is_ones_own_where_that_stack_is_there() {
    let there = || StandIn::new().answer("iam list-roles", "patch-manager-organization-events");
    let stacks = "cloudformation describe-stacks patch-manager-organization-events";
    let said = there().answer(stacks, "CREATE_COMPLETE").run_to_the_functions(&[]);
    assert!(said.contains("well: no role of these names is somebody else's"), "{said}");
    let ended = there().refuse("cloudformation describe-stack-resources", "does not exist").run(&[]);
    let line = "to do: the role patch-manager-organization-events is there already, of no stack";
    assert!(!ended.succeeded && ended.said.contains(line), "{}", ended.said);
}

const DHMC_STACK: &str = "cloudformation describe-stacks patch-manager-dhmc-roles Stacks[0].StackStatus";

#[test]
fn a_role_for_dhmc_with_another_path_is_to_be_named_otherwise_before_anything_is_built() {
    for status in ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "none"] {
        let mut stand_in = StandIn::new().answer("iam get-role", "/");
        if status != "none" {
            stand_in = stand_in.answer(DHMC_STACK, status);
        }
        let ended = stand_in.run(&[]);
        assert!(!ended.succeeded && ended.changed_nothing(), "{status}: {:?}", ended.asked);
        let line = "to do: the role AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom is there with the path /, and not \
                    /service-role/: give another DhmcRoleName\n";
        assert!(ended.said.contains(line), "{status}: {}", ended.said);
    }
    let stand_in = StandIn::new().answer("iam get-role", "/").answer(DHMC_STACK, "CREATE_COMPLETE");
    stand_in.run_to_the_functions(&[]); // it is the stack's own
}

#[test]
fn a_role_for_dhmc_that_may_not_be_looked_at_is_named() {
    let said = StandIn::new().refuse("iam get-role", "AccessDenied: no").run_to_the_functions(&[]);
    assert!(
        said.contains("not checked: role AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom: AccessDenied"),
        "{said}"
    );
}

#[test]
fn a_role_for_dhmc_that_serves_is_not_created_after_a_creation_that_failed() {
    // The check, the parameters twice, the change set, the deletion; then it is created.
    let statuses = [["ROLLBACK_COMPLETE"; 5].as_slice(), &["CREATE_COMPLETE"]].concat();
    let stand_in = StandIn::new()
        .answer("iam get-role", "/service-role/")
        .answer(DHMC_STACK, statuses)
        .answer("cloudformation describe-stacks patch-manager-dhmc-roles Stacks[0].StackId", "failed");
    let ended = stand_in.run(&["--artifacts", stand_in.built().to_str().unwrap()]);
    let line = "well: the role AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom is there, and serves";
    assert!(ended.succeeded && ended.said.contains(line), "{}", ended.said);
    let created = ended.of("create-change-set")[0];
    let has_role = r#"{"ParameterKey": "ManagementAccountHasRole", "ParameterValue": "true"}"#;
    assert!(created.iter().any(|word| word == "patch-manager-dhmc-roles"), "{created:?}");
    assert!(created.iter().any(|word| word.contains(has_role)), "{created:?}");
}
