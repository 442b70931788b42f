//! What the last scan of a host says, and how old it is.

use super::{Case, Findings, day};
use crate::hosts::observation::PatchState;
use crate::hosts::windows::{DAY, DEFAULT_LIMIT};
use crate::hosts::{Reason, Verdict};

impl Case<'_> {
    pub(super) fn patches(&self, findings: &mut Findings) {
        let Some(patch) = self.host.patch else {
            if self.host.node.is_some() {
                let detail = self.next_opening().map(|next| format!("the next window is on {next}"));
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
        let option = patch.reboot_option.as_ref().map(|option| format!(", by {option}")).unwrap_or_default();
        counted(counts.pending_reboot, Reason::PendingRestart, format!("installed{option}"));
        counted(counts.rejected, Reason::Rejected, "rejected".to_owned());
        if counts.available_security > 0 {
            findings.note(Reason::WaitingForApproval, self.waiting(patch));
        }
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
            findings.say(Reason::Stale, Verdict::Attention, format!("{days} days ago, on {}", day(ended)));
        } else if age < -DAY {
            let detail = format!("its clock is wrong: {} is to come", day(ended));
            findings.say(Reason::Stale, Verdict::Attention, detail);
        }
    }

    fn waiting(&self, patch: &PatchState) -> String {
        let days = self.named(&patch.baseline).and_then(|baseline| baseline.approve_after_days);
        let waits = days.map(|days| format!(", and its baseline waits {days} days")).unwrap_or_default();
        format!("{} are out{waits}", patch.counts.available_security)
    }
}
