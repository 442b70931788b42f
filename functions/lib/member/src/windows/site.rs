//! Where windows are worked on, and how long it may take until AWS knows everywhere what was just created.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_ssm::Client;
use lambda::CallError;
use patching::outcome::{Progress, WindowStatus};
use patching::place::Place;
use policy::OwnerTag;
use tokio::time::sleep;

/// How often a call about something that was just created is tried again, each time after twice as long a pause.
const FURTHER_TRIES: u32 = 4;

/// One account and Region, and whose windows are worked on in it.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Its client.
    pub ssm: &'a Client,
    /// Where it is, and for which run.
    pub place: &'a Place,
    /// The tag that every window of ours carries.
    pub owner_tag: &'a OwnerTag,
    /// The first pause before a call is made again or the windows are looked at again; [`Site::PAUSE`] but in tests.
    pub pause: Duration,
}

impl Site<'_> {
    /// Four pauses make 15 s: SSM, and the tags that IAM looks at, usually lag behind for less.
    pub const PAUSE: Duration = Duration::from_secs(1);

    /// The pause before try or round `number`, counted from 1.
    pub(super) async fn wait(&self, number: u32) {
        sleep(self.pause * 2_u32.saturating_pow(number.saturating_sub(1))).await;
    }

    /// Makes a call about something that this run has just created: that it is not there, or that its tag does not allow the
    /// call, may pass.
    pub(super) async fn patiently<T>(&self, call: impl AsyncFn() -> Result<T, CallError>) -> Result<T, CallError> {
        self.again_while(call, |result| result.as_ref().is_err_and(CallError::may_settle)).await
    }

    /// Reads something that this run has just made, again as long as nothing is there.
    pub(super) async fn until_some<T>(
        &self,
        read: impl AsyncFn() -> Result<Vec<T>, CallError>,
    ) -> Result<Vec<T>, CallError> {
        self.again_while(read, |result| result.as_ref().is_ok_and(Vec::is_empty)).await
    }

    async fn again_while<T>(
        &self,
        call: impl AsyncFn() -> Result<T, CallError>,
        may_change: impl Fn(&Result<T, CallError>) -> bool,
    ) -> Result<T, CallError> {
        for number in 1..=FURTHER_TRIES {
            let result = call().await;
            if !may_change(&result) {
                return result;
            }
            self.wait(number).await;
        }
        call().await
    }
}

/// One time through all of it.
#[derive(Debug)]
pub(super) struct Round<'a> {
    pub(super) site: &'a Site<'a>,
    /// Counted from 0.
    pub(super) number: u32,
    /// The windows that the run has created and not deleted again: what is said of them just now may pass.
    pub(super) created: BTreeSet<String>,
}

impl<'a> Round<'a> {
    /// After what the run has done so far.
    pub(super) fn new(site: &'a Site<'a>, number: u32, progress: &Progress) -> Self {
        let of = |status| progress.windows.iter().filter(move |window| window.status == status);
        let deleted: Vec<_> = of(WindowStatus::Deleted).map(|window| &window.id).collect();
        let created = of(WindowStatus::Created).filter(|window| !deleted.contains(&&window.id));
        Self { site, number, created: created.filter_map(|window| window.id.clone()).collect() }
    }
}
