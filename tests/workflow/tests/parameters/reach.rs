//! A parameter that is changed changes just what it is for.

use std::collections::{BTreeMap, BTreeSet};

use policy::PatchPolicy;
use serde_json::{Map, Value, json};
use workflow::rendering::Rendering;
use workflow::template;

/// Where a value of a parameter is to be found, and what is there then.
struct Reach {
    value: &'static str,
    /// A pointer into [`places`].
    place: String,
    found: Value,
}

fn reach(value: &'static str, place: impl Into<String>, found: impl Into<Value>) -> Reach {
    Reach { value, place: place.into(), found: found.into() }
}

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const WHOLE: &str = r#"{"windows": [], "dhmc": {"enabled": false}, "ownerTag": {"key": "a", "value": "b"}}"#;

#[test]
fn each_parameter_reaches_what_it_is_for() {
    let templates = [template::load("main.yaml"), template::control_plane(), template::inspection()];
    let before = places(&templates, &[]);
    for (name, reach) in all() {
        let after = places(&templates, &[(&name, reach.value)]);
        // What is not there is null, as it is in a policy.
        let [old, new] = [&before, &after].map(|places| places.pointer(&reach.place).unwrap_or(&Value::Null));
        assert_eq!(new, &reach.found, "{name} at {}", reach.place);
        assert_ne!(old, new, "{name} at {} is its default", reach.place);
    }
}

#[test]
fn no_parameter_is_left_out() {
    let mut reached: BTreeSet<String> = all().into_keys().collect();
    reached.insert("PatchPolicyContinued".to_owned()); // below, as it goes only with the beginning
    let template = template::load("main.yaml");
    let there: BTreeSet<String> = template["Parameters"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(reached, there);
}

#[test]
fn the_policy_stays_valid_with_each_value() {
    let template = template::load("main.yaml");
    for (name, reach) in all() {
        let policy = Rendering::new(&template, &[(&name, reach.value)]).policy();
        PatchPolicy::parse(&policy).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    }
}

#[test]
fn a_policy_in_two_parts_is_put_together() {
    let (beginning, rest) = WHOLE.split_at(20);
    let templates = [template::load("main.yaml"), template::control_plane(), template::inspection()];
    let places = places(&templates, &[("PatchPolicy", beginning), ("PatchPolicyContinued", rest)]);
    assert_eq!(places["resources"]["PolicyParameter"]["Properties"]["Value"], WHOLE);
}

/// What is made of `main.yaml`'s parameters: the policy, its own resources, and those of the two that work.
fn places([main, control_plane, inspection]: &[Value; 3], values: &[(&str, &str)]) -> Value {
    let main = Rendering::new(main, values);
    let of = |stack: &str, template: &Value| {
        let given = main.nested(stack);
        let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Rendering::new(template, &given).resources().as_object().unwrap().clone()
    };
    let resources: Map<_, _> =
        of("ControlPlane", control_plane).into_iter().chain(of("Inspection", inspection)).collect();
    json!({ "policy": main.policy(), "main": main.resources(), "resources": resources })
}

fn all() -> BTreeMap<String, Reach> {
    let mut all = shared();
    for (name, reach) in [
        ("NotifyBelowPercent", reach("7", resource("ReportFunction/Environment/Variables/NOTIFY_BELOW_PERCENT"), "7")),
        ("InspectHosts", reach("false", resource("InspectionSchedule/State"), "DISABLED")),
        ("InspectHour", reach("7", resource("InspectionSchedule/ScheduleExpression"), "cron(0 7 * * ? *)")),
    ] {
        all.insert(name.to_owned(), reach);
    }
    for (index, window) in ["Agent", "Windows", "Linux"].into_iter().enumerate() {
        all.extend(of_window(window, index));
    }
    all
}

fn resource(path: &str) -> String {
    let (id, property) = path.split_once('/').unwrap();
    format!("/resources/{id}/Properties/{property}")
}

fn shared() -> BTreeMap<String, Reach> {
    let variable = |function: &str, name: &str| resource(&format!("{function}Function/Environment/Variables/{name}"));
    let policy = |path: &str| format!("/policy/{path}");
    let main = |path: &str| resource(path).replacen("/resources/", "/main/", 1);
    [
        ("ArtifactsBucket", reach("other", resource("ReportFunction/Code/S3Bucket"), "other")),
        ("ArtifactsPrefix", reach("v2/", resource("ReportFunction/Code/S3Key"), "v2/report.zip")),
        ("Architecture", reach("x86_64", resource("ReportFunction/Architectures/0"), "x86_64")),
        ("ResourcePrefix", reach("other", resource("ReportFunction/FunctionName"), "other-report")),
        ("RolePath", reach("a/b/", policy("dhmc/role"), "a/b/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom")),
        (
            "PermissionsBoundary",
            reach(
                "a/bound",
                resource("EventsRole/PermissionsBoundary"),
                "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/a/bound",
            ),
        ),
        ("MemberRoleName", reach("other", main("MemberRoles/Parameters/MemberRoleName"), "other")),
        ("ManageMemberRoles", reach("false", variable("AssumeRole", "MEMBER_ROLE_NAME"), "patch-manager-configuration")),
        (
            "RootOrganizationalUnitId",
            reach("r-ab12", main("OrganizationStackSets/Parameters/RootOrganizationalUnitId"), "r-ab12"),
        ),
        (
            "TemplatesUrl",
            reach("https://a/b/", main("ControlPlane/TemplateURL"), "https://a/b/control-plane.yaml"),
        ),
        (
            "OrganizationId",
            reach(
                "o-a1b2c3d4e5",
                resource("TeardownRole/Policies/0/PolicyDocument/Statement/0/Condition"),
                json!({ "StringEquals": { "aws:ResourceOrgID": "o-a1b2c3d4e5" } }),
            ),
        ),
        ("RequireTls", reach("false", "/resources/DataBucketPolicy", Value::Null)),
        (
            "AccountConcurrency",
            reach("7", resource("RolloutStateMachine/DefinitionSubstitutions/AccountConcurrency"), "7"),
        ),
        (
            "RegionConcurrency",
            reach("7", resource("RolloutStateMachine/DefinitionSubstitutions/RegionConcurrency"), "7"),
        ),
        ("NewAccountGraceMinutes", reach("7", variable("AssumeRole", "NEW_ACCOUNT_GRACE_MINUTES"), "7")),
        ("HistoryDays", reach("7", resource("DataBucket/LifecycleConfiguration/Rules/0/ExpirationInDays"), "7")),
        ("LogLevel", reach("debug", variable("Report", "LOG_LEVEL"), "debug")),
        ("LogRetentionDays", reach("7", resource("ReportLogGroup/RetentionInDays"), "7")),
        ("KmsKeyArn", reach(KEY, resource("ReportLogGroup/KmsKeyId"), KEY)),
        ("DisablePatchManager", reach("true", policy("disabled"), true)),
        ("WaitForRollout", reach("false", resource("Rollout/WaitForRollout"), "false")),
        ("FailureTolerancePercent", reach("7", resource("Rollout/FailureTolerancePercent"), "7")),
        ("DefaultHostManagementOnDelete", reach("Reset", policy("dhmc/onDelete"), "reset")),
        ("ScheduleDays", reach("7", resource("RolloutSchedule/ScheduleExpression"), "rate(7 days)")),
        ("ScheduleHour", reach("7", resource("RolloutSchedule/ScheduleExpression"), "cron(0 7 1/1 * ? *)")),
        ("Notify", reach("Always", variable("Report", "NOTIFY"), "always")),
        ("AlarmEmail", reach("a@example.com", resource("NotificationSubscription/Endpoint"), "a@example.com")),
        ("PatchPolicy", reach(WHOLE, "/policy/windows", json!([]))),
        (
            "IncludedOrganizationalUnits",
            reach(
                "ou-ab12-12345678,ou-ab12-87654321",
                policy("scope/includedOrganizationalUnits"),
                json!(["ou-ab12-12345678", "ou-ab12-87654321"]),
            ),
        ),
        (
            "ExcludedOrganizationalUnits",
            reach(
                "ou-ab12-12345678,ou-ab12-87654321",
                policy("scope/excludedOrganizationalUnits"),
                json!(["ou-ab12-12345678", "ou-ab12-87654321"]),
            ),
        ),
        ("ExcludedAccounts", reach("111122223333", policy("scope/excludedAccounts"), json!(["111122223333"]))),
        ("Regions", reach("eu-west-1, us-east-1", policy("scope/regions"), json!(["eu-west-1", "us-east-1"]))),
        ("OnRegionDenied", reach("Fail", policy("onRegionDenied"), "fail")),
        ("ControlTowerRegionsOnly", reach("true", policy("scope/controlTowerRegionsOnly"), true)),
        ("DhmcEnabled", reach("false", policy("dhmc/enabled"), false)),
        ("DhmcOverwrite", reach("true", policy("dhmc/overwrite"), true)),
        ("DhmcRoleName", reach("Other", policy("dhmc/role"), "service-role/Other")),
        ("PatchOperation", reach("Install", policy("windows/2/task/parameters/Operation/0"), "Install")),
        ("RebootOption", reach("NoReboot", policy("windows/2/task/parameters/RebootOption/0"), "NoReboot")),
        ("Timezone", reach("UTC", policy("windows/0/timezone"), "UTC")),
        ("TaskRoleName", reach("other", policy("taskRole"), "other")),
        (
            "Documents",
            reach(
                "One,Two",
                variable("ListAccounts", "MEMBER_ROLES"),
                r#"{"taskRole": "patch-manager-task", "dhmcRole": "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom", "ownerTag": {"key": "createdBy", "value": "SRA_Patch_Management"}, "documents": ["One", "Two"]}"#,
            ),
        ),
        ("PinDocumentHash", reach("true", policy("pinDocumentHash"), true)),
        ("OwnerTagKey", reach("owner", policy("ownerTag/key"), "owner")),
        ("OwnerTagValue", reach("patching", policy("ownerTag/value"), "patching")),
    ]
    .into_iter()
    .map(|(name, reach)| (name.to_owned(), reach))
    .collect()
}

fn of_window(window: &str, index: usize) -> BTreeMap<String, Reach> {
    let place = |path: &str| format!("/policy/windows/{index}/{path}");
    let every = [
        ("WindowName", reach("other_name", place("name"), "other_name")),
        ("Enabled", reach("false", place("enabled"), false)),
        ("Schedule", reach("cron(0 2 ? * THU#3 *)", place("schedule"), "cron(0 2 ? * THU#3 *)")),
        ("DurationHours", reach("8", place("durationHours"), 8)),
        ("CutoffHours", reach("2", place("cutoffHours"), 2)),
        ("TargetValues", reach("a,b c", place("target/values"), json!(["a", "b c"]))),
    ];
    let patching = [
        ("Operation", reach("Install", place("task/parameters/Operation/0"), "Install")),
        ("RebootOption", reach("NoReboot", place("task/parameters/RebootOption/0"), "NoReboot")),
    ];
    let patching = patching.into_iter().filter(|_| window != "Agent");
    every.into_iter().chain(patching).map(|(name, reach)| (format!("{window}{name}"), reach)).collect()
}
