//! The policy as a whole: what Patch Manager's set-up should be in every account and Region.

use serde_json::Value;

use crate::denied::OnRegionDenied;
use crate::dhmc::Dhmc;
use crate::ids::Region;
use crate::number::HaltAbovePercent;
use crate::owner_tag::OwnerTag;
use crate::problem::InvalidPolicy;
use crate::reader::{self, FromNode, Node, Read, read_object};
use crate::role::RoleName;
use crate::scope::Scope;
use crate::waves::{self, Wave};
use crate::window::{self, Window};
use crate::{reference, twice};

/// What Patch Manager's set-up should be, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(!try_from, deny_unknown_fields, transform = allow_schema)
)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct PatchPolicy {
    /// Where it applies; everywhere by default.
    #[serde(default)]
    pub scope: Scope,
    /// The maintenance windows: 0 to 50, each with a name of its own.
    #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
    pub windows: Vec<Window>,
    /// The order in which accounts get it, and what differs for some of them: 1 to 10 waves. Without them all accounts get it at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 10)))]
    pub waves: Vec<Wave>,
    /// A rollout halts when more than this percentage of the accounts of a wave failed; 100 by default, which is never.
    #[serde(default)]
    pub halt_above_percent: HaltAbovePercent,
    /// Default Host Management Configuration.
    #[serde(default)]
    pub dhmc: Dhmc,
    /// Whether tasks carry their document's hash, so that they run only the document that was seen at the last rollout; `false` by
    /// default, as a window fails on every host from the moment that the document's owner publishes another version.
    #[serde(default)]
    pub pin_document_hash: bool,
    /// The role, in each account, with which the tasks run; without one, the service-linked role of Systems Manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_role: Option<RoleName>,
    /// The tag by which the solution knows its own windows; `createdBy` = `SRA_Patch_Management` by default.
    #[serde(default)]
    pub owner_tag: OwnerTag,
    /// Whether everything is turned off: nothing is rolled out until it is turned on again; `false` by default.
    #[serde(default)]
    pub disabled: bool,
    /// What becomes of a Region, or an account, that a service control policy denies; it is skipped by default.
    #[serde(default)]
    pub on_region_denied: OnRegionDenied,
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
        let (value, mut problems) = twice::read(text)?;
        problems.extend(reference::find(text, &value));
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

impl FromNode for PatchPolicy {
    const EXPECTED: &'static str = "an object with windows";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            scope: object.or("scope", Scope::default()),
            windows: object.required_with("windows", window::WINDOWS, window::read_windows),
            waves: object.or_with("waves", |waves| waves::read_waves(waves, node.value())),
            halt_above_percent: object.or("haltAbovePercent", HaltAbovePercent::default()),
            dhmc: object.or("dhmc", Dhmc::default()),
            pin_document_hash: object.or("pinDocumentHash", false),
            task_role: object.optional("taskRole"),
            owner_tag: object.or("ownerTag", OwnerTag::default()),
            disabled: object.or("disabled", false),
            on_region_denied: {
                let read = object.or("onRegionDenied", OnRegionDenied::default());
                object.ignore(SCHEMA);
                read
            },
        })
    }
}
