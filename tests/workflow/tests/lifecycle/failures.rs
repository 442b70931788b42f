//! What makes the stack fail, and what it says then.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::types::StackStatus;
use aws_sdk_sfn::types::ExecutionStatus;
use local_aws::{Clients, LocalAws};
use ssm_simulator::{Admin, ConfigChange};

use crate::lifecycle::held;

const POLL: Duration = Duration::from_millis(50);
/// The parameter lets it pass.
const NO_TIMEZONE: &str = "Mars/Olympus";

pub(crate) async fn an_invalid_policy_fails_the_update_and_is_taken_back(aws: &mut LocalAws) {
    let before = held::windows(aws).await.len();
    let error = aws.update(&[("Timezone", NO_TIMEZONE)]).await.unwrap_err().to_string();
    assert!(error.contains("UPDATE_ROLLBACK_COMPLETE"), "{error}");
    assert!(error.contains("$.windows[0].timezone") && error.contains(NO_TIMEZONE), "{error}");
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["Europe/Berlin".to_owned()].into());
    assert_eq!(held::windows(aws).await.len(), before);
}

pub(crate) async fn an_invalid_policy_fails_the_creation_with_every_problem(aws: &LocalAws) {
    let overrides = [("ResourcePrefix", "second"), ("Timezone", NO_TIMEZONE), ("LinuxSchedule", "cron(0 0 * * THU)")];
    let error = aws.deploy_beside("second", &overrides).await.unwrap_err().to_string();
    assert!(error.contains("ROLLBACK_COMPLETE"), "the rollback finishes: {error}");
    for path in ["$.windows[2].schedule", "$.windows[0].timezone", "$.windows[1].timezone", "$.windows[2].timezone"] {
        assert!(error.contains(path), "{path} is not in {error}");
    }
}

/// No account lets in a function of another name than the roles trust. What the failure names is still there when the stack is not.
pub(crate) async fn a_creation_in_which_too_many_accounts_fail_keeps_its_report(aws: &LocalAws) {
    let overrides = [("ResourcePrefix", "third"), ("NewAccountGraceMinutes", "0")];
    let error = aws.deploy_beside("third", &overrides).await.unwrap_err().to_string();
    assert!(error.contains(" ROLLBACK_COMPLETE") && error.contains("AccessDenied"), "{error}");
    let (_, report) = error.split_once("report: s3://").unwrap_or_else(|| panic!("{error}"));
    let (bucket, key) = report.split_whitespace().next().unwrap().split_once('/').unwrap();
    let report = aws.clients.s3().get_object().bucket(bucket).key(key).send().await.unwrap();
    assert!(report.content_length().is_some_and(|length| length > 0));
}

pub(crate) async fn an_aborted_execution_fails_the_stack_at_once(aws: &mut LocalAws) {
    slow_down(&aws.simulator, 1500).await;
    let (clients, machine) = (aws.clients.clone(), aws.deployment().unwrap().state_machine.clone());
    let aborting = tokio::spawn(async move { abort_what_runs(&clients, &machine).await });
    let error = aws.update(&[("Timezone", "Europe/Paris")]).await.unwrap_err().to_string();
    assert!(error.contains("aborted"), "{error}");
    let waited = aborting.await.unwrap();
    assert!(waited < Duration::from_secs(10), "the stack went on waiting for {waited:?}");
    aws.update(&[("Timezone", "Europe/Rome")]).await.unwrap();
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["Europe/Rome".to_owned()].into());
}

pub(crate) async fn slow_down(simulator: &Admin, latency_ms: u64) {
    let change = ConfigChange { latency_ms: Some(latency_ms), ..ConfigChange::default() };
    simulator.configure(&change).await.unwrap();
}

/// Waits for the stack's execution and aborts it; answers how long the stack waited after that.
async fn abort_what_runs(clients: &Clients, machine: &str) -> Duration {
    let sfn = clients.sfn();
    let execution = loop {
        let running = sfn.list_executions().state_machine_arn(machine).status_filter(ExecutionStatus::Running).send();
        let executions = running.await.unwrap().executions;
        if let Some(execution) = executions.into_iter().find(|one| one.name.starts_with("stack-update-")) {
            break execution.execution_arn;
        }
        tokio::time::sleep(POLL).await;
    };
    sfn.stop_execution().execution_arn(execution).cause("by hand").send().await.unwrap();
    let since = Instant::now();
    slow_down(&Admin::new(&clients.ssm_endpoint), 0).await;
    loop {
        let described = clients.cloudformation().describe_stacks().stack_name("patch-manager").send().await.unwrap();
        if described.stacks()[0].stack_status() != Some(&StackStatus::UpdateInProgress) {
            return since.elapsed();
        }
        tokio::time::sleep(POLL).await;
    }
}
