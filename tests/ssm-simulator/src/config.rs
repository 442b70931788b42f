//! What a test can set: latency, faults, Regions, document hashes, pages.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::DEFAULT_REGIONS;
use crate::faults::Faults;
use crate::lag::Lag;

/// How the simulator behaves from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// How long each answered call takes, in milliseconds; forwarded calls take their own time.
    pub latency_ms: u64,
    /// What goes wrong.
    pub faults: Faults,
    /// The Regions of every account that is not named in `account_regions`.
    pub regions: Vec<String>,
    /// The enabled Regions of single accounts, opt-in ones included.
    pub account_regions: BTreeMap<String, Vec<String>>,
    /// The service control policies of single accounts, as JSON documents, beside `FullAWSAccess`: what they deny is denied.
    pub service_control_policies: BTreeMap<String, Vec<Value>>,
    /// SHA-256 hashes of documents, in place of the ones that the simulator makes up.
    pub document_hashes: BTreeMap<String, String>,
    /// The names of documents' parameters, in place of AWS's own.
    pub document_parameters: BTreeMap<String, Vec<String>>,
    /// The most items that a page holds, whatever the caller asked for.
    pub page_size: Option<usize>,
    /// Whether a last page has an empty `NextToken` rather than none.
    pub empty_last_token: bool,
    /// Whether the token of a next page counts items, so that one which is deleted meanwhile hides another; by default it names
    /// the last item seen.
    pub pages_by_position: bool,
    /// Whether a client token is forgotten at once, so that a repeated request creates again; by default it is never forgotten.
    pub forget_client_tokens: bool,
    /// How many readings of a service setting after a change answer `PendingUpdate` and the old value.
    pub setting_pending_reads: u32,
    /// For how long windows, targets and tasks that were just created are not listed. SSM says nothing of its lists; that it does
    /// not find at once what it has just made was seen:
    /// <https://github.com/aws-samples/aws-security-reference-architecture-examples/issues/288>.
    pub list_lag: Lag,
    /// For how long a permission that looks at the tag of a window that was just created is not given: what changes in IAM, tags
    /// that policies look at included, is not visible everywhere at once.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
    pub tag_lag: Lag,
    /// Whether answers have what AWS adds where nothing was set: the service-linked role, empty texts, `TaskParameters`.
    /// <https://docs.aws.amazon.com/cli/latest/reference/ssm/get-maintenance-window-task.html>
    pub additions: bool,
    /// After how many calls a session's credentials are not known any more, as when its role was deleted and made again.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>,
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    pub calls_per_session: Option<u32>,
    /// ARNs of roles that a task which names them cannot use, because they are missing or not allowed enough.
    pub denied_task_roles: BTreeSet<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            faults: Faults::default(),
            regions: DEFAULT_REGIONS.iter().map(|&region| region.to_owned()).collect(),
            account_regions: BTreeMap::new(),
            service_control_policies: BTreeMap::new(),
            document_hashes: BTreeMap::new(),
            document_parameters: BTreeMap::new(),
            page_size: None,
            empty_last_token: true,
            pages_by_position: false,
            forget_client_tokens: false,
            setting_pending_reads: 0,
            list_lag: Lag::default(),
            tag_lag: Lag::default(),
            additions: false,
            calls_per_session: None,
            denied_task_roles: BTreeSet::new(),
        }
    }
}

/// A change of the [`Config`]: what is not named stays; maps are merged entry by entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `Config`")]
pub struct ConfigChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Faults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub account_regions: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_control_policies: BTreeMap<String, Vec<Value>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub document_hashes: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub document_parameters: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_last_token: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages_by_position: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forget_client_tokens: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting_pending_reads: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_lag: Option<Lag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_lag: Option<Lag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additions: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_session: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied_task_roles: Option<BTreeSet<String>>,
}

impl Config {
    pub(crate) fn apply(&mut self, change: ConfigChange) {
        let ConfigChange {
            latency_ms,
            faults,
            regions,
            account_regions,
            service_control_policies,
            document_hashes,
            document_parameters,
            page_size,
            empty_last_token,
            pages_by_position,
            forget_client_tokens,
            setting_pending_reads,
            list_lag,
            tag_lag,
            additions,
            calls_per_session,
            denied_task_roles,
        } = change;
        self.latency_ms = latency_ms.unwrap_or(self.latency_ms);
        if let Some(faults) = faults {
            self.faults = faults;
        }
        if let Some(regions) = regions {
            self.regions = regions;
        }
        self.account_regions.extend(account_regions);
        self.service_control_policies.extend(service_control_policies);
        self.document_hashes.extend(document_hashes);
        self.document_parameters.extend(document_parameters);
        self.page_size = page_size.or(self.page_size);
        self.empty_last_token = empty_last_token.unwrap_or(self.empty_last_token);
        self.pages_by_position = pages_by_position.unwrap_or(self.pages_by_position);
        self.forget_client_tokens = forget_client_tokens.unwrap_or(self.forget_client_tokens);
        self.setting_pending_reads = setting_pending_reads.unwrap_or(self.setting_pending_reads);
        self.list_lag = list_lag.unwrap_or(self.list_lag);
        self.tag_lag = tag_lag.unwrap_or(self.tag_lag);
        self.additions = additions.unwrap_or(self.additions);
        self.calls_per_session = calls_per_session.or(self.calls_per_session);
        if let Some(roles) = denied_task_roles {
            self.denied_task_roles = roles;
        }
    }
}
