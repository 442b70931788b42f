//! What the last openings of its windows did to a host.

use super::{Case, Findings, day};
use crate::hosts::{LastResult, Reason, Verdict};

impl Case<'_> {
    pub(super) fn results(&self, findings: &mut Findings) {
        for window in self.opening() {
            if let Some(missed) = window.missed {
                if self.host.was_there(missed) && !self.is_mended_since(Some(missed)) {
                    let detail = format!("{} should have opened on {}", window.name(), day(missed));
                    findings.say(Reason::WindowSkipped, Verdict::Attention, detail);
                }
                continue;
            }
            let Some(last) = &window.last else { continue };
            if let Some((reason, said)) = last.done(&self.host).and_then(|done| done.reason)
                && !self.is_mended_since(last.over_at())
            {
                findings.say(reason, Verdict::Attention, format!("{}: {said}", window.name()));
            }
        }
    }

    /// The last of these.
    pub(in crate::hosts) fn last_result(&self) -> Option<LastResult> {
        let openings = self.windows.iter().filter_map(|window| Some((window, window.last.as_ref()?)));
        let done = openings.filter_map(|(window, last)| {
            let result = last.done(&self.host)?.result;
            Some(LastResult { window: window.name().to_owned(), at: last.execution.started_at, result })
        });
        done.max_by(|one, other| (one.at, &other.window).cmp(&(other.at, &one.window)))
    }
}
