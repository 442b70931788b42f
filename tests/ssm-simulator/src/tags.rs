//! Tags of maintenance windows and of hybrid nodes; those of other resources are the upstream's.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::state::{Answer, Fields, Holdings, text};

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
const MAX_TAGS: usize = 50;

impl Holdings {
    pub(crate) fn add_tags(&mut self, input: &Fields) -> Answer {
        let tags = from_list(input.get("Tags"))?;
        let tagged = self.tagged(input)?;
        let mut all = tagged.clone();
        all.extend(tags);
        if all.len() > MAX_TAGS {
            return Err(too_many());
        }
        *tagged = all;
        Ok(json!({}))
    }

    pub(crate) fn remove_tags(&mut self, input: &Fields) -> Answer {
        let tags = self.tagged(input)?;
        let keys = input.get("TagKeys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for key in keys.iter().filter_map(Value::as_str) {
            tags.remove(key);
        }
        Ok(json!({}))
    }

    pub(crate) fn list_tags(&mut self, input: &Fields) -> Answer {
        let tags = self.tagged(input)?;
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "TagList": tags }))
    }

    fn tagged(&mut self, input: &Fields) -> Result<&mut BTreeMap<String, String>, ServiceError> {
        let id = text(input, "ResourceId");
        let tags = match text(input, "ResourceType") {
            "MaintenanceWindow" => {
                self.windows.iter_mut().find(|window| window.id == id).map(|window| &mut window.tags)
            }
            "ManagedInstance" => {
                let held = self.hosts.iter_mut().find(|held| held.host.id == id && held.host.is_hybrid());
                held.and_then(|held| held.host.node.as_mut()).map(|node| &mut node.tags)
            }
            _ => return Err(ServiceError::new("InvalidResourceType", "The resource type is not valid.")),
        };
        tags.ok_or_else(|| ServiceError::new("InvalidResourceId", "The resource ID is not valid."))
    }
}

/// Whether a call about tags is about a resource that is kept here.
pub(crate) fn are_kept_here(body: &Value) -> bool {
    body.get("ResourceType").is_none_or(|kind| kind == "MaintenanceWindow" || kind == "ManagedInstance")
}

/// Reads a `Tags` member.
pub(crate) fn from_list(tags: Option<&Value>) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut read = BTreeMap::new();
    for tag in tags.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
        let part = |name| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if part("Key").to_ascii_lowercase().starts_with("aws:") {
            return Err(ServiceError::validation("Tag keys that start with aws: are reserved"));
        }
        if read.insert(part("Key"), part("Value")).is_some() {
            return Err(ServiceError::validation(format!("Duplicate tag key: {}", part("Key"))));
        }
    }
    if read.len() > MAX_TAGS { Err(too_many()) } else { Ok(read) }
}

fn too_many() -> ServiceError {
    ServiceError::new("TooManyTagsError", format!("A resource can have at most {MAX_TAGS} tags"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::testing::{Region, a_window, id, with};

    #[test]
    fn tags_are_given_on_creation_and_later_and_taken_away() {
        let mut region = Region::new();
        let create = with(a_window(), json!({ "Tags": [{ "Key": "createdBy", "Value": "me" }] }));
        let window = id(&region.ok(Operation::CreateMaintenanceWindow, create), "WindowId");
        let resource = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": window });
        let add = with(resource.clone(), json!({ "Tags": [{ "Key": "team", "Value": "a" }] }));
        region.ok(Operation::AddTagsToResource, add);
        region.ok(Operation::RemoveTagsFromResource, with(resource.clone(), json!({ "TagKeys": ["createdBy"] })));
        let tags = region.ok(Operation::ListTagsForResource, resource);
        assert_eq!(tags["TagList"], json!([{ "Key": "team", "Value": "a" }]));
    }

    #[test]
    fn a_window_that_does_not_exist_has_no_tags() {
        let resource = json!({ "ResourceType": "MaintenanceWindow", "ResourceId": "mw-0123456789abcdef0" });
        assert_eq!(Region::new().refused(Operation::ListTagsForResource, resource).code, "InvalidResourceId");
    }

    #[test]
    fn a_window_has_fifty_tags_at_most() {
        let mut region = Region::new();
        let tags: Vec<Value> = (0..51).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
        let create = with(a_window(), json!({ "Tags": tags }));
        assert_eq!(region.refused(Operation::CreateMaintenanceWindow, create).code, "TooManyTagsError");
    }
}
