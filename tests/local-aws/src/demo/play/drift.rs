//! What people do to windows by hand.

use aws_sdk_ssm::types::{
    DocumentHashType, MaintenanceWindowRunCommandParameters, MaintenanceWindowTaskInvocationParameters,
};
use ssm_simulator::WindowSnapshot;

use crate::error::{During, Error, Result};
use crate::local_aws::LocalAws;

const STEP: &str = "changing a window by hand";
/// A hash that no document has.
const STALE_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// In one account-Region another schedule and, in another window, a task whose document hash is out of date; in a second
/// account-Region a task that was removed. Answers how many windows were changed.
pub(super) async fn drift_by_hand(aws: &LocalAws) -> Result<usize> {
    let pairs: Vec<(&str, &str)> =
        aws.organization.ready_pairs().map(|(account, region)| (account.id.as_str(), region)).collect();
    let one = pairs[pairs.len() / 3];
    let other = pairs[pairs.len() * 2 / 3];
    another_schedule(aws, one, "sra_linux_maintenance").await?;
    stale_hash(aws, one, "sra_windows_maintenance").await?;
    removed_task(aws, other, "sra_ssm_agent_update").await?;
    Ok(3)
}

async fn another_schedule(aws: &LocalAws, place: (&str, &str), name: &str) -> Result<()> {
    let window = window(aws, place, name).await?;
    aws.clients
        .ssm_for(place.0, place.1)
        .update_maintenance_window()
        .window_id(window.id)
        .schedule("rate(3 days)")
        .send()
        .await
        .during(STEP)?;
    Ok(())
}

async fn stale_hash(aws: &LocalAws, place: (&str, &str), name: &str) -> Result<()> {
    let window = window(aws, place, name).await?;
    let client = aws.clients.ssm_for(place.0, place.1);
    let task = client.get_maintenance_window_task().window_id(&window.id).window_task_id(task_of(&window)).send().await;
    let command = task.during(STEP)?.task_invocation_parameters.and_then(|parameters| parameters.run_command);
    let stale = MaintenanceWindowRunCommandParameters::builder()
        .set_parameters(command.as_ref().and_then(|command| command.parameters.clone()))
        .set_timeout_seconds(command.as_ref().and_then(|command| command.timeout_seconds))
        .set_service_role_arn(command.as_ref().and_then(|command| command.service_role_arn.clone()))
        .set_comment(command.as_ref().and_then(|command| command.comment.clone()))
        .document_hash(STALE_HASH)
        .document_hash_type(DocumentHashType::Sha256)
        .build();
    client
        .update_maintenance_window_task()
        .window_id(&window.id)
        .window_task_id(task_of(&window))
        .task_invocation_parameters(MaintenanceWindowTaskInvocationParameters::builder().run_command(stale).build())
        .send()
        .await
        .during(STEP)?;
    Ok(())
}

async fn removed_task(aws: &LocalAws, place: (&str, &str), name: &str) -> Result<()> {
    let window = window(aws, place, name).await?;
    aws.clients
        .ssm_for(place.0, place.1)
        .deregister_task_from_maintenance_window()
        .window_id(&window.id)
        .window_task_id(task_of(&window))
        .send()
        .await
        .during(STEP)?;
    Ok(())
}

async fn window(aws: &LocalAws, (account, region): (&str, &str), name: &str) -> Result<WindowSnapshot> {
    let snapshot = aws.simulator.state().await.during(STEP)?;
    snapshot
        .get(account, region)
        .and_then(|held| held.window(name))
        .cloned()
        .ok_or_else(|| Error::Unexpected { step: STEP, problem: format!("{account} {region} has no window {name}") })
}

fn task_of(window: &WindowSnapshot) -> &str {
    window.tasks.first().and_then(|task| task["WindowTaskId"].as_str()).unwrap_or_default()
}
