//! The hashes of the documents that tasks run.

use std::collections::BTreeSet;

use aws_sdk_ssm::Client;
use futures::future::try_join_all;
use lambda::CallError;
use lambda::call::Called;
use patching::settings::DocumentHashes;

/// The SHA-256 of each document, of which name or ARN and version are given (`ssm:DescribeDocument`).
///
/// A document shared by another account has none in this answer; its tasks then run without a pinned hash.
pub async fn hashes(
    ssm: &Client,
    documents: impl IntoIterator<Item = (String, String)>,
) -> Result<DocumentHashes, CallError> {
    let documents: BTreeSet<_> = documents.into_iter().collect();
    let hashes = try_join_all(documents.into_iter().map(async |(document, version)| {
        let answer = ssm
            .describe_document()
            .name(&document)
            .document_version(&version)
            .send()
            .await
            .called("ssm:DescribeDocument")?;
        let hash = answer.document.and_then(|described| described.hash);
        Ok::<_, CallError>(hash.map(|hash| ((document, version), hash)))
    }))
    .await?;
    Ok(hashes.into_iter().flatten().collect())
}
