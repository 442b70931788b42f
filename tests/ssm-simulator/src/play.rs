//! Time passes: windows open by their own schedules, and run on the hosts that they find.
//!
//! Until a moment, in order: what happens to hosts, the openings of windows, what tasks leave on hosts when they end. Two plays of
//! the same state with the same seed have the same outcome, in whichever order account-Regions are played.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::hosts::{Held, PatchState};
use crate::state::{Context, Holdings, Window, epoch_seconds};

mod command;
mod fate;
mod job;
mod matching;
mod opening;
mod patching;
mod releases;
mod sending;

pub use fate::{Fate, Night};

/// How long commands are kept: <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>. For executions of windows
/// it is not confirmed.
const HISTORY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// When a window was made and changed.
const MOMENTS: [&str; 2] = ["CreatedDate", "ModifiedDate"];

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Play {
    /// To where the clock is put first; without it, it goes on from where it stands, at first the real time. Windows are taken to
    /// have been there then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when: the clock stands still there.
    pub until: Timestamp,
    /// Only in this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only in this Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What became of the hosts of an account-Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Truth {
    /// The account's id.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The host's id.
    pub host: String,
    /// One for each opening of a window, and each task of it.
    pub nights: Vec<Night>,
}

/// What a task leaves on a host when it ends there.
#[derive(Debug)]
pub(crate) struct Effect {
    at: Timestamp,
    /// The host's place in the order of creation.
    sequence: u64,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Patched { state: Box<PatchState>, installed_until: Timestamp },
    AgentUpdated,
}

impl Holdings {
    /// Takes windows that were made, or changed, later to be of that moment.
    pub(crate) fn were_there(&mut self, from: Timestamp) {
        self.windows.iter_mut().for_each(|window| window.scheduled = window.scheduled.min(from));
        let fields = self.windows.iter_mut().flat_map(|window| &mut window.fields);
        for (_, moment) in fields.filter(|(name, _)| MOMENTS.contains(&name.as_str())) {
            if moment.as_f64() > epoch_seconds(from).as_f64() {
                *moment = epoch_seconds(from);
            }
        }
    }

    /// Plays from the context's time until another.
    pub(crate) fn play(&mut self, context: Context<'_>, until: Timestamp) {
        let mut openings = Vec::new();
        for (place, window) in self.windows.iter().enumerate() {
            openings.extend(openings_of(window, context.now, until).map(|at| (at, place)));
        }
        openings.sort_unstable();
        for (at, place) in openings {
            self.pass(at);
            self.open(Context { now: at, ..context }, place);
        }
        self.pass(until);
        self.hosts.iter_mut().for_each(|held| held.ping(until));
        let oldest = until.saturating_sub(HISTORY).unwrap_or(Timestamp::MIN);
        self.history.forget_before(oldest);
    }

    /// Lets happen to hosts what happens until this moment.
    fn pass(&mut self, now: Timestamp) {
        let mut due: Vec<Effect> = self.effects.extract_if(.., |effect| effect.at <= now).collect();
        due.sort_by_key(|effect| effect.at);
        for effect in due {
            // Sorted, because the order is that of creation.
            if let Ok(place) = self.hosts.binary_search_by_key(&effect.sequence, |held| held.sequence) {
                effect.change.befalls(&mut self.hosts[place]);
            }
        }
        self.hosts.iter_mut().for_each(|held| held.live_until(now));
        self.hosts.retain(|held| held.gone_at.is_none_or(|gone| gone > now));
    }

    /// What became of every host.
    pub(crate) fn truth(&self, account: &str, region: &str) -> Vec<Truth> {
        let one = |held: &Held| Truth {
            account: account.to_owned(),
            region: region.to_owned(),
            host: held.host.id.clone(),
            nights: held.nights.clone(),
        };
        self.hosts.iter().map(one).collect()
    }
}

fn openings_of(window: &Window, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first = window.is_enabled().then(|| window.next_after(after)).flatten();
    std::iter::successors(first, |at| window.next_after(*at)).take_while(move |at| *at <= until)
}

impl Change {
    fn befalls(self, held: &mut Held) {
        match self {
            Self::Patched { state, installed_until } => {
                held.host.patch_state = Some(*state);
                held.host.conduct.installed_until = Some(installed_until);
                held.has_restarted = false;
            }
            Self::AgentUpdated => {
                if let Some(node) = &mut held.host.node {
                    job::LATEST_AGENT.clone_into(&mut node.agent_version);
                    node.is_latest_version = !node.is_windows();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
