//! Plan, apply, look; again while another run seems to be at work on the same windows.

use lambda::{CallError, Cause};
use patching::observed::Observed;
use patching::outcome::Progress;
use patching::plan::plan;
use patching::settings::Desired;
use policy::input::Action;

use super::apply::{Applied, apply, is_worth_a_look};
use super::look::look;
use super::observe::{LISTING, observe_in};
use super::site::{Round, Site};

/// How often a run looks again while another one seems to be at work on the same windows.
const FURTHER_ROUNDS: u32 = 3;

/// Makes `observed` what is `desired`, so that two runs at once leave nothing twice; where `action` changes nothing, only says what that
/// would do. `progress` gets what was done, also before an error.
pub async fn carry_out(
    site: &Site<'_>,
    action: Action,
    desired: &Desired,
    mut observed: Observed,
    progress: &mut Progress,
) -> Result<(), CallError> {
    let mut round = Round::new(site, 0, progress);
    loop {
        let plan = plan(desired, &observed);
        if round.number == 0 {
            progress.warnings.clone_from(&plan.warnings);
        }
        if !action.changes() {
            progress.windows = plan.predicted();
            return Ok(());
        }
        let Applied { mut windows, failed, disturbed } = apply(&round, &plan).await;
        if let Some(error) = failed {
            progress.follow(windows);
            return Err(error);
        }
        let looked =
            if is_worth_a_look(&windows) { look(site, &plan, &observed, &mut windows).await } else { Ok(false) };
        progress.follow(windows);
        let another_run =
            || CallError::new(Cause::ChangedMeanwhile, LISTING, "another run is at work on the same windows");
        let Some(contested) = disturbed.or(looked?.then(another_run)) else { return Ok(()) };
        round = Round::new(site, round.number + 1, progress);
        if round.number > FURTHER_ROUNDS {
            return Err(contested);
        }
        site.wait(round.number).await;
        observed = observe_in(&round).await?;
    }
}
