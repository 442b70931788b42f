//! Looks at the hosts in one Region of one account, and says of each whether it is patched, and if not, why.
//!
//! In: [`Request`]. Out: [`Response`], which counts; what is said of each host is written to
//! `runs/<run>/hosts/<account>/<region>.json`. Errors: those of [`CallError`], and `InvalidInput`. A Region of which only a part could
//! be looked at is one of these: nothing is said of any host there.
//!
//! Needs `s3:PutObject` on `runs/*/hosts/`, and `sts:AssumeRole` on the inspection role, which changes nothing: it reads EC2's instances,
//! managed nodes, patch states, baselines, maintenance windows with what their openings did, and the DHMC setting.

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda::CallError;
use member::sessions::MemberSessions;
use patching::hosts::{HostTotals, judge};
use patching::place::Place;
use policy::PatchPolicy;
use policy::ids::{AccountId, Region, RunId};
use record::{ObjectKey, hosts, object};
use serde::{Deserialize, Serialize};

/// Where to look, and what hosts there are to be measured by.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The account to look into.
    pub account_id: AccountId,
    /// The Region to look into.
    pub region: Region,
    /// What is wanted there.
    pub policy: PatchPolicy,
}

/// What was found, in numbers.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Response {
    /// The hosts, counted.
    pub hosts: HostTotals,
    /// The object with what is said of each; none where there are no hosts.
    pub key: Option<String>,
}

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// Sessions with the inspection role.
    pub sessions: MemberSessions,
    /// In the home Region.
    pub s3: aws_sdk_s3::Client,
    /// The bucket of targets and reports.
    pub bucket: String,
}

/// Enters the account, looks, judges and writes down; `now` is when it looked.
pub async fn handle(context: &Context, request: Request, now: Timestamp) -> Result<Response, CallError> {
    let Request { run, account_id: account, region, policy } = request;
    let place = Place { run, account, region };
    let look = async |config: &SdkConfig| Box::pin(member::hosts::observe(config, &policy.owner_tag, now)).await;
    let Some(observation) = context.sessions.in_region(&place, look).await? else {
        return Ok(Response { hosts: HostTotals::default(), key: None });
    };
    let cell = judge(&policy, &observation, place.account.clone(), place.region.clone(), now);
    let object = ObjectKey { bucket: context.bucket.clone(), key: hosts::key(&place) };
    object::write_json(&context.s3, &object, &cell).await?;
    Ok(Response { hosts: cell.totals(), key: Some(object.key) })
}
