//! How a host behaves when windows are played.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Held, Host, InstanceState, PatchOperation, PatchState, PingStatus};

/// How a host behaves; by default it does what it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Conduct {
    /// What becomes of commands that reach it.
    pub commands: Response,
    /// How long it takes over one.
    pub minutes: u16,
    /// How many patches do not install.
    pub failing_patches: i64,
    /// How many patches each installation passes over, as packages that are held back: they stay missing.
    pub held_patches: i64,
    /// Whether it restarts when it is told to.
    pub restarts: bool,
    /// Until when the patches that were approved then are installed; without it, a month before it was launched or registered.
    pub installed_until: Option<Timestamp>,
    /// What happens to it.
    pub timeline: Vec<Event>,
}

/// What becomes of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Response {
    /// It is done.
    #[default]
    Succeeds,
    /// The document fails, and nothing is reported.
    Fails,
    /// The scan itself fails: counts of −1, times of 1970.
    FailsToScan,
    /// It is started and does not end.
    TimesOut,
    /// The agent answers pings and takes no commands: its role lacks `ec2messages` or `ssmmessages`.
    IsNotDelivered,
    /// The host does not respond.
    IsUndeliverable,
}

/// Something that happens to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// What can happen to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Happening {
    /// Somebody stops it.
    Stops,
    /// Somebody starts it: it has been launched again.
    Starts,
    /// Its agent is not heard of any more.
    IsLost,
    /// Its agent is heard of again.
    Returns,
    /// Somebody terminates it; an hour later EC2 does not know it any more.
    IsTerminated,
    /// Something else scans it, with a baseline of its own: what it finds takes the place of what was known.
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-data-overwrites.html>
    IsScannedByOthers,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            commands: Response::default(),
            minutes: 10,
            failing_patches: 0,
            held_patches: 0,
            restarts: true,
            installed_until: None,
            timeline: Vec::new(),
        }
    }
}

/// A baseline that is neither AWS's nor one of the account's defaults.
const OTHERS_BASELINE: &str = "pb-0ffffffffffffffff";
/// How long before its launch or registration a host's image was made.
const AGE_OF_IMAGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-managed-instances.html>
const PING: SignedDuration = SignedDuration::from_mins(5);
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

impl Held {
    /// Lets happen what happens to it until this moment, in order.
    pub(crate) fn live_until(&mut self, now: Timestamp) {
        let timeline = &mut self.host.conduct.timeline;
        let mut due: Vec<Event> = timeline.extract_if(.., |event| event.at <= now).collect();
        due.sort_by_key(|event| event.at);
        for event in due {
            self.suffer(event);
        }
    }

    fn suffer(&mut self, Event { at, what }: Event) {
        // A start changes the time of launch, and nothing on its disk.
        self.host.conduct.installed_until = Some(self.host.installed_until());
        if let Some(node) = &mut self.host.node {
            match what {
                Happening::Starts | Happening::Returns => node.ping_status = PingStatus::Online,
                Happening::IsScannedByOthers => {}
                Happening::Stops | Happening::IsLost | Happening::IsTerminated => {
                    node.ping_status = PingStatus::ConnectionLost;
                    node.last_ping_date_time = at;
                }
            }
        }
        self.has_restarted |= what == Happening::Starts;
        if what == Happening::IsScannedByOthers {
            self.host.patch_state = Some(PatchState {
                baseline_id: OTHERS_BASELINE.into(),
                operation: PatchOperation::Scan,
                operation_start_time: at,
                operation_end_time: at,
                ..self.host.patch_state.take().unwrap_or_default()
            });
        }
        let Some(instance) = &mut self.host.instance else { return };
        match what {
            Happening::Stops => instance.become_by_hand(InstanceState::Stopped, at),
            Happening::IsTerminated => {
                instance.become_by_hand(InstanceState::Terminated, at);
                self.gone_at = at.checked_add(REMEMBERED).ok();
            }
            Happening::Starts => {
                instance.state = InstanceState::Running;
                instance.state_transition_reason.clear();
                instance.launch_time = at;
            }
            Happening::IsLost | Happening::IsScannedByOthers | Happening::Returns => {}
        }
    }

    /// An agent that is there has just been heard of.
    pub(crate) fn ping(&mut self, now: Timestamp) {
        let is_managed = self.host.managed_node().is_some();
        let Some(node) = self.host.node.as_mut().filter(|node| is_managed && node.ping_status == PingStatus::Online)
        else {
            return;
        };
        let ago = i64::try_from(self.sequence).unwrap_or_default() * 37 % PING.as_secs();
        node.last_ping_date_time = now.saturating_sub(SignedDuration::from_secs(ago)).unwrap_or(now);
    }
}

impl Host {
    pub(crate) fn installed_until(&self) -> Timestamp {
        let launched = self.instance.as_ref().map(|instance| instance.launch_time);
        let registered = self.node.as_ref().and_then(|node| node.registration_date);
        let made = launched.or(registered).unwrap_or(Timestamp::UNIX_EPOCH);
        self.conduct.installed_until.unwrap_or_else(|| made.saturating_sub(AGE_OF_IMAGE).unwrap_or(made))
    }
}

impl super::Instance {
    fn become_by_hand(&mut self, state: InstanceState, at: Timestamp) {
        self.state = state;
        self.state_transition_reason = format!("User initiated ({})", at.strftime("%Y-%m-%d %H:%M:%S GMT"));
    }
}
