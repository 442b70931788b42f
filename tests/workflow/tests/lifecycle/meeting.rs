//! Runs that meet in the same accounts.

use local_aws::LocalAws;
use serde_json::{Value, json};

use crate::lifecycle::failures::slow_down;
use crate::lifecycle::held;

/// Long enough for a run to be in the middle when the next one comes, in milliseconds a call.
const SLOW: u64 = 150;

pub(crate) async fn two_rollouts_at_once_leave_everything_once(aws: &LocalAws) {
    aws.run("empty-before-two", &json!({"action": "disable"})).await.unwrap();
    assert_eq!(held::windows(aws).await, []);
    let (all, everything) = (json!({}), json!({}));
    let (one, other) = tokio::join!(aws.run("one-of-two", &all), aws.run("other-of-two", &everything));
    for run in [one.unwrap(), other.unwrap()] {
        let summary = run.summary().unwrap();
        let failures: Vec<_> = summary.failures().map(|(_, _, failure)| failure).collect();
        assert_eq!(run.status, "SUCCEEDED", "{}: {failures:?}", run.run);
    }
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    for window in held::windows(aws).await {
        assert_eq!((window.targets.len(), window.tasks.len()), (1, 1), "{}", window.window);
    }
}

/// The update's own run is in the middle of writing another time zone; each window that it finds missing it would create.
pub(crate) async fn a_rollout_that_still_runs_does_not_undo_a_disable(aws: &mut LocalAws) {
    slow_down(&aws.simulator, SLOW).await;
    aws.update(&[("Timezone", "Asia/Tokyo"), ("WaitForRollout", "false")]).await.unwrap();
    let replaced = aws.newest("stack-update").await.unwrap().unwrap();
    aws.update(&[("DisablePatchManager", "true"), ("WaitForRollout", "true")]).await.unwrap();
    slow_down(&aws.simulator, 0).await;
    assert_eq!(held::windows(aws).await, []);
    let disabling = aws.newest("stack-update").await.unwrap().unwrap();
    let input: Value = serde_json::from_str(&described(aws, &disabling).await.input.unwrap()).unwrap();
    assert_eq!(input, json!({"action": "disable", "trigger": "stack-update", "replaces": [replaced]}));
    let stopped = described(aws, &replaced).await;
    assert_eq!((stopped.status.as_str(), stopped.error.as_deref()), ("ABORTED", Some("Replaced")));
}

async fn described(aws: &LocalAws, run: &str) -> aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput {
    let machine = &aws.deployment().unwrap().state_machine;
    let arn = format!("{}:{run}", machine.replacen(":stateMachine:", ":execution:", 1));
    aws.clients.sfn().describe_execution().execution_arn(arn).send().await.unwrap()
}
