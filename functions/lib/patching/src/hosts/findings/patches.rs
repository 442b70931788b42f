//! What the last scan of a host says, and how old it is.

use super::{Case, Findings, day};
use crate::hosts::observation::PatchState;
use crate::hosts::windows::{DAY, DEFAULT_LIMIT, Work};
use crate::hosts::{Finding, Reason, Verdict};

/// Longer than from one month's updates to the next.
const LONG_WAIT_DAYS: u32 = 30;

impl Case<'_> {
    pub(super) fn patches(&self, findings: &mut Findings) {
        let Some(patch) = self.host.patch else {
            if self.host.node.is_some() {
                let next = self.next_opening();
                let detail = next.map(|next| format!("the next window is on {next}{}", self.unrecorded()));
                findings.say(Reason::NeverScanned, Verdict::Attention, detail);
            }
            return;
        };
        self.age(patch, findings);
        let counts = patch.counts;
        let mut counted = |count: i32, reason, detail: String| {
            if count > 0 {
                findings.say(reason, Verdict::Attention, format!("{count} {detail}"));
            }
        };
        counted(counts.failed, Reason::InstallFailed, "could not be installed".to_owned());
        if self.was_installed(patch) {
            // What is out and not approved may be counted by severity, too.
            let missing = if counts.available_security > 0 { counts.missing } else { patch.missing() };
            counted(missing, Reason::InstallFailed, "still missing after the installation".to_owned());
        }
        let option = patch.reboot_option.as_ref().map(|option| format!(", by {option}")).unwrap_or_default();
        counted(counts.pending_reboot, Reason::PendingRestart, format!("installed{option}"));
        counted(counts.rejected, Reason::Rejected, "rejected".to_owned());
        self.approval(patch, findings);
    }

    /// Whether a window of it installed what it could: the next one will not do more.
    fn was_installed(&self, patch: &PatchState) -> bool {
        let installing = self.windows.iter().filter(|window| window.work != Work::Scan);
        patch.operation == "Install" && installing.filter_map(|window| window.found).any(|found| found.made(patch))
    }

    fn age(&self, patch: &PatchState, findings: &mut Findings) {
        let Some(ended) = patch.ended() else {
            findings.say(Reason::ScanFailed, Verdict::Attention, None);
            return;
        };
        let age = self.around.now.duration_since(ended);
        let limit = self.windows.iter().map(|window| window.limit).min().unwrap_or(DEFAULT_LIMIT);
        if age > limit {
            let days = age.as_hours() / 24;
            let detail = format!("{days} days ago, on {}{}", day(ended), self.unrecorded());
            findings.say(Reason::Stale, Verdict::Attention, detail);
        } else if age < -DAY {
            let detail = format!("its clock is wrong: {} is to come", day(ended));
            findings.say(Reason::Stale, Verdict::Attention, detail);
        }
    }

    /// Why its window's scans leave nothing behind.
    fn unrecorded(&self) -> String {
        let window = self.windows.iter().find(|window| window.records_nothing());
        window.map_or_else(String::new, |window| {
            format!("; of {}, which has a BaselineOverride, nothing is recorded", window.name())
        })
    }

    /// Whether something is out that its baseline does not approve. Patch Manager counts that of Windows only: of others it is known
    /// how long the baseline waits.
    fn approval(&self, patch: &PatchState, findings: &mut Findings) {
        let baseline = self.named(&patch.baseline);
        let days = baseline.and_then(|baseline| baseline.approve_after_days);
        let until = baseline.and_then(|baseline| baseline.approves_until);
        let waits = until.map(|until| format!("its baseline approves nothing that was released after {until}"));
        let waits = waits.or_else(|| days.map(|days| format!("its baseline waits {days} days")));
        let available = patch.counts.available_security;
        if available > 0 {
            let detail =
                format!("{available} are out{}", waits.map(|waits| format!(", and {waits}")).unwrap_or_default());
            let is_strict = baseline.is_some_and(|baseline| baseline.is_strict);
            let verdict = is_strict.then_some(Verdict::Attention);
            findings.add(verdict, Finding { name: Reason::WaitingForApproval, detail: Some(detail), tag: None });
        } else if !findings.has(Reason::BaselineApprovesNothing)
            && (until.is_some() || days.is_some_and(|days| days > LONG_WAIT_DAYS))
        {
            findings.note(Reason::WaitingForApproval, waits);
        }
    }
}
