//! The policy as a whole: what Patch Manager's set-up should be in every account and Region.

use serde_json::Value;

use crate::denied::OnRegionDenied;
use crate::dhmc::Dhmc;
use crate::ids::Region;
use crate::number::HaltAbovePercent;
use crate::owner_tag::OwnerTag;
use crate::problem::InvalidPolicy;
use crate::reader::{self, object};
use crate::role::RoleName;
use crate::scope::Scope;
use crate::waves::{self, Wave};
use crate::window::{self, Window};
use crate::written;

object! {
    /// What Patch Manager's set-up should be, and where.
    #[derive(Default, serde::Deserialize)]
    #[serde(try_from = "Value")]
    #[cfg_attr(feature = "schema", schemars(!try_from, transform = allow_schema))]
    PatchPolicy, "an object with windows" {
        /// Where it applies; everywhere by default.
        scope: Scope = default,
        /// The maintenance windows: 0 to 50, each with a name of its own.
        #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
        windows: Vec<Window> => |policy, field| policy.required_with(field, window::WINDOWS, window::read_windows),
        /// The order in which accounts get it, and what differs for some of them: 1 to 10 waves. Without them all accounts get it at once.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 10)))]
        waves: Vec<Wave> = default => |policy, field| policy.or_with(field, waves::read_waves),
        /// A rollout halts when more than this percentage of the accounts of a wave failed; 100 by default, which is never.
        halt_above_percent: HaltAbovePercent = default,
        /// Default Host Management Configuration.
        dhmc: Dhmc = default,
        /// Whether tasks carry their document's hash, so that they run only the document that was seen at the last rollout; `false` by
        /// default, as a window fails on every host from the moment that the document's owner publishes another version.
        pin_document_hash: bool = default,
        /// The role, in each account, with which the tasks run; without one, the service-linked role of Systems Manager.
        #[serde(skip_serializing_if = "Option::is_none")]
        task_role: Option<RoleName>,
        /// The tag by which the solution knows its own windows; `createdBy` = `SRA_Patch_Management` by default.
        owner_tag: OwnerTag = default,
        /// Whether everything is turned off: nothing is rolled out until it is turned on again; `false` by default.
        disabled: bool = default,
        /// What becomes of a Region, or an account, that a service control policy denies; it is skipped by default.
        on_region_denied: OnRegionDenied = default => |policy, field| {
            let read = policy.or(field, OnRegionDenied::default());
            policy.present(SCHEMA);
            read
        },
    }
}

/// Where an editor finds the policy's schema; of no meaning here.
const SCHEMA: &str = "$schema";

#[cfg(feature = "schema")]
fn allow_schema(schema: &mut schemars::Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(SCHEMA.to_owned(), serde_json::json!({ "type": "string" }));
    }
}

impl PatchPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`InvalidPolicy`], with every problem in it.
    pub fn parse(value: &Value) -> Result<Self, InvalidPolicy> {
        reader::read(value).map_err(|problems| InvalidPolicy { problems })
    }

    /// This policy in a Region: `{partition}` and `{region}` in the ARNs of documents are those of the Region.
    #[must_use]
    pub fn within(mut self, partition: &str, region: &Region) -> Self {
        for Window { task, .. } in &mut self.windows {
            task.document = task.document.within(partition, region);
        }
        self
    }

    /// Reads a policy from its text, in which no object may have a key twice, and which an SSM parameter has to take.
    ///
    /// # Errors
    ///
    /// [`UnreadablePolicy`]; when it is JSON, with every problem in it.
    pub fn parse_text(text: &str) -> Result<Self, UnreadablePolicy> {
        let (value, mut problems) = written::read(text)?;
        match reader::read(&value) {
            Ok(policy) if problems.is_empty() => return Ok(policy),
            read => problems.extend(read.err().unwrap_or_default()),
        }
        Err(InvalidPolicy { problems }.into())
    }
}

/// Why a text is no policy.
#[derive(Debug, thiserror::Error)]
pub enum UnreadablePolicy {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// It is JSON, and not a policy.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
}

impl TryFrom<Value> for PatchPolicy {
    type Error = InvalidPolicy;

    fn try_from(value: Value) -> Result<Self, InvalidPolicy> {
        Self::parse(&value)
    }
}
