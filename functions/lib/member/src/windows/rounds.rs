//! Plan, apply, look; again while another run seems to be at work on the same windows.

use lambda::{CallError, Cause};
use patching::observed::Observed;
use patching::outcome::Progress;
use patching::plan::plan;
use patching::settings::Desired;

use super::apply::{Applied, apply, is_worth_a_look};
use super::look::look;
use super::observe::observe_again;
use super::site::{Site, created};
use super::write::Writer;

/// How often a run looks again while another one seems to be at work on the same windows.
const FURTHER_ROUNDS: u32 = 3;

/// Makes `observed` what is `desired`, so that two runs at once leave nothing twice. `progress` gets what was done, also
/// before an error.
pub async fn carry_out(
    site: &Site<'_>,
    desired: &Desired,
    mut observed: Observed,
    progress: &mut Progress,
) -> Result<(), CallError> {
    let mut round = 0;
    loop {
        let plan = plan(desired, &observed);
        if round == 0 {
            progress.warnings.clone_from(&plan.warnings);
        }
        let writer = Writer::new(site, round, created(progress));
        let Applied { mut windows, failed, disturbed } = apply(&writer, &plan).await;
        if let Some(error) = failed {
            progress.follow(windows);
            return Err(error);
        }
        let looked = if is_worth_a_look(&windows) {
            look(site, &plan, &observed, &mut windows).await.map(|afterwards| afterwards.is_contested(&windows))
        } else {
            Ok(false)
        };
        progress.follow(windows);
        let Some(contested) = disturbed.or(looked?.then(another_run)) else { return Ok(()) };
        round += 1;
        if round > FURTHER_ROUNDS {
            return Err(contested);
        }
        site.wait(round).await;
        observed = observe_again(site, &created(progress), round).await?;
    }
}

fn another_run() -> CallError {
    let problem = "another run is at work on the same windows";
    CallError::new(Cause::ChangedMeanwhile, "ssm:DescribeMaintenanceWindows", problem)
}
