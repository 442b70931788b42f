//! A week of the made-up hosts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ssm_simulator::Play;

use super::prepare::UPDATE;
use crate::error::{During, Result};
use crate::fleets::{self, Kind};
use crate::local_aws::LocalAws;

const STEP: &str = "playing a week";
/// A day more than a week, so that each window has opened and its hosts have been looked at since.
const WEEK: SignedDuration = SignedDuration::from_hours(8 * 24);

/// Puts hosts into the account-Regions that are set up, and lets the last week pass there: windows open, and install. Answers what each
/// host is made to be.
pub(super) async fn play(aws: &mut LocalAws) -> Result<BTreeMap<String, Kind>> {
    if aws.deployment()?.parameter("PatchOperation") != Some("Install") {
        aws.update(&[("PatchOperation", "Install")]).await?;
        aws.follow(UPDATE, |_| {}).await?;
    }
    let pairs = aws.organization.ready_pairs();
    let places: Vec<_> = pairs.map(|(account, region)| (account.id.clone(), region.to_owned())).collect();
    let now = Timestamp::now();
    let made = fleets::make(aws.options.seed, aws.options.hosts, &places, now);
    aws.simulator.put_hosts(&made.fleets).await.during(STEP)?;
    aws.simulator.play(&Play { from: Some(now - WEEK), until: now, account: None, region: None }).await.during(STEP)?;
    Ok(made.kinds)
}
