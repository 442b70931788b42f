//! `ssm:DescribeInstancePatchStates`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstancePatchStates.html>
//!
//! Not confirmed: that a host without any operation is left out of the answer, as is an id that nobody has; that a stopped host's
//! state is answered. A host that is in no patch group has an empty one, which the model's minimum does not allow for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::IntoStaticStr;

use super::{Held, Host};
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, epoch_seconds, known, strings};

const PAGE: usize = 50;

/// What an operation of Patch Manager left, in the names of the type `InstancePatchState`; counts can be −1, and times 1970, when
/// the scan itself failed.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-troubleshooting.html>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the type")]
pub struct PatchState {
    pub patch_group: String,
    pub baseline_id: String,
    pub snapshot_id: Option<String>,
    pub operation: PatchOperation,
    pub operation_start_time: Timestamp,
    pub operation_end_time: Timestamp,
    pub reboot_option: Option<RebootOption>,
    pub last_no_reboot_install_operation_time: Option<Timestamp>,
    pub installed_count: i64,
    pub installed_other_count: i64,
    pub installed_pending_reboot_count: i64,
    pub installed_rejected_count: i64,
    pub missing_count: i64,
    pub failed_count: i64,
    pub unreported_not_applicable_count: i64,
    pub not_applicable_count: i64,
    pub available_security_update_count: i64,
    pub critical_non_compliant_count: i64,
    pub security_non_compliant_count: i64,
    pub other_non_compliant_count: i64,
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are those of the type")]
pub enum PatchOperation {
    #[default]
    Scan,
    Install,
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are those of the type")]
pub enum RebootOption {
    #[default]
    RebootIfNeeded,
    NoReboot,
}

impl Default for PatchState {
    fn default() -> Self {
        Self {
            patch_group: String::new(),
            baseline_id: "pb-0123456789abcdef0".into(),
            snapshot_id: None,
            operation: PatchOperation::default(),
            operation_start_time: Timestamp::UNIX_EPOCH,
            operation_end_time: Timestamp::UNIX_EPOCH,
            reboot_option: None,
            last_no_reboot_install_operation_time: None,
            installed_count: 0,
            installed_other_count: 0,
            installed_pending_reboot_count: 0,
            installed_rejected_count: 0,
            missing_count: 0,
            failed_count: 0,
            unreported_not_applicable_count: 0,
            not_applicable_count: 0,
            available_security_update_count: 0,
            critical_non_compliant_count: 0,
            security_non_compliant_count: 0,
            other_non_compliant_count: 0,
        }
    }
}

impl Holdings {
    pub(crate) fn describe_patch_states(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let asked = strings(input.get("InstanceIds"));
        let page = Page::with_own_code(input, context.config, PAGE)?;
        let scanned = |held: &&mut Held| held.host.patch_state.is_some() && asked.contains(&held.host.id);
        let hosts = self.hosts.iter_mut().filter(scanned);
        Ok(page.answer("InstancePatchStates", hosts, |held| held.host.described_patch_state().unwrap_or_default()))
    }
}

impl Host {
    pub(super) fn described_patch_state(&self) -> Option<Value> {
        let state = self.patch_state.as_ref()?;
        Some(known(json!({
            "InstanceId": self.id,
            "PatchGroup": state.patch_group,
            "BaselineId": state.baseline_id,
            "SnapshotId": state.snapshot_id,
            "Operation": <&str>::from(state.operation),
            "OperationStartTime": epoch_seconds(state.operation_start_time),
            "OperationEndTime": epoch_seconds(state.operation_end_time),
            "RebootOption": state.reboot_option.map(<&str>::from),
            "LastNoRebootInstallOperationTime": state.last_no_reboot_install_operation_time.map(epoch_seconds),
            "InstalledCount": state.installed_count,
            "InstalledOtherCount": state.installed_other_count,
            "InstalledPendingRebootCount": state.installed_pending_reboot_count,
            "InstalledRejectedCount": state.installed_rejected_count,
            "MissingCount": state.missing_count,
            "FailedCount": state.failed_count,
            "UnreportedNotApplicableCount": state.unreported_not_applicable_count,
            "NotApplicableCount": state.not_applicable_count,
            "AvailableSecurityUpdateCount": state.available_security_update_count,
            "CriticalNonCompliantCount": state.critical_non_compliant_count,
            "SecurityNonCompliantCount": state.security_non_compliant_count,
            "OtherNonCompliantCount": state.other_non_compliant_count,
        })))
    }
}
