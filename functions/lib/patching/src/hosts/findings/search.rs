//! Whether a window will come to a host and install what it lacks.

use super::{Case, Findings};
use crate::hosts::observation::PatchState;
use crate::hosts::target::{not_found, wrong_window};
use crate::hosts::windows::{Window, Work};
use crate::hosts::{Reason, Verdict};

impl Case<'_> {
    pub(super) fn search(&self, findings: &mut Findings) {
        if self.patching.is_empty() {
            findings.say(Reason::WindowMissing, Verdict::Blocked, "the policy has no window that patches".to_owned());
        } else if let Some(window) = self.passed_over().next().filter(|_| self.windows.is_empty()) {
            findings.say(Reason::WindowMissing, Verdict::Blocked, otherwise(window));
        } else if let Some(window) = self.may_be_found().filter(|_| self.windows.is_empty()) {
            if !findings.is_decided() {
                let detail =
                    format!("{} looks for a resource group and has not opened since it is there", window.name());
                findings.say(Reason::TooEarly, Verdict::Unknown, detail);
            }
        } else if self.windows.is_empty() {
            findings.add(Some(Verdict::Blocked), not_found(&self.patching, &self.host));
        } else if self.opening().next().is_none() {
            self.windows.iter().for_each(|window| self.closed(window, findings));
        } else {
            self.scans_only(findings);
        }
        if let Some(finding) = wrong_window(&self.windows, &self.patching, &self.host) {
            findings.add(None, finding);
        }
        if let Some(group) = self.host.group() {
            findings.note(Reason::Replaced, group);
        }
    }

    fn closed(&self, window: &Window<'_>, findings: &mut Findings) {
        let name = window.name();
        let (reason, detail) = match window.found {
            None if self.around.is_disabled => {
                (Reason::WindowMissing, format!("{name}: everything is turned off by the policy"))
            }
            None => (Reason::WindowMissing, name.to_owned()),
            Some(found) if found.enabled => {
                (Reason::WindowDisabled, format!("{name} does not open again by its schedule"))
            }
            Some(_) if window.wanted.enabled => (Reason::WindowDisabled, format!("{name} was turned off by hand")),
            Some(_) => (Reason::WindowDisabled, format!("{name} is off in the policy")),
        };
        findings.say(reason, Verdict::Blocked, detail);
    }

    fn scans_only(&self, findings: &mut Findings) {
        let missing = self.host.patch.map_or(0, PatchState::missing);
        if missing > 0 && self.opening().all(|window| window.work == Work::Scan) {
            let names: Vec<_> = self.opening().map(Window::name).collect();
            let is_behind = self.opening().any(|window| window.wanted_work > Work::Scan);
            let though = if is_behind { ", though the policy installs: run a rollout" } else { "" };
            let detail = format!("{missing} missing, and {} scans{though}", names.join(", "));
            findings.say(Reason::ScanOnly, Verdict::Blocked, detail);
        }
    }
}

/// How a window that is there differs from what the policy says.
fn otherwise(window: &Window<'_>) -> String {
    let name = window.name();
    if window.work == Work::None {
        format!("{name} is there without the task that patches")
    } else {
        format!("{name} is there and looks for other hosts than the policy says")
    }
}
