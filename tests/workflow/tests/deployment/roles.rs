//! What each role was used for, against what it allows.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::types::{MaintenanceWindowResourceType, MaintenanceWindowTaskType, Target};
use jiff::{SignedDuration, Timestamp};
use local_aws::{LocalAws, fleets};
use serde_json::{Value, json};
use ssm_simulator::Play;
use workflow::{functions, template};

/// Allowed though nothing here calls it by this name, with the reason.
const NOT_SEEN: [(&str, &str); 15] = [
    (
        "cloudformation:DescribeStacks",
        "the local CloudTrail has no names for calls of this protocol; the lifecycle test has a stack that goes back",
    ),
    ("ec2:DescribeRegions", "only where account:ListRegions is denied; the lifecycle test has one"),
    ("iam:GetRole", "the local IAM answers it, not the simulator; the lifecycle test has one that is denied"),
    ("iam:PassRole", "checked when a request names a role"),
    ("logs:CreateLogStream", "called by Lambda's runtime"),
    ("logs:PutLogEvents", "called by Lambda's runtime"),
    ("organizations:ListParents", "only where an account's own answer does not say where it is"),
    (
        "s3:ListBucket",
        "CloudTrail has the call's name, ListObjects, and not the action's; an inspection lists what was looked at",
    ),
    ("sns:Publish", "the local CloudTrail has no names for the calls of SNS"),
    ("ssm:AddTagsToResource", "checked when CreateMaintenanceWindow names tags"),
    ("states:ListMapRuns", "only when a rollout still runs; the lifecycle test has one"),
    ("states:StopExecution", "only when a rollout still runs; the lifecycle test has one"),
    (
        "sts:AssumeRole",
        "the local CloudTrail has no names for the calls of STS; the calls in member accounts follow it",
    ),
    ("xray:PutTelemetryRecords", "called by Lambda's runtime"),
    ("xray:PutTraceSegments", "called by Lambda's runtime"),
];

/// Goes through what a role is for: other scopes, repairs, a retry, a teardown.
pub(crate) async fn every_path_is_walked(aws: &mut LocalAws) {
    add_a_target_and_a_task_by_hand(aws).await;
    let root = aws.organization.root.clone();
    let parameter = "/sra/regions/customer-control-tower-regions";
    let region = aws.organization.regions[0].clone();
    aws.script
        .aws(&["ssm", "put-parameter", "--name", parameter, "--type", "String", "--value", &region])
        .await
        .unwrap();
    aws.update(&[
        ("IncludedOrganizationalUnits", &root),
        ("Regions", ""),
        ("ControlTowerRegionsOnly", "true"),
        ("LinuxSchedule", "cron(0 30 1 ? * SAT *)"),
        ("LinuxTargetValues", "Linux,Unix"),
        ("PatchOperation", "Install"),
        ("PinDocumentHash", "true"),
    ])
    .await
    .unwrap();
    let last = aws.follow("stack-update", |_| {}).await.unwrap();
    aws.run("retry", &json!({ "retryOf": last.run })).await.unwrap();
    let named = aws.organization.accounts[0].id.clone();
    aws.run("named", &json!({ "action": "plan", "accounts": [named] })).await.unwrap();
    hosts_are_looked_at(aws).await;
    a_run_that_cannot_be_reported_is_judged_by_the_ledger(aws).await;
    aws.update(&[("DisablePatchManager", "true")]).await.unwrap();
}

/// After a week in which much went wrong, down to what each host got.
async fn hosts_are_looked_at(aws: &LocalAws) {
    let pairs = aws.organization.ready_pairs();
    let places: Vec<_> = pairs.map(|(account, region)| (account.id.clone(), region.to_owned())).collect();
    let now = Timestamp::now();
    let made = fleets::make(1, 200, &places, now);
    aws.simulator.put_hosts(&made.fleets).await.unwrap();
    let from = Some(now - SignedDuration::from_hours(8 * 24));
    aws.simulator.play(&Play { from, until: now, account: None, region: None }).await.unwrap();
    let run = aws.run("looked", &json!({ "action": "inspect" })).await.unwrap();
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
}

/// The stack is updated: it is answered by what the run did, and nothing was wrong but the report.
async fn a_run_that_cannot_be_reported_is_judged_by_the_ledger(aws: &mut LocalAws) {
    let policy = ["--role-name", "patch-manager-report", "--policy-name", "work"];
    let before = aws.script.aws(&[&["iam", "get-role-policy"], &policy[..]].concat()).await.unwrap();
    let before: Value = serde_json::from_str(&before).unwrap();
    aws.script.aws(&[&["iam", "delete-role-policy"], &policy[..]].concat()).await.unwrap();
    aws.update(&[("LinuxSchedule", "cron(0 45 1 ? * SAT *)")]).await.unwrap();
    let run = aws.follow("stack-update", |_| {}).await.unwrap();
    assert_eq!((run.error.as_deref(), &run.report), (Some("RolloutNotReported"), &None), "{:?}", run.cause);
    let document = before["PolicyDocument"].to_string();
    let put = [&["iam", "put-role-policy"], &policy[..], &["--policy-document", &document]].concat();
    aws.script.aws(&put).await.unwrap();
}

async fn add_a_target_and_a_task_by_hand(aws: &LocalAws) {
    let account = &aws.organization.ready().nth(1).unwrap();
    let ssm = aws.clients.ssm_for(&account.id, &account.regions[0]);
    let window =
        ssm.describe_maintenance_windows().send().await.unwrap().window_identities()[0].window_id().unwrap().to_owned();
    let target = Target::builder().key("tag:a").values("b").build();
    let registered = ssm
        .register_target_with_maintenance_window()
        .window_id(&window)
        .resource_type(MaintenanceWindowResourceType::Instance)
        .targets(target)
        .send()
        .await
        .unwrap();
    let target = Target::builder().key("WindowTargetIds").values(registered.window_target_id().unwrap()).build();
    ssm.register_task_with_maintenance_window()
        .window_id(&window)
        .task_type(MaintenanceWindowTaskType::RunCommand)
        .task_arn("AWS-RunPatchBaseline")
        .targets(target)
        .max_concurrency("1")
        .max_errors("1")
        .send()
        .await
        .unwrap();
}

/// Of both together: what only one of them may, the other is refused. The session of this key was to be.
pub(crate) async fn the_member_roles_allow_what_was_called_and_nothing_else(aws: &LocalAws, refused: &str) {
    let resources = template::load("member-roles.yaml")["Resources"].clone();
    let roles = ["ConfigurationRole", "InspectionRole"];
    let mut allowed: BTreeSet<_> =
        roles.iter().flat_map(|role| template::actions(&resources[role]["Properties"])).collect();
    allowed.retain(|action| NOT_SEEN.iter().all(|(name, _)| name != action));
    let calls = aws.simulator.calls(0).await.unwrap();
    let called: BTreeSet<String> = calls
        .0
        .iter()
        .filter(|call| call.access_key.starts_with("ASIA") && &*call.access_key != refused)
        .filter(|call| call.operation != "GetParameter")
        .inspect(|call| assert!(!call.outcome.contains("AccessDenied"), "{call:?}"))
        .map(|call| match &*call.operation {
            "ListRegions" => "account:ListRegions".to_owned(),
            "DescribeInstances" => "ec2:DescribeInstances".to_owned(),
            operation => format!("ssm:{operation}"),
        })
        .collect();
    assert_eq!(allowed, called);
}

pub(crate) async fn the_functions_roles_allow_what_was_called_and_nothing_else(aws: &LocalAws) {
    let roles: BTreeMap<String, Value> = functions::names()
        .into_iter()
        .map(|name| (name.clone(), template::properties(&format!("{}Role", functions::pascal(&name)))))
        .collect();
    let known: BTreeSet<String> = roles.values().flat_map(template::actions).collect();
    for name in roles.keys() {
        let mut allowed = allowed(aws, &format!("patch-manager-{name}"), &known).await;
        assert!(!allowed.is_empty(), "{name}");
        allowed.retain(|action| NOT_SEEN.iter().all(|(name, _)| name != action));
        allowed.remove("account:ListRegions"); // answered by the simulator, which has no CloudTrail
        // What was called and is not allowed was refused, and a rollout would have failed.
        assert_eq!(allowed, called(aws, &format!("patch-manager-{name}"), &allowed).await, "{name}");
    }
}

/// What `SimulatePrincipalPolicy` lets the role do with any of the resources that its policy names.
async fn allowed(aws: &LocalAws, role: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let policy =
        aws.script.aws(&["iam", "get-role-policy", "--role-name", role, "--policy-name", "work"]).await.unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let statements = template::list(&policy["PolicyDocument"]["Statement"]);
    let resources: BTreeSet<String> = statements
        .iter()
        .flat_map(|statement| template::list(&statement["Resource"]))
        .map(|resource| resource.as_str().unwrap().to_owned())
        .collect();
    let arn = format!("arn:aws:iam::{}:role/{role}", aws.organization.accounts[0].id);
    let mut allowed = BTreeSet::new();
    // The local AWS looks at one resource a request.
    for resource in &resources {
        let mut arguments = vec!["iam", "simulate-principal-policy", "--policy-source-arn", &arn, "--action-names"];
        arguments.extend(known.iter().map(String::as_str));
        arguments.extend(["--resource-arns", resource]);
        let simulated: Value = serde_json::from_str(&aws.script.aws(&arguments).await.unwrap()).unwrap();
        let results = template::list(&simulated["EvaluationResults"]);
        assert_eq!(results.len(), known.len());
        let ones = results.iter().filter(|result| result["EvalDecision"] == "allowed");
        allowed.extend(ones.map(|result| result["EvalActionName"].as_str().unwrap().to_owned()));
    }
    allowed
}

/// Which of these actions the role's sessions called.
async fn called(aws: &LocalAws, role: &str, actions: &BTreeSet<String>) -> BTreeSet<String> {
    let newest = events(aws, role, None).await;
    let mut called = BTreeSet::new();
    for action in actions {
        let (service, operation) = action.split_once(':').unwrap();
        let is_one = |event: &Value| {
            event["EventName"] == operation
                && event["EventSource"].as_str().is_some_and(|source| source.starts_with(service))
        };
        // CloudTrail answers 50 events at most.
        if newest.iter().any(is_one) || events(aws, role, Some(operation)).await.iter().any(is_one) {
            called.insert(action.clone());
        }
    }
    called
}

async fn events(aws: &LocalAws, role: &str, operation: Option<&str>) -> Vec<Value> {
    let role = format!("AttributeKey=Username,AttributeValue={role}");
    let operation = operation.map(|name| format!("AttributeKey=EventName,AttributeValue={name}"));
    let mut lookup = vec!["cloudtrail", "lookup-events", "--lookup-attributes", &role];
    lookup.extend(operation.as_deref());
    let found: Value = serde_json::from_str(&aws.script.aws(&lookup).await.unwrap()).unwrap();
    template::list(&found["Events"])
}
