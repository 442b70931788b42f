//! Who waits for an answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

/// The id of a resource for which no run worked in any account. CloudFormation deletes what it could not create, and hands back
/// the id that it was answered: then there is nothing to take down.
pub const NOT_BEGUN: &str = "patch-manager-rollout-not-begun";

/// Where CloudFormation waits, and what of its request the answer repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addressee {
    /// Where the answer goes.
    pub response_url: ResponseUrl,
    /// The stack's ARN.
    pub stack_id: String,
    /// The request's id.
    pub request_id: String,
    /// The resource's name in the template.
    pub logical_resource_id: String,
    /// The resource's id from then on. CloudFormation deletes a resource whose id changes, so it never does.
    pub physical_resource_id: String,
}

/// What CloudFormation wants done with the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
pub enum RequestType {
    /// The stack is created.
    Create,
    /// The resource's properties changed.
    Update,
    /// They are changed back, as an update failed: CloudFormation sends it as an `Update`. A stack that could not even go back takes no
    /// update any more (`UPDATE_ROLLBACK_FAILED`), not even the one that would mend it.
    Rollback,
    /// The stack is deleted, or its creation is taken back.
    Delete,
}

impl RequestType {
    /// Whether the stack goes on though accounts failed: that is told, and does not keep it from going back or from being deleted.
    pub fn forgives(self) -> bool {
        matches!(self, Self::Rollback | Self::Delete)
    }
}

/// A signed URL: whoever has it can answer, so it is never shown. Only the ledger has it as a text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseUrl(String);

impl ResponseUrl {
    /// Takes the URL as it is.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// For the request itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ResponseUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_not_shown() {
        let shown = format!("{:?}", ResponseUrl::new("https://bucket/key?X-Amz-Signature=secret"));
        assert_eq!(shown, "ResponseUrl(…)");
    }
}
