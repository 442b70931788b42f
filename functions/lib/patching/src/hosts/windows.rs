//! The windows of the policy beside those that are there.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::observation::{Execution, HISTORY, Observation, ObservedWindow, RegisteredTask};
use super::opening::{Opening, latest};
use super::subject::{Subject, is_new, once};
use policy::{PatchPolicy, Schedule, ScheduleKind, ScheduleOffset, Timezone};

/// How old a scan may be where no window says how often it comes.
pub(super) const DEFAULT_LIMIT: SignedDuration = SignedDuration::from_hours(15 * 24);
/// How much later than its schedule says an opening may be seen.
const LATE: SignedDuration = SignedDuration::from_hours(1);
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How far openings are looked at for the longest time between two: windows may come in bunches, once a month.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(70 * 24);
/// From one month's opening to the next: every month patches come out, and what nobody looked at for longer is not known to be patched,
/// however seldom its window opens.
const A_MONTH: SignedDuration = SignedDuration::from_hours(35 * 24);
/// How much later than its window's next opening a host may have been scanned last.
const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A window of the policy.
pub(super) struct Window<'a> {
    pub(super) wanted: &'a policy::Window,
    /// The one that is there.
    pub(super) found: Option<&'a ObservedWindow>,
    /// What it does there; where it is not there, what the policy has it do.
    pub(super) work: Work,
    /// What the policy has it do.
    pub(super) wanted_work: Work,
    /// The tasks that do it.
    pub(super) tasks: Vec<&'a RegisteredTask>,
    /// How old the last scan of its hosts may be.
    pub(super) limit: SignedDuration,
    /// When it should have opened, and did not.
    pub(super) missed: Option<Timestamp>,
    /// Its last opening that has ended.
    pub(super) last: Option<Opening<'a>>,
}

/// What a window does about patches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Work {
    /// Nothing, as the one that updates the agent.
    None,
    /// It looks for them.
    Scan,
    /// A document of somebody's own, which may install them.
    Own,
    /// It installs them.
    Install,
}

/// AWS's documents that patch; all have a parameter `Operation`, but the first ones of Windows, which install.
const PATCHING: &[&str] = &[
    "AWS-ApplyPatchBaseline",
    "AWS-InstallWindowsUpdates",
    "AWS-RunPatchBaseline",
    "AWS-RunPatchBaselineAssociation",
    "AWS-RunPatchBaselineWithHooks",
];

impl Work {
    /// By `Operation`, which documents that wrap AWS's own hand through. A document of AWS that is not of Patch Manager does nothing
    /// about patches; nobody else's may begin with these words.
    fn of(name: &str, parameters: &BTreeMap<String, Vec<String>>) -> Self {
        let is_of_aws = ["aws", "amazon", "amzn"].iter().any(|word| name.to_lowercase().starts_with(word));
        if is_of_aws && !PATCHING.contains(&name) {
            return Self::None;
        }
        let parameter = if name == "AWS-InstallWindowsUpdates" { "Action" } else { "Operation" };
        let operation = parameters.get(parameter).and_then(|values| values.first());
        match operation.map(String::as_str) {
            Some("Scan") => Self::Scan,
            Some("Install") => Self::Install,
            _ => Self::Own,
        }
    }
}

/// The windows of the policy, in its order.
pub(super) fn windows<'a>(policy: &'a PatchPolicy, observation: &'a Observation, now: Timestamp) -> Vec<Window<'a>> {
    let by_name = by_name(observation);
    policy.windows.iter().map(|wanted| Window::new(wanted, by_name.get(wanted.name.as_str()).copied(), now)).collect()
}

/// The windows that are there, by name; of several with one name one that opens.
pub(super) fn by_name(observation: &Observation) -> BTreeMap<&str, &ObservedWindow> {
    once(&observation.windows, |window| &window.name, |window| (window.opens(), std::cmp::Reverse(&*window.id)))
}

impl ObservedWindow {
    /// Whether it opens again.
    pub(super) fn opens(&self) -> bool {
        self.enabled && self.next_execution.is_some()
    }

    /// Since when it opens by its schedule.
    fn settled_at(&self) -> Option<Timestamp> {
        self.created_at.max(self.modified_at)
    }
}

impl RegisteredTask {
    fn work(&self) -> Work {
        Work::of(self.document.rsplit('/').next().unwrap_or_default(), &self.parameters)
    }

    /// Whether what it finds is not recorded: with a baseline of its own.
    ///
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-baselineoverride-parameter.html>
    fn records_nothing(&self) -> bool {
        self.parameters.get("BaselineOverride").is_some_and(|values| values.iter().any(|value| !value.is_empty()))
    }
}

/// When a window opens.
struct Timing {
    schedule: Schedule,
    timezone: Timezone,
    offset_days: u8,
}

impl Timing {
    fn wanted(window: &policy::Window) -> Self {
        let offset_days = window.offset_days().map_or(0, ScheduleOffset::get);
        Self { schedule: window.schedule.clone(), timezone: window.timezone.clone(), offset_days }
    }

    /// None of a schedule that nobody but SSM can read.
    fn of(window: &ObservedWindow) -> Option<Self> {
        let offset_days = window.schedule_offset_days.unwrap_or_default().try_into().ok()?;
        let timezone = window.timezone.as_ref().map_or_else(|| Ok(Timezone::default()), |zone| zone.parse());
        Some(Self { schedule: window.schedule.parse().ok()?, timezone: timezone.ok()?, offset_days })
    }

    fn openings(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.openings_once_set(Timestamp::MIN, after)
    }

    /// Those after a moment, when the schedule was set at another one: see [`policy::Window::openings_once_set`].
    fn openings_once_set(&self, set: Timestamp, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.schedule.openings(set, after, self.timezone.zone(), self.offset_days)
    }
}

impl<'a> Window<'a> {
    fn new(wanted: &'a policy::Window, found: Option<&'a ObservedWindow>, now: Timestamp) -> Self {
        let timing = found.map_or_else(|| Some(Timing::wanted(wanted)), Timing::of);
        let period = timing.as_ref().and_then(|timing| period(timing, now));
        let wanted_work = Work::of(wanted.task.document.name(), &wanted.task.parameters);
        let registered = found.map(|found| found.tasks.iter());
        let work =
            registered.clone().map_or(wanted_work, |tasks| tasks.map(RegisteredTask::work).max().unwrap_or(Work::None));
        Self {
            wanted,
            found,
            work,
            wanted_work,
            tasks: registered.into_iter().flatten().filter(|task| task.work() == work).collect(),
            limit: period.map_or(DEFAULT_LIMIT, |period| period.min(A_MONTH) + period.min(GRACE) + DAY),
            missed: found.zip(timing.as_ref()).and_then(|(found, timing)| missed(timing, found, period, now)),
            last: found.and_then(|found| latest(found, Execution::has_ended)).map(Opening::new),
        }
    }

    pub(super) fn name(&self) -> &'a str {
        self.wanted.name.as_str()
    }

    /// Whether it does something about patches, or should.
    pub(super) fn is_for_patches(&self) -> bool {
        self.work != Work::None || self.wanted_work != Work::None
    }

    /// Whether what it finds is not recorded anywhere.
    pub(super) fn records_nothing(&self) -> bool {
        !self.tasks.is_empty() && self.tasks.iter().all(|task| task.records_nothing())
    }

    /// The one that is there and opens again.
    pub(super) fn opening(&self) -> Option<&'a ObservedWindow> {
        self.found.filter(|found| found.opens())
    }

    pub(super) fn is_new(&self, now: Timestamp) -> bool {
        self.found.and_then(|found| found.created_at).is_some_and(|created| is_new(created, now))
    }

    /// Whether it is seen to have come to a host: by what it did there, or by a scan during an opening.
    pub(super) fn came_to(&self, host: &Subject<'_>) -> bool {
        self.last.as_ref().is_some_and(|last| last.on(host.id).is_some())
            || self.found.is_some_and(|found| host.patch.is_some_and(|patch| found.made(patch)))
    }

    /// Whether its last opening would have come to a host that it is for.
    pub(super) fn tells_of(&self, host: &Subject<'_>) -> bool {
        self.last.as_ref().is_some_and(|last| last.tells_of(host))
    }
}

/// The longest time between two openings of the next weeks, or between the next two.
fn period(window: &Timing, now: Timestamp) -> Option<SignedDuration> {
    let (mut openings, mut longest) = (window.openings(now), None);
    let mut last = openings.next()?;
    for next in openings {
        longest = longest.max(Some(next.duration_since(last)));
        if next.duration_since(now) > LOOKED_AT {
            break;
        }
        last = next;
    }
    longest
}

/// The last moment at which it should have opened, if it did not. Openings of before it was changed tell nothing, and of a `rate` it
/// is not known when it begins.
fn missed(
    wanted: &Timing,
    found: &ObservedWindow,
    period: Option<SignedDuration>,
    now: Timestamp,
) -> Option<Timestamp> {
    if !found.opens() {
        return None;
    }
    let known = now.checked_sub(HISTORY).unwrap_or(Timestamp::MIN);
    let settled = found.settled_at().unwrap_or(Timestamp::MIN);
    let since = settled.max(known);
    let late = now.checked_sub(LATE).unwrap_or(Timestamp::MIN);
    let expected = if matches!(wanted.schedule.kind(), ScheduleKind::Rate(_)) {
        late.checked_sub(period?).ok().filter(|moment| *moment >= since)
    } else {
        wanted.openings_once_set(settled, since).take_while(|moment| *moment <= late).last()
    }?;
    let came = |started: Timestamp| started.duration_since(expected) >= -LATE;
    let has_opened = found.executions.iter().any(|execution| execution.started_at.is_none_or(came));
    (!has_opened).then_some(expected)
}
