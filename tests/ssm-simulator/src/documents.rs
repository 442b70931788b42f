//! Documents that AWS owns, and those that a test gives a hash: there to be named by a task, with a hash to pin.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocument.html>

use serde_json::{Value, json};

use crate::derive;
use crate::error::ServiceError;
use crate::state::{Answer, Context, Fields, text};

/// What the documents that the tests name take, as the user guide and the documents' own content say.
const PARAMETERS: [(&str, &[&str]); 4] = [
    (
        "AWS-RunPatchBaseline",
        &[
            "Operation",
            "AssociationId",
            "SnapshotId",
            "InstallOverrideList",
            "BaselineOverride",
            "RebootOption",
            "StepTimeoutSeconds",
        ],
    ),
    ("AWS-RunPowerShellScript", &["commands", "workingDirectory", "executionTimeout"]),
    ("AWS-RunShellScript", &["commands", "workingDirectory", "executionTimeout"]),
    ("AWS-UpdateSSMAgent", &["version", "allowDowngrade"]),
];

/// Name, latest version, schema version, platforms.
const DOCUMENTS: [(&str, u64, &str, &[&str]); 7] = [
    ("AWS-ConfigureAWSPackage", 1, "2.2", &["Windows", "Linux", "MacOS"]),
    ("AWS-InstallApplication", 1, "2.2", &["Windows"]),
    ("AWS-RunPatchBaseline", 1, "2.2", &["Windows", "Linux", "MacOS"]),
    ("AWS-RunPatchBaselineAssociation", 1, "2.2", &["Windows", "Linux", "MacOS"]),
    ("AWS-RunPowerShellScript", 1, "1.2", &["Windows", "Linux", "MacOS"]),
    ("AWS-RunShellScript", 1, "1.2", &["Linux", "MacOS"]),
    ("AWS-UpdateSSMAgent", 1, "1.2", &["Windows", "Linux", "MacOS"]),
];

/// How often a document was published that a test gives a hash: policies may name any of its versions.
const PUBLISHED: u64 = 99;

pub(crate) fn describe_document(context: Context<'_>, input: &Fields) -> Answer {
    let asked = text(input, "Name");
    let name = asked.rsplit_once('/').map_or(asked, |(_, name)| name);
    let known = DOCUMENTS.iter().find(|(known, ..)| *known == name).copied();
    let config = context.config;
    let published = config.document_hashes.contains_key(name) || config.document_parameters.contains_key(name);
    let own = published.then_some((name, PUBLISHED, "2.2", &["Linux"] as &[&str]));
    let Some((name, latest, schema, platforms)) = known.or(own) else {
        return Err(ServiceError::new("InvalidDocument", format!("Document with name {asked} does not exist.")));
    };
    let latest = if published { PUBLISHED } else { latest };
    let version = match text(input, "DocumentVersion") {
        "" | "$DEFAULT" | "$LATEST" => latest,
        number => number.parse().ok().filter(|number| (1..=latest).contains(number)).ok_or_else(|| {
            let message = format!("Document version {number} of {name} does not exist.");
            ServiceError::new("InvalidDocumentVersion", message)
        })?,
    };
    let latest = latest.to_string();
    Ok(json!({ "Document": {
        "Name": name,
        "Hash": document_hash(context, name),
        "HashType": "Sha256",
        "Owner": "Amazon",
        "Status": "Active",
        "CreatedDate": 1_700_000_000.0,
        "DocumentVersion": version.to_string(),
        "LatestVersion": latest,
        "DefaultVersion": latest,
        "DocumentType": "Command",
        "DocumentFormat": "JSON",
        "SchemaVersion": schema,
        "PlatformTypes": platforms,
        "Parameters": parameters(context, name),
    } }))
}

/// Those that a test has set, or AWS's own.
fn parameters(context: Context<'_>, name: &str) -> Vec<Value> {
    let own = || PARAMETERS.iter().filter(|(known, _)| *known == name).flat_map(|(_, names)| *names);
    let names: Vec<_> = match context.config.document_parameters.get(name) {
        Some(set) => set.iter().map(String::as_str).collect(),
        None => own().copied().collect(),
    };
    names.into_iter().map(|name| json!({"Name": name, "Type": "String"})).collect()
}

/// The hash that the test has set, or one made up from the name: the same in every Region, as AWS's own are.
pub(crate) fn document_hash(context: Context<'_>, name: &str) -> String {
    context.config.document_hashes.get(name).cloned().unwrap_or_else(|| {
        let half = |number| derive::hex(0, &["document", name], number, 32);
        half(0) + &half(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::testing::Region;

    #[test]
    fn a_document_has_a_hash_that_a_test_can_change() {
        let mut region = Region::new();
        let before = region.ok(Operation::DescribeDocument, json!({ "Name": "AWS-RunPatchBaseline" }));
        let before = before["Document"]["Hash"].as_str().unwrap();
        assert_eq!(before.len(), 64);
        region.config.document_hashes.insert("AWS-RunPatchBaseline".into(), "f".repeat(64));
        let after = region.ok(Operation::DescribeDocument, json!({ "Name": "AWS-RunPatchBaseline" }));
        assert_eq!(after["Document"]["Hash"], "f".repeat(64));
        assert_eq!(after["Document"]["HashType"], "Sha256");
    }

    #[test]
    fn documents_differ_in_their_hashes() {
        let mut region = Region::new();
        let mut hash =
            |name| region.ok(Operation::DescribeDocument, json!({ "Name": name }))["Document"]["Hash"].clone();
        assert_ne!(hash("AWS-RunPatchBaseline"), hash("AWS-UpdateSSMAgent"));
    }

    #[test]
    fn a_document_or_a_version_that_does_not_exist_is_refused() {
        let mut region = Region::new();
        let unknown = json!({ "Name": "AWS-MadeUp" });
        assert_eq!(region.refused(Operation::DescribeDocument, unknown).code, "InvalidDocument");
        let version = json!({ "Name": "AWS-UpdateSSMAgent", "DocumentVersion": "99" });
        assert_eq!(region.refused(Operation::DescribeDocument, version).code, "InvalidDocumentVersion");
    }
}
