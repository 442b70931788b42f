//! What an operation of Patch Manager finds and leaves on a host.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-states.html>
//!
//! Not confirmed: that a patch which has failed stays one through later scans, and that security updates which are available but not
//! approved are counted on Windows only.

use jiff::{SignedDuration, Timestamp};

use super::releases::{Patches, released};
use crate::baselines::Baseline;
use crate::derive;
use crate::hosts::{Held, Host, PatchOperation, PatchState, RebootOption, Response};

/// An operation that has come to its end on a host.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub(super) kind: PatchOperation,
    pub(super) reboot: RebootOption,
    pub(super) begins: Timestamp,
    pub(super) ends: Timestamp,
    pub(super) baseline: &'a Baseline,
    pub(super) system: &'static str,
    pub(super) seed: u64,
}

/// How far back patches count as installed rather than as part of the image.
const COUNTED: SignedDuration = SignedDuration::from_hours(365 * 24);

impl Operation<'_> {
    /// What Patch Manager knows of the host from now on, and what is installed on it.
    pub(super) fn leaves(&self, held: &Held) -> (PatchState, Timestamp) {
        let host = &held.host;
        if host.conduct.commands == Response::FailsToScan {
            return (self.failed_scan(host), host.installed_until());
        }
        let before = host.installed_until();
        let approved_until = self.baseline.approved_until(self.begins);
        let due = approved_until.map(|until| self.released(before, until)).unwrap_or_default();
        let old = host.patch_state.as_ref().filter(|state| state.failed_count >= 0);
        let failed_before = old.map_or(0, |state| state.failed_count);
        let waiting_before =
            old.filter(|_| !held.has_restarted).map_or(0, |state| state.installed_pending_reboot_count);
        if self.kind == PatchOperation::Scan {
            let state = self.state(host, before, due, failed_before, waiting_before);
            return (state, before);
        }
        let held = host.conduct.held_patches.min(due.all());
        let failed = host.conduct.failing_patches.min(due.all() - held + failed_before);
        let installed = due.all() - held + failed_before - failed;
        let restarts = self.reboot == RebootOption::RebootIfNeeded && host.conduct.restarts;
        let waiting = if restarts { 0 } else { waiting_before + installed };
        let after = approved_until.map_or(before, |until| until.max(before));
        // Of what is held back nothing is known but how much it is.
        let missing = Patches { security: 0, other: held };
        let mut state = self.state(host, after, missing, failed, waiting);
        let no_reboot = self.reboot == RebootOption::NoReboot;
        state.last_no_reboot_install_operation_time = no_reboot.then_some(self.ends);
        (state, after)
    }

    fn released(&self, after: Timestamp, until: Timestamp) -> Patches {
        if until <= after { Patches::default() } else { released(self.seed, self.system, after, until) }
    }

    fn state(
        &self,
        host: &Host,
        installed_until: Timestamp,
        missing: Patches,
        failed: i64,
        waiting: i64,
    ) -> PatchState {
        let approved_until = self.baseline.approved_until(self.begins);
        let approves_nothing = approved_until.is_none();
        let in_image = i64::try_from(derive::hash(self.seed, &["image", &host.id], 0) % 300).unwrap_or_default();
        let counted = self.begins.saturating_sub(COUNTED).unwrap_or(self.begins);
        let installed = 100 + self.released(counted, installed_until).all();
        let available = match approved_until {
            Some(approved) if self.system == "WINDOWS" => {
                self.released(approved.max(installed_until), self.begins).security
            }
            _ => 0,
        };
        let rejected = i64::try_from(self.baseline.rejected_patches.len()).unwrap_or_default();
        PatchState {
            reboot_option: Some(self.reboot),
            installed_count: if approves_nothing { 0 } else { installed },
            installed_other_count: if approves_nothing { installed + in_image } else { in_image },
            installed_pending_reboot_count: waiting,
            installed_rejected_count: rejected,
            missing_count: missing.all(),
            failed_count: failed,
            not_applicable_count: 900 + in_image,
            available_security_update_count: available,
            security_non_compliant_count: missing.security + failed + waiting,
            other_non_compliant_count: missing.other + rejected,
            ..self.frame(host)
        }
    }

    /// What every state has.
    fn frame(&self, host: &Host) -> PatchState {
        let snapshot = u64::try_from(self.begins.as_second()).unwrap_or_default();
        PatchState {
            patch_group: host.patch_group().unwrap_or_default().to_owned(),
            baseline_id: self.baseline.bare_id().to_owned(),
            snapshot_id: Some(derive::uuid(self.seed, &["snapshot", &host.id], snapshot)),
            operation: self.kind,
            operation_start_time: self.begins,
            operation_end_time: self.ends,
            ..PatchState::default()
        }
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-troubleshooting.html>
    fn failed_scan(&self, host: &Host) -> PatchState {
        PatchState {
            operation_start_time: Timestamp::UNIX_EPOCH,
            operation_end_time: Timestamp::UNIX_EPOCH,
            installed_count: -1,
            installed_other_count: -1,
            installed_pending_reboot_count: -1,
            installed_rejected_count: -1,
            missing_count: -1,
            failed_count: -1,
            unreported_not_applicable_count: -1,
            not_applicable_count: -1,
            ..self.frame(host)
        }
    }
}
