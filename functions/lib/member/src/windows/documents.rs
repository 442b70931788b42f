//! The documents that tasks run, as a Region has them.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use aws_sdk_ssm::Client;
use futures::future::try_join_all;
use lambda::CallError;
use lambda::call::Called;
use lru::LruCache;
use patching::documents::{Document, DocumentKey, Documents};
use patching::place::Place;
use policy::ids::{AccountId, Region, RunId};

/// The call that tells what a document takes.
pub const DESCRIBING: &str = "ssm:DescribeDocument";

/// A policy has 50 windows at most, a Region mostly two documents.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// What an environment has read of documents, so that it asks once a run and Region: what AWS owns, or an ARN names, is the same in
/// every account.
#[derive(Debug)]
pub struct KeptDocuments(Mutex<LruCache<Key, Document>>);

type Key = (RunId, Region, Option<AccountId>, DocumentKey);

impl Default for KeptDocuments {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl KeptDocuments {
    /// Each of the documents (`ssm:DescribeDocument`).
    pub async fn read(
        &self,
        ssm: &Client,
        place: &Place,
        documents: BTreeSet<DocumentKey>,
    ) -> Result<Documents, CallError> {
        let reads = documents.into_iter().map(async |document| {
            let is_everyones = document.0.starts_with("AWS-") || document.0.starts_with("arn:");
            let account = (!is_everyones).then(|| place.account.clone());
            let key = (place.run.clone(), place.region.clone(), account, document.clone());
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let found = match kept {
                Some(found) => found,
                None => describe(ssm, &document).await?,
            };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, found.clone());
            Ok::<_, CallError>((document, found))
        });
        Ok(try_join_all(reads).await?.into_iter().collect())
    }
}

async fn describe(ssm: &Client, (name, version): &DocumentKey) -> Result<Document, CallError> {
    let answer = ssm.describe_document().name(name).document_version(version).send().await;
    let described = answer.called(DESCRIBING)?.document;
    let described = described.ok_or_else(|| CallError::left_out(DESCRIBING, "Document"))?;
    let hash = described.hash;
    let parameters = described.parameters.unwrap_or_default().into_iter().filter_map(|parameter| parameter.name);
    Ok(Document { hash, parameters: parameters.collect() })
}
