//! What the last opening of a window did.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::observation::{Command, Execution, Invocation, ObservedWindow, PatchState};
use super::subject::{Subject, once};
use super::{LastRun, Reason};

/// How far the clock of a host, and what it reports, may be off.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

/// An opening of a window with what it did on each host.
pub(super) struct Opening<'a> {
    pub(super) execution: &'a Execution,
    commands: BTreeMap<&'a str, &'a Command>,
    /// By command and host.
    invocations: BTreeMap<(&'a str, &'a str), &'a Invocation>,
    on_hosts: BTreeMap<&'a str, (&'a str, &'a Invocation)>,
}

/// What an opening did about one host: the reason with what is particular, and the word of the service.
pub(super) struct Done {
    pub(super) result: String,
    pub(super) reason: Option<(Reason, String)>,
}

impl Execution {
    /// Whether it is over.
    pub fn has_ended(&self) -> bool {
        !matches!(&*self.status, "PENDING" | "IN_PROGRESS" | "CANCELLING")
    }

    fn covers(&self, moment: Timestamp) -> bool {
        let is_after = self.started_at.is_some_and(|started| moment.duration_since(started) >= -SLACK);
        is_after && self.ended_at.is_none_or(|ended| moment.duration_since(ended) <= SLACK)
    }
}

/// The last opening of a window of a kind.
pub(super) fn latest(window: &ObservedWindow, is_meant: impl Fn(&Execution) -> bool) -> Option<&Execution> {
    window
        .executions
        .iter()
        .filter(|execution| is_meant(execution))
        .max_by_key(|execution| (execution.started_at, &*execution.id, execution.commands.len()))
}

impl ObservedWindow {
    /// Whether a scan was made while it was open.
    pub(super) fn made(&self, patch: &PatchState) -> bool {
        patch.ended().is_some_and(|ended| self.executions.iter().any(|execution| execution.covers(ended)))
    }

    /// Whether enough is known of its openings to tell that it did not make a scan: one began before, or it was not there yet.
    pub(super) fn is_known_at(&self, moment: Timestamp) -> bool {
        self.executions.iter().any(|execution| execution.started_at.is_some_and(|started| started < moment))
            || self.created_at.is_some_and(|created| created > moment)
    }
}

impl<'a> Opening<'a> {
    pub(super) fn new(execution: &'a Execution) -> Self {
        let commands = once(&execution.commands, |command| &command.id, |command| command.targets);
        let mut invocations: BTreeMap<_, &Invocation> = BTreeMap::new();
        for command in &execution.commands {
            for (host, one) in once(&command.invocations, |one| &one.host, |one| Kind::of(&one.status_details)) {
                let kept = invocations.entry((&*command.id, host)).or_insert(one);
                *kept = worse(kept, one);
            }
        }
        let mut on_hosts: BTreeMap<_, (&str, &Invocation)> = BTreeMap::new();
        for (&(command, host), &one) in &invocations {
            let kept = on_hosts.entry(host).or_insert((command, one));
            if Kind::of(&kept.1.status_details) < Kind::of(&one.status_details) {
                *kept = (command, one);
            }
        }
        Self { execution, commands, invocations, on_hosts }
    }

    /// What it did on a host, the worst of it, and the command that did it.
    pub(super) fn on(&self, host: &str) -> Option<(&'a str, &'a Invocation)> {
        self.on_hosts.get(host).copied()
    }

    /// Whether there was no host that it could run on.
    pub(super) fn found_nobody(&self) -> bool {
        self.execution.status == "SUCCESS" && self.sent_nothing()
    }

    /// Whether it ended before a command was sent, be there hosts or not: not opened, refused, with another document, or out of time.
    pub(super) fn came_to_nothing(&self) -> bool {
        self.execution.status != "SUCCESS" && self.sent_nothing()
    }

    /// Whether it sent a command of which nothing is known any more.
    fn is_gone(&self) -> bool {
        self.commands.values().any(|command| command.is_gone)
    }

    fn sent_nothing(&self) -> bool {
        self.commands.values().all(|command| command.targets == 0 && !command.is_gone)
    }

    /// Whether a host that it does not name was there for it.
    pub(super) fn could_come_to(&self, host: &Subject<'_>) -> bool {
        self.execution.started_at.is_some_and(|started| host.was_there(started))
    }

    /// Whether what it did shows for which hosts it was, this one among them.
    pub(super) fn tells_of(&self, host: &Subject<'_>) -> bool {
        self.could_come_to(host) && !self.came_to_nothing() && !self.is_gone()
    }

    /// When it was over.
    pub(super) fn over_at(&self) -> Option<Timestamp> {
        self.execution.ended_at.or(self.execution.started_at)
    }

    /// What it did about a host; nothing is known of one that was not there.
    pub(super) fn done(&self, host: &Subject<'_>) -> Option<Done> {
        if let Some((command, one)) = self.on(host.id) {
            let reason = Kind::of(&one.status_details).reason();
            let reason = reason.map(|reason| (reason, self.said_of(command, one, reason)));
            return Some(Done { result: one.status_details.clone(), reason });
        }
        if !self.could_come_to(host) {
            return None;
        }
        let status = &*self.execution.status;
        let scanned = host.patch.map(PatchState::ended);
        let is_since = |scanned: Timestamp| {
            self.execution.started_at.is_some_and(|started| scanned.duration_since(started) >= -SLACK)
        };
        let reason = match status {
            "SKIPPED_OVERLAPPING" => Reason::WindowSkipped,
            _ if self.was_refused() => Reason::TaskNotAllowed,
            "FAILED" if self.sent_nothing() => Reason::TaskNotAllowed,
            _ if scanned.flatten().is_some_and(is_since) => {
                return Some(Done { result: "Success".to_owned(), reason: None });
            }
            _ if scanned == Some(None) => return None, // the scan failed: nobody knows when
            _ if self.is_gone() => return None,
            "TIMED_OUT" | "CANCELLED" => Reason::CutOff,
            _ => Reason::NotReached,
        };
        let result = if status == "SUCCESS" { "NotInvoked" } else { status };
        Some(Done { result: result.to_owned(), reason: Some((reason, self.said())) })
    }

    /// What is particular to a host: the service's word, or how many errors made the window stop.
    fn said_of(&self, command: &str, one: &Invocation, reason: Reason) -> String {
        let limit = self.commands.get(command).and_then(|command| command.max_errors.as_deref());
        match (reason, limit) {
            (Reason::SkippedByErrorLimit, Some(limit)) => {
                let of_command = self.invocations.iter().filter(|((of, _), _)| *of == command);
                let errors = of_command.filter(|(_, one)| Kind::of(&one.status_details).is_error()).count();
                format!("{errors} hosts failed, and the limit of errors is {limit}")
            }
            _ => one.status_details.clone(),
        }
    }

    /// What the service says of it, with its moment.
    fn said(&self) -> String {
        let of_commands =
            self.commands.values().flat_map(|command| [command.task_details.as_deref(), Some(&*command.details)]);
        let texts = of_commands.chain([self.execution.details.as_deref(), Some(&*self.execution.status)]).flatten();
        let said = texts.into_iter().find(|text| !text.is_empty() && !text.eq_ignore_ascii_case("success"));
        let at = self.execution.started_at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        let both: Vec<_> = at.into_iter().chain(said.map(ToOwned::to_owned)).collect();
        both.join(": ")
    }

    /// The service's sentences are no enumeration: `The provided role does not contain the correct SSM permissions.`
    fn was_refused(&self) -> bool {
        let of_commands =
            self.commands.values().flat_map(|command| [command.task_details.as_deref(), Some(&*command.details)]);
        let mut texts = of_commands.chain([self.execution.details.as_deref()]).flatten();
        self.execution.status != "SUCCESS" && texts.any(is_refusal)
    }

    /// The opening in numbers; none where what it did is kept no more.
    pub(super) fn run(&self) -> Option<LastRun> {
        if self.is_gone() {
            return None;
        }
        let count = |is_meant: fn(Kind) -> bool| {
            let all = self.invocations.values().filter(|one| is_meant(Kind::of(&one.status_details)));
            u32::try_from(all.count()).unwrap_or(u32::MAX)
        };
        let targets = self.commands.values().fold(0_u32, |sum, command| sum.saturating_add(command.targets));
        Some(LastRun {
            execution: self.execution.id.clone(),
            started_at: self.execution.started_at,
            status: self.execution.status.clone(),
            details: self.execution.details.clone(),
            targets,
            succeeded: targets.saturating_sub(count(|kind| kind != Kind::Success)),
            failed: count(|kind| matches!(kind, Kind::Failed | Kind::TooLong | Kind::Refused | Kind::Unfit)),
            not_reached: count(|kind| kind == Kind::NotReached),
            stopped_by_limit: count(|kind| kind == Kind::Terminated),
            cut_off: count(|kind| kind == Kind::Cancelled),
        })
    }
}

/// Of two answers about a host the worse one.
fn worse<'a>(one: &'a Invocation, other: &'a Invocation) -> &'a Invocation {
    std::cmp::max_by_key(one, other, |one| (Kind::of(&one.status_details), *one))
}

fn is_refusal(text: &str) -> bool {
    let text = text.to_lowercase().replace(' ', "");
    ["permission", "accessdenied", "notauthorized", "unauthorized"].iter().any(|word| text.contains(word))
}

/// What became of a command on a host (`StatusDetails`), the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Success,
    Running,
    NotReached,
    Cancelled,
    Terminated,
    Unfit,
    TooLong,
    Refused,
    Failed,
}

impl Kind {
    /// Some of AWS's texts write the words apart.
    fn of(details: &str) -> Self {
        match &*details.replace(' ', "") {
            "Success" => Self::Success,
            "Pending" | "InProgress" | "Delayed" | "Cancelling" => Self::Running,
            "DeliveryTimedOut" | "Undeliverable" => Self::NotReached,
            "Cancelled" => Self::Cancelled,
            "Terminated" => Self::Terminated,
            "ExecutionTimedOut" => Self::TooLong,
            "AccessDenied" => Self::Refused,
            "InvalidPlatform" => Self::Unfit,
            // `Failed` and what the service may say one day.
            _ => Self::Failed,
        }
    }

    /// Whether it counts against the limit of errors.
    fn is_error(self) -> bool {
        matches!(self, Self::Failed | Self::TooLong)
    }

    fn reason(self) -> Option<Reason> {
        match self {
            Self::Success | Self::Running => None,
            Self::NotReached => Some(Reason::NotReached),
            Self::Cancelled => Some(Reason::CutOff),
            Self::Terminated => Some(Reason::SkippedByErrorLimit),
            Self::Refused => Some(Reason::TaskNotAllowed),
            Self::Unfit => Some(Reason::PlatformNotSupported),
            // The document's own time is up, which has nothing to do with the window's.
            Self::TooLong | Self::Failed => Some(Reason::InstallFailed),
        }
    }
}
