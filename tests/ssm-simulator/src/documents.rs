//! Documents that AWS owns: there to be named by a task, with a hash to pin.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocument.html>

use serde_json::{Value, json};

use crate::derive;
use crate::error::ServiceError;
use crate::state::{Answer, Context, Fields, text};

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

pub(crate) fn describe_document(context: Context<'_>, input: &Fields) -> Answer {
    let asked = text(input, "Name");
    let name = asked.rsplit_once('/').map_or(asked, |(_, name)| name);
    let Some((name, latest, schema, platforms)) = DOCUMENTS.iter().find(|(known, ..)| *known == name) else {
        return Err(ServiceError::new("InvalidDocument", format!("Document with name {asked} does not exist.")));
    };
    let version = match text(input, "DocumentVersion") {
        "" | "$DEFAULT" | "$LATEST" => *latest,
        number => number.parse().ok().filter(|number| (1..=*latest).contains(number)).ok_or_else(|| {
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
        "Parameters": Value::Array(Vec::new()),
    } }))
}

/// The hash that the test has set, or one made up from the name: the same in every Region, as AWS's own are.
fn document_hash(context: Context<'_>, name: &str) -> String {
    context.config.document_hashes.get(name).cloned().unwrap_or_else(|| {
        let half = |number| derive::hex(0, &["document", name], number, 32);
        half(0) + &half(1)
    })
}
