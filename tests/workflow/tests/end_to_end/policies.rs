//! Policies that people bring: refused with the reason, or done as they say.

use local_aws::{LocalAws, RunResult};
use patching::outcome::Status;
use serde_json::{Value, from_str, json};

use crate::end_to_end::inputs::{is_refused, policy, put_policy};

/// The name of a run, what its policy has changed, and what a refusal has to say.
type Brought = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const REFUSED: [Brought; 5] = [
    (
        "patch-tuesdays",
        &[("/windows/0/schedule", "patch-tuesday(21, 02:00)"), ("/windows/1/schedule", "patch-tuesday(9, 25:00)")],
        &["$.windows[0].schedule", "0 to 20 days", "$.windows[1].schedule", "00:00 to 23:59"],
    ),
    (
        "never-opens",
        &[("/windows/0/schedule", "cron(0 0 30 2 ? *)"), ("/windows/1/schedule", "cron(0 2 ? * THU 2025)")],
        &["$.windows[0].schedule", "$.windows[1].schedule", "a schedule that comes round after"],
    ),
    ("any-value", &[("/windows/0/target/values/0", "*")], &["$.windows[0].target.values[0]", "tag-key"]),
    (
        "with-hooks",
        &[("/windows/1/task/document", "AWS-RunPatchBaselineWithHooks")],
        &["$.windows[1].task.document", "the stack's parameter Documents"],
    ),
    (
        "other-names",
        &[("/taskRole", "mine"), ("/dhmc/role", "Mine"), ("/ownerTag/value", "me")],
        &["$.taskRole", "TaskRoleName", "$.dhmc.role", "DhmcRoleName", "$.ownerTag.value", "OwnerTagValue"],
    ),
];

pub(crate) async fn policies_that_people_bring_are_done_or_refused_with_the_reason(
    aws: &mut LocalAws,
) -> Vec<RunResult> {
    let given = policy(aws).await;
    let before = aws.simulator.state().await.unwrap();
    let mut runs = Vec::new();
    for (name, changes, said) in REFUSED {
        let run = run_with(aws, &given, name, &json!({}), changes).await;
        is_refused(&run, "InvalidPolicy", said);
        runs.push(run);
    }
    runs.push(what_is_odd_about_schedules_is_a_warning(aws, &given).await);
    assert_eq!(aws.simulator.state().await.unwrap(), before);
    a_key_that_is_there_twice_fails_the_update(aws, &given).await;
    runs.extend(a_document_by_its_arn_is_that_of_each_region(aws, &given).await);
    runs
}

async fn what_is_odd_about_schedules_is_a_warning(aws: &LocalAws, given: &str) -> RunResult {
    let changes = [
        ("/windows/0/schedule", "at(2026-01-01T00:00:00)"),
        ("/windows/1/schedule", "patch-tuesday(2, 02:00)"),
        ("/windows/1/task/parameters/Operation/0", "Install"),
    ];
    let run = run_with(aws, given, "passed", &json!({"action": "plan"}), &changes).await;
    let warnings = run.summary().unwrap().run_warnings;
    let names: Vec<_> = warnings.iter().map(|warning| warning.name.as_str()).collect();
    assert_eq!(names, ["InstallsBeforeApproval", "NeverOpens"]);
    run
}

/// The state machine reads the last of the two, as JSON readers do: the stack does not get as far.
async fn a_key_that_is_there_twice_fails_the_update(aws: &mut LocalAws, given: &str) {
    let compact = from_str::<Value>(given).unwrap().to_string();
    let doubled = compact.replacen("\"scope\":", "\"taskRole\":\"mine\",\"scope\":", 1);
    assert_ne!(doubled, compact);
    let refused = aws.update(&[("PatchPolicy", &doubled)]).await.unwrap_err().to_string();
    assert!(refused.contains("$.taskRole") && refused.contains("UPDATE_ROLLBACK_COMPLETE"), "{refused}");
    assert_eq!(policy(aws).await, given);
    // CloudFormation has gone back to the former properties, with a run of its own.
    aws.follow("stack-update", |_| {}).await.unwrap();
}

async fn a_document_by_its_arn_is_that_of_each_region(aws: &LocalAws, given: &str) -> [RunResult; 2] {
    let changes =
        [("/windows/0/task/document", "arn:{partition}:ssm:{region}:111122223333:document/AWS-UpdateSSMAgent")];
    let set_up = run_with(aws, given, "by-arn", &json!({}), &changes).await;
    let mut seen = 0;
    for held in aws.simulator.state().await.unwrap().0 {
        let of_agent = held.windows.iter().filter(|window| window.window["Name"] == "sra_ssm_agent_update");
        for window in of_agent {
            let expected = format!("arn:aws:ssm:{}:111122223333:document/AWS-UpdateSSMAgent", held.region);
            assert_eq!(window.tasks[0]["TaskArn"], json!(expected));
            seen += 1;
        }
    }
    let summary = set_up.summary().unwrap();
    assert_eq!((seen, seen > 0), (summary.totals.regions.succeeded, true));
    let emptied = aws.run("by-arn-emptied", &json!({"action": "disable"})).await.unwrap();
    let failed =
        emptied.summary().unwrap().outcomes.into_iter().filter(|account| account.status == Status::Failed).count();
    assert_eq!(failed, summary.totals.accounts.failed, "only what could not be entered");
    [set_up, emptied]
}

async fn run_with(aws: &LocalAws, given: &str, name: &str, input: &Value, changes: &[(&str, &str)]) -> RunResult {
    let mut brought: Value = from_str(given).unwrap();
    for (place, value) in changes {
        *brought.pointer_mut(place).unwrap() = json!(value);
    }
    put_policy(aws, &brought.to_string()).await;
    let run = aws.run(name, input).await.unwrap();
    put_policy(aws, given).await;
    run
}
