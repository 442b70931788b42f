//! What creating and updating the stack does.

use local_aws::LocalAws;

use crate::lifecycle::held;

pub(crate) async fn creating_the_stack_waits_until_everything_is_set_up(aws: &LocalAws) {
    // Looked at first: nothing but the stack's own waiting has taken any time.
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
    let run = held::stacks_run(aws, "stack-create").await;
    assert_eq!(run.status, "SUCCEEDED", "{:?}", run.cause);
    let bucket = &aws.deployment().unwrap().data_bucket;
    assert_eq!(held::output(aws, "RolloutReport").await, format!("s3://{bucket}/runs/{}/report.html", run.run));
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["America/New_York".to_owned()].into());
    assert_eq!(held::operations(aws).await, ["Scan".to_owned()].into());
}

pub(crate) async fn another_time_zone_reaches_every_window(aws: &mut LocalAws) {
    aws.update(&[("Timezone", "Europe/Berlin")]).await.unwrap();
    assert_eq!(held::values(aws, "ScheduleTimezone").await, ["Europe/Berlin".to_owned()].into());
    let run = held::stacks_run(aws, "stack-update").await;
    let windows = run.summary().unwrap().totals.windows;
    assert_eq!((windows.created, windows.updated), (0, held::windows(aws).await.len()));
}

pub(crate) async fn install_reaches_every_task(aws: &mut LocalAws) {
    aws.update(&[("PatchOperation", "Install")]).await.unwrap();
    assert_eq!(held::operations(aws).await, ["Install".to_owned()].into());
}

/// The scheduled rollout saves itself these calls; a stack update looks in every Region that an account has enabled.
pub(crate) async fn a_region_that_leaves_the_scope_is_emptied(aws: &mut LocalAws) {
    let before = aws.organization.regions.join(",");
    let kept = aws.organization.regions[0].clone();
    aws.update(&[("Regions", &kept)]).await.unwrap();
    for regions in held::regions_with_windows(aws).await {
        assert_eq!(regions, [kept.clone()].into());
    }
    aws.update(&[("Regions", &before)]).await.unwrap();
    assert_eq!(held::regions_with_windows(aws).await, held::regions_in_scope(aws));
}
