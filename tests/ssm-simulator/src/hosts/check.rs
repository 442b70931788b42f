//! Whether hosts could be: everything that is wrong with them, before any is taken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Fleet, Host, Instance};
use crate::baselines::Baseline;
use crate::model::Model;
use crate::validate::validate;

/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
const MAX_TAGS: usize = 50;

/// What is wrong, one sentence each: the place, the value, what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Mistakes(pub Vec<String>);

pub(crate) fn check(model: &Model, fleets: &[Fleet]) -> Result<(), Mistakes> {
    let mut mistakes = Vec::new();
    for fleet in fleets {
        let place = format!("{} {}", fleet.account, fleet.region);
        let mut refuse = |what: String| mistakes.push(format!("{place}: {what}"));
        if fleet.account.len() != 12 || !fleet.account.bytes().all(|byte| byte.is_ascii_digit()) {
            refuse(format!("account '{}' is not 12 digits", fleet.account));
        }
        if fleet.region.split('-').count() < 3 {
            refuse(format!("region '{}' is not a Region such as eu-west-1", fleet.region));
        }
        let mut ids = BTreeSet::new();
        for host in &fleet.hosts {
            if !ids.insert(&host.id) {
                refuse(format!("{} is there twice", host.id));
            }
            for what in of_host(model, host) {
                refuse(format!("{}: {what}", host.id));
            }
        }
        for baseline in &fleet.baselines {
            for what in of_baseline(model, baseline) {
                refuse(format!("{}: {what}", baseline.id));
            }
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Mistakes(mistakes)) }
}

fn of_host(model: &Model, host: &Host) -> Vec<String> {
    if !is_id(&host.id) {
        return vec!["id is not i- with 8 or 17, or mi- with 17 hexadecimal digits".to_owned()];
    }
    let mut mistakes = Vec::new();
    match (&host.instance, &host.node) {
        (None, None) => mistakes.push("has neither instance nor node".to_owned()),
        (Some(_), _) if host.is_hybrid() => mistakes.push("has an instance, but mi- is not of EC2".to_owned()),
        _ => {}
    }
    if let Some(instance) = &host.instance {
        mistakes.extend(of_instance(instance));
    }
    if let Some(node) = &host.node {
        if !host.is_hybrid() && !node.tags.is_empty() {
            mistakes.push("node.tags: those of an instance are EC2's, instance.tags".to_owned());
        }
        mistakes.extend(of_tags("node.tags", &node.tags));
        mistakes.extend(against(model, "node", "InstanceInformation", host.information(node)));
    }
    if host.patch_state.is_some() {
        let mut state = host.described_patch_state().unwrap_or_default();
        // The model wants a letter at least, where a host in no group has none.
        if state["PatchGroup"] == "" {
            state["PatchGroup"] = "none".into();
        }
        mistakes.extend(against(model, "patchState", "InstancePatchState", state));
    }
    mistakes
}

fn is_id(id: &str) -> bool {
    let (digits, lengths): (_, &[usize]) = match id.strip_prefix("mi-") {
        Some(digits) => (digits, &[17]),
        None => (id.strip_prefix("i-").unwrap_or_default(), &[8, 17]),
    };
    lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_instance(instance: &Instance) -> Vec<String> {
    let options = &instance.metadata_options;
    let lifecycle = instance.instance_lifecycle.as_deref().unwrap_or("spot");
    let chosen: [(&str, &str, &[&str]); 4] = [
        (
            "instanceLifecycle",
            lifecycle,
            &["spot", "scheduled", "capacity-block", "interruptible-capacity-reservation"],
        ),
        ("metadataOptions.httpTokens", &options.http_tokens, &["optional", "required"]),
        ("metadataOptions.httpEndpoint", &options.http_endpoint, &["disabled", "enabled"]),
        ("metadataOptions.instanceMetadataTags", &options.instance_metadata_tags, &["disabled", "enabled"]),
    ];
    let wrong =
        chosen.into_iter().filter(|(_, value, allowed)| !allowed.contains(value)).map(|(name, value, allowed)| {
            format!("instance.{name} is '{value}', and must be one of {}", allowed.join(", "))
        });
    wrong.chain(of_tags("instance.tags", &instance.tags)).collect()
}

fn of_tags(place: &str, tags: &BTreeMap<String, String>) -> Vec<String> {
    let mut mistakes = Vec::new();
    if tags.len() > MAX_TAGS {
        mistakes.push(format!("{place} are {}, and must be {MAX_TAGS} at most", tags.len()));
    }
    for (key, value) in tags {
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            mistakes.push(format!("{place}: '{key}' must be 1 to 128, its value at most 256 characters long"));
        }
    }
    mistakes
}

fn of_baseline(model: &Model, baseline: &Baseline) -> Vec<String> {
    let described = json!({
        "BaselineId": baseline.id, "Name": baseline.name, "OperatingSystem": baseline.operating_system,
        "ApprovedPatches": baseline.approved_patches, "RejectedPatches": baseline.rejected_patches,
    });
    against(model, "baseline", "GetPatchBaselineResult", described)
}

fn against(model: &Model, place: &str, structure: &str, mut described: Value) -> Vec<String> {
    // A newer model has it: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html
    if described["SourceType"] == "compute.googleapis.com/Instance"
        && let Some(fields) = described.as_object_mut()
    {
        fields.remove("SourceType");
    }
    let Some(shape) = model.shape_named(structure) else { return vec![format!("the model has no {structure}")] };
    validate(model, shape, &described).err().map(|error| format!("{place}: {}", error.message)).into_iter().collect()
}
