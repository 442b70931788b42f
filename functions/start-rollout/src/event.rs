//! What CloudFormation asks of a custom resource, as far as it can be made out.

use std::collections::BTreeSet;

use record::stack_answer::{Addressee, RequestType, ResponseUrl};
use serde_json::Value;

/// The resource's id, which does not depend on its properties: CloudFormation deletes a resource whose id changes.
const PHYSICAL_RESOURCE_ID: &str = "patch-manager-rollout";

/// A request: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>
#[derive(Debug)]
pub struct Event<'a> {
    /// Who waits for an answer.
    pub addressee: Addressee,
    /// `None` when it is none of the three.
    pub(crate) request_type: Option<RequestType>,
    properties: &'a Value,
    /// What they were before an update; null otherwise.
    old_properties: &'a Value,
}

impl<'a> Event<'a> {
    /// `None` when the request has no address for the answer. Anything else that is wrong with it is answered.
    pub fn read(event: &'a Value) -> Option<Self> {
        let text = |name: &str| event[name].as_str();
        let owned = |name: &str| text(name).unwrap_or_default().to_owned();
        let request_type = text("RequestType").and_then(|name| name.parse().ok());
        // A resource whose creation was never answered has an id that CloudFormation gave it.
        let given = text("PhysicalResourceId").filter(|_| request_type == Some(RequestType::Delete));
        let addressee = Addressee {
            response_url: ResponseUrl::new(text("ResponseURL")?),
            stack_id: owned("StackId"),
            request_id: owned("RequestId"),
            logical_resource_id: owned("LogicalResourceId"),
            physical_resource_id: given.unwrap_or(PHYSICAL_RESOURCE_ID).to_owned(),
        };
        Some(Self {
            addressee,
            request_type,
            properties: &event["ResourceProperties"],
            old_properties: &event["OldResourceProperties"],
        })
    }

    /// A property; CloudFormation makes every scalar a text.
    pub(crate) fn property(&self, name: &str) -> Option<&'a str> {
        self.properties[name].as_str()
    }

    /// A property before the update.
    pub(crate) fn old_property(&self, name: &str) -> Option<&'a str> {
        self.old_properties[name].as_str()
    }

    /// The properties of which the update changes the value.
    pub(crate) fn changed(&self) -> BTreeSet<&'a str> {
        let of = |value: &'a Value| value.as_object().into_iter().flatten();
        let names = of(self.properties).chain(of(self.old_properties)).map(|(name, _)| name.as_str());
        names.filter(|name| self.properties[*name] != self.old_properties[*name]).collect()
    }
}
